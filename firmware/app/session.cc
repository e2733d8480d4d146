#include "firmware/app/session.h"

#include <algorithm>

#include "firmware/app/detail.h"
#include "firmware/app/hello.h"
#include "firmware/infer/infer.h"

namespace mcu_eval {
namespace {

// Every Error fits this; wire.md asks hosts for more.
constexpr uint32_t kLeastHostFrame = 256;

}  // namespace

Session::Session(Link& link, const platform::Board& board,
                 const ModelState& model, Inference& inference)
    : link_(link), board_(board), model_(model), inference_(inference) {}

void Session::Step() {
  Frame frame;
  platform::SetPhase(platform::Phase::kIdle);
  while (link_.Receive(&frame)) {
    platform::SetPhase(platform::Phase::kServe);
    Handle(frame);
    if (reset_due_) platform::Reset();
    if (open_ && link_.CreditDue()) link_.SendCredit(id_);
    platform::SetPhase(platform::Phase::kIdle);
  }
  if (open_ && link_.CreditDue()) link_.SendCredit(id_);
}

void Session::Handle(const Frame& frame) {
  const FrameHeader& header = frame.header;
  if (header.kind == mcu_eval_Kind_HELLO) return HandleHello(frame);
  if (!open_) return RefuseWithoutSession(frame);
  if (header.session != id_) {
    ++link_.counters().other_session;
    return;
  }
  HostMessage message;
  const bool decoded = DecodeBody(frame, &message);
  if (!decoded) ++link_.counters().bad_body;
  if (IsRequestKind(header.kind)) {
    HandleRequest(frame, decoded ? &message : nullptr);
  } else if (decoded && header.kind == mcu_eval_Kind_LOAD_INPUT) {
    inference_.LoadInput(message.load_input);
  } else if (decoded && header.kind == mcu_eval_Kind_SYNC) {
    HandleSync(message.sync);
  }
}

void Session::HandleHello(const Frame& frame) {
  HostMessage message;
  if (frame.header.session == 0 || !DecodeBody(frame, &message) ||
      message.hello.max_frame < kLeastHostFrame) {
    ++link_.counters().bad_body;
    return;
  }
  const mcu_eval_Hello& hello = message.hello;
  const bool repeated = open_ && hello.nonce == nonce_;
  other_protocol_ = hello.protocol != kProtocol;
  const bool opens = !other_protocol_ && !repeated;
  if (other_protocol_) open_ = false;
  if (opens) Open(frame, hello);
  SendHelloReply(link_, frame.header.session, hello, board_, model_,
                 inference_);
  if (opens) LogFault();
}

void Session::Open(const Frame& frame, const mcu_eval_Hello& hello) {
  open_ = true;
  id_ = frame.header.session;
  nonce_ = hello.nonce;
  max_frame_ = std::min<size_t>(hello.max_frame, kMaxFrame);
  log_level_ = mcu_eval_LogLevel_LOG_INFO;
  cache_.Clear();
  inference_.Clear();
  link_.StartCredit();
}

void Session::HandleSync(const mcu_eval_Sync& sync) {
  const int32_t lost = link_.ApplySync(sync);
  link_.SendCredit(id_);
  if (lost <= 0) return;
  Log(mcu_eval_LogLevel_LOG_DEBUG, Detail()
                                       .Add("Sync ")
                                       .Add(sync.id)
                                       .Add(": bytes lost: ")
                                       .Add(static_cast<uint32_t>(lost))
                                       .c_str());
}

void Session::HandleRequest(const Frame& frame, const HostMessage* message) {
  KeptReply* place = nullptr;
  switch (cache_.Admit(frame.header.seq, frame.crc, &place)) {
    case Admission::kSeqZero:
      return SendUnkeptError(frame.header, mcu_eval_ErrorCode_BAD_REQUEST,
                             "seq 0 is not a request's");
    case Admission::kReused:
      return SendUnkeptError(frame.header, mcu_eval_ErrorCode_SEQ_REUSED,
                             "this seq was another request's");
    case Admission::kStale:
      ++link_.counters().stale;
      return SendUnkeptError(frame.header, mcu_eval_ErrorCode_STALE,
                             "older than the reply window");
    case Admission::kReplay:
      ++replays_;
      break;
    case Admission::kHandle: {
      platform::SetRequest(frame.header.seq);
      Answer answer(frame.header, max_frame_, place);
      if (message == nullptr) {
        answer.SetError(mcu_eval_ErrorCode_BAD_REQUEST,
                        "the body does not decode");
      } else {
        Dispatch(*message, answer);
      }
      platform::SetRequest(0);
      break;
    }
  }
  link_.SendEncoded(place->frame, place->size);
}

void Session::Dispatch(const HostMessage& message, Answer& answer) {
  switch (message.kind) {
    case mcu_eval_Kind_INFER:
    case mcu_eval_Kind_READ_OUTPUT:
    case mcu_eval_Kind_PROFILE:
      if (!model_.ready()) {
        return answer.SetError(mcu_eval_ErrorCode_NOT_READY,
                               model_.detail.c_str());
      }
      break;
    default:
      break;
  }
  switch (message.kind) {
    case mcu_eval_Kind_INFER:
      return inference_.Infer(message.infer, answer);
    case mcu_eval_Kind_READ_OUTPUT:
      return inference_.ReadOutput(message.read_output, answer);
    case mcu_eval_Kind_PROFILE:
      return inference_.Profile(message.profile, answer);
    case mcu_eval_Kind_CONFIGURE:
      return Configure(message.configure, answer);
    case mcu_eval_Kind_STATS:
      return Stats(answer);
    case mcu_eval_Kind_RESET:
      return Reset(message.reset, answer);
    default:
      return answer.SetError(mcu_eval_ErrorCode_UNSUPPORTED,
                             "this firmware has no such request");
  }
}

void Session::Configure(const mcu_eval_Configure& configure, Answer& answer) {
  if (configure.which_setting == mcu_eval_Configure_preprocessing_tag) {
    const uint32_t id = configure.setting.preprocessing.id;
    if (id != 0) {
      return answer.SetError(mcu_eval_ErrorCode_UNSUPPORTED,
                             Detail().Add("preprocessing ").Add(id).c_str());
    }
  } else if (configure.which_setting == mcu_eval_Configure_log_level_tag) {
    const uint32_t level = EnumNumber(configure.setting.log_level);
    if (level < mcu_eval_LogLevel_LOG_ERROR ||
        level > mcu_eval_LogLevel_LOG_DEBUG) {
      return answer.SetError(mcu_eval_ErrorCode_BAD_REQUEST,
                             Detail().Add("log_level ").Add(level).c_str());
    }
    log_level_ = level;
  } else {
    return answer.SetError(mcu_eval_ErrorCode_BAD_REQUEST, "no setting");
  }
  const mcu_eval_ConfigureReply reply = mcu_eval_ConfigureReply_init_zero;
  answer.Set(mcu_eval_Kind_CONFIGURE_REPLY, &reply);
}

void Session::Stats(Answer& answer) {
  mcu_eval_StatsReply reply = mcu_eval_StatsReply_init_zero;
  reply.has_link = true;
  reply.link = link_.counters();
  reply.invokes = inference_.invokes();
  reply.replays = replays_;
  reply.stack_high_water = platform::StackUsedBytes();
  reply.stack_bytes = platform::StackBytes();
  reply.arena_used = ArenaUsedBytes();
  answer.Set(mcu_eval_Kind_STATS_REPLY, &reply);
}

void Session::Reset(const mcu_eval_Reset& reset, Answer& answer) {
  if (EnumNumber(reset.kind) != mcu_eval_ResetKind_RESET_SYSTEM) {
    return answer.SetError(mcu_eval_ErrorCode_BAD_REQUEST,
                           "only RESET_SYSTEM is known");
  }
  const mcu_eval_ResetReply reply = mcu_eval_ResetReply_init_zero;
  answer.Set(mcu_eval_Kind_RESET_REPLY, &reply);
  reset_due_ = true;
}

void Session::RefuseWithoutSession(const Frame& frame) {
  if (frame.header.kind == mcu_eval_Kind_LOAD_INPUT) return;
  if (other_protocol_) {
    SendUnkeptError(frame.header, mcu_eval_ErrorCode_PROTOCOL,
                    "the last Hello spoke another protocol");
  } else {
    SendUnkeptError(frame.header, mcu_eval_ErrorCode_NO_SESSION,
                    "no Hello since boot");
  }
}

void Session::SendUnkeptError(const FrameHeader& to, mcu_eval_ErrorCode code,
                              const char* detail) {
  const TextView text = {detail, kTextBytes};
  mcu_eval_Error error = mcu_eval_Error_init_zero;
  error.code = code;
  error.detail = EncodeText(&text);
  error.boot_nonce = BootNonce();
  link_.Send({kFrameVersion, mcu_eval_Kind_ERROR, to.session, 0, to.seq},
             &error, kLeastHostFrame);
}

void Session::LogFault() {
  mcu_eval_Fault fault;
  if (platform::LastResetCause() != platform::ResetCause::kFault ||
      !DescribeFault(&fault)) {
    return;
  }
  Log(mcu_eval_LogLevel_LOG_ERROR,
      Detail()
          .Add("the boot before ended in a fault: pc ")
          .AddHex(fault.pc)
          .Add(", status ")
          .AddHex(fault.status)
          .Add(", address ")
          .AddHex(fault.address)
          .c_str());
}

void Session::Log(mcu_eval_LogLevel level, const char* text) {
  if (static_cast<uint32_t>(level) > log_level_) return;
  const TextView view = {text, kTextBytes};
  mcu_eval_Log log = mcu_eval_Log_init_zero;
  log.level = level;
  log.text = EncodeText(&view);
  link_.Send({kFrameVersion, mcu_eval_Kind_LOG, id_, 0, 0}, &log, max_frame_);
}

}  // namespace mcu_eval
