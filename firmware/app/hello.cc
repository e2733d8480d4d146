#include "firmware/app/hello.h"

#include <pb_encode.h>

#include <algorithm>

#include "firmware/app/replies.h"
#include "firmware/infer/infer.h"
#include "firmware/link/message.h"

namespace mcu_eval {
namespace {

constexpr size_t kNameBytes = 63;
constexpr size_t kMaxOperators = 32;

struct TensorList {
  size_t count;
  size_t named;  // the first ones, which are sent with their names
  TensorInfo (*info)(size_t);
};

TensorList ListOf(size_t count, TensorInfo (*info)(size_t)) {
  count = std::min(count, kMaxModelTensors);
  return {count, count, info};
}

bool WriteTensors(pb_ostream_t* stream, const pb_field_t* field,
                  void* const* arg) {
  const auto* list = static_cast<const TensorList*>(*arg);
  for (size_t i = 0; i < list->count; ++i) {
    const TensorInfo from = list->info(i);
    const TextView name = {i < list->named ? from.name : nullptr, kNameBytes};
    mcu_eval_TensorInfo to = mcu_eval_TensorInfo_init_zero;
    to.index = static_cast<uint32_t>(from.index);
    // The wire numbers types as TFLite does, plus one.
    to.type = static_cast<mcu_eval_TensorType>(static_cast<int>(from.type) + 1);
    to.shape_count = from.rank;
    std::copy(from.dims, from.dims + from.rank, to.shape);
    to.scale = from.scale;
    to.zero_point = from.zero_point;
    to.name = EncodeText(&name);
    if (!pb_encode_tag_for_field(stream, field) ||
        !pb_encode_submessage(stream, mcu_eval_TensorInfo_fields, &to)) {
      return false;
    }
  }
  return true;
}

bool SameOperator(const OperatorInfo& a, const OperatorInfo& b) {
  return a.builtin_code == b.builtin_code && a.version == b.version &&
         a.kernels == b.kernels;
}

bool SeenBefore(size_t node) {
  for (size_t i = 0; i < node; ++i) {
    if (SameOperator(OperatorAt(i), OperatorAt(node))) return true;
  }
  return false;
}

uint32_t CountAlike(size_t node) {
  uint32_t count = 0;
  for (size_t i = node; i < OperatorCount(); ++i) {
    if (SameOperator(OperatorAt(i), OperatorAt(node))) ++count;
  }
  return count;
}

// Writes the first `*arg` distinct operators.
bool WriteOperators(pb_ostream_t* stream, const pb_field_t* field,
                    void* const* arg) {
  size_t left = *static_cast<const size_t*>(*arg);
  for (size_t node = 0; node < OperatorCount() && left > 0; ++node) {
    if (SeenBefore(node)) continue;
    const OperatorInfo from = OperatorAt(node);
    mcu_eval_OperatorInfo to = mcu_eval_OperatorInfo_init_zero;
    to.builtin_code = from.builtin_code;
    to.version = from.version;
    to.kernels = static_cast<mcu_eval_KernelSet>(from.kernels);
    to.count = CountAlike(node);
    if (!pb_encode_tag_for_field(stream, field) ||
        !pb_encode_submessage(stream, mcu_eval_OperatorInfo_fields, &to)) {
      return false;
    }
    --left;
  }
  return true;
}

mcu_eval_ClockSource WireClock(platform::ClockSource source) {
  switch (source) {
    case platform::ClockSource::kNone:
      return mcu_eval_ClockSource_CLOCK_NONE;
    case platform::ClockSource::kQemuIcount:
      return mcu_eval_ClockSource_CLOCK_QEMU_ICOUNT;
    case platform::ClockSource::kDwt:
      return mcu_eval_ClockSource_CLOCK_DWT;
    case platform::ClockSource::kRenodeVirtual:
      return mcu_eval_ClockSource_CLOCK_RENODE_VIRTUAL;
  }
  return mcu_eval_ClockSource_CLOCK_NONE;
}

mcu_eval_ResetCause WireResetCause(platform::ResetCause cause) {
  switch (cause) {
    case platform::ResetCause::kUnknown:
      return mcu_eval_ResetCause_RESET_UNKNOWN;
    case platform::ResetCause::kPowerOn:
      return mcu_eval_ResetCause_POWER_ON;
    case platform::ResetCause::kSoftware:
      return mcu_eval_ResetCause_SOFTWARE;
    case platform::ResetCause::kFault:
      return mcu_eval_ResetCause_FAULT_RESET;
    case platform::ResetCause::kWatchdog:
      return mcu_eval_ResetCause_WATCHDOG;
  }
  return mcu_eval_ResetCause_RESET_UNKNOWN;
}

// CFSR holds the memory, bus and usage fault bits in bytes 0, 1 and 2 to 3.
mcu_eval_FaultKind FaultKindOf(const platform::FaultRecord& record) {
  // MSTKERR, STKERR: no room to stack the exception.
  if (record.cfsr & 0x00001010) return mcu_eval_FaultKind_STACK_OVERFLOW;
  if (record.cfsr & 0x000000FF) return mcu_eval_FaultKind_MEM_FAULT;
  if (record.cfsr & 0x0000FF00) return mcu_eval_FaultKind_BUS_FAULT;
  if (record.cfsr & 0xFFFF0000) return mcu_eval_FaultKind_USAGE_FAULT;
  return mcu_eval_FaultKind_HARD_FAULT;
}

void FillCapabilities(mcu_eval_HelloReply* reply, const Inference& inference) {
  pb_size_t count = 0;
  if (inference.staging().slots() > 1) {
    reply->capabilities[count++] = mcu_eval_Capability_CAP_DELTA;
  }
  if (inference.overlaps()) {
    reply->capabilities[count++] = mcu_eval_Capability_CAP_OVERLAPPED;
  }
  reply->capabilities[count++] = mcu_eval_Capability_CAP_REPORT_TENSOR;
  reply->capabilities[count++] = mcu_eval_Capability_CAP_PROFILE;
  reply->capabilities[count++] = mcu_eval_Capability_CAP_RESET;
  reply->capabilities_count = count;
}

}  // namespace

uint32_t BootNonce() {
  const uint32_t nonce = platform::BootNonce();
  return nonce == 0 ? 1 : nonce;
}

bool DescribeFault(mcu_eval_Fault* fault) {
  const platform::FaultRecord* record = platform::LastFault();
  if (record == nullptr) return false;
  *fault = mcu_eval_Fault mcu_eval_Fault_init_zero;
  fault->kind = FaultKindOf(*record);
  fault->pc = record->pc;
  fault->lr = record->lr;
  fault->status = record->signal != 0 ? record->signal : record->cfsr;
  fault->address = record->address;
  fault->seq = record->seq;
  return true;
}

void SendHelloReply(Link& link, uint8_t session, const mcu_eval_Hello& hello,
                    const platform::Board& board, const ModelState& model,
                    const Inference& inference) {
  const TextView firmware = {board.build_id, kNameBytes};
  const TextView runtime = {RuntimeName(), kNameBytes};
  const TextView id = {board.id, kNameBytes};
  const TextView core = {board.core, kNameBytes};
  const TextView detail = {model.detail.c_str(), kTextBytes};
  const TextView placement = {board.arena_placement, kNameBytes};
  TensorList inputs = ListOf(InputCount(), InputInfo);
  TensorList outputs = ListOf(OutputCount(), OutputInfo);
  size_t operators = kMaxOperators;

  mcu_eval_HelloReply reply = mcu_eval_HelloReply_init_zero;
  reply.protocol = kProtocol;
  reply.nonce = hello.nonce;
  reply.boot_nonce = BootNonce();
  reply.firmware = EncodeText(&firmware);
  reply.reset_cause = WireResetCause(platform::LastResetCause());
  reply.has_fault = DescribeFault(&reply.fault);
  reply.runtime = EncodeText(&runtime);
  reply.board = EncodeText(&id);
  reply.core = EncodeText(&core);
  reply.clock_hz = board.clock_hz;
  reply.clock_source = WireClock(board.clock_source);
  reply.max_frame = kMaxFrame;
  reply.rx_window = kRxWindow;
  reply.reply_window = kReplyWindow;
  reply.staging_bytes = board.staging_bytes;
  reply.staging_slots = static_cast<uint32_t>(inference.staging().slots());
  FillCapabilities(&reply, inference);
  reply.status = model.status;
  reply.status_detail = EncodeText(&detail);
  reply.model_crc = model.crc;
  reply.model_bytes = model.bytes;
  reply.inputs.funcs.encode = WriteTensors;
  reply.inputs.arg = &inputs;
  reply.outputs.funcs.encode = WriteTensors;
  reply.outputs.arg = &outputs;
  reply.arena_used = ArenaUsedBytes();
  reply.arena_bytes = board.arena_bytes;
  reply.arena_placement = EncodeText(&placement);
  reply.operators.funcs.encode = WriteOperators;
  reply.operators.arg = &operators;
  reply.scratch_bytes = ScratchBytes();

  const FrameHeader header = {kFrameVersion, mcu_eval_Kind_HELLO_REPLY, session,
                              0, 0};
  while (!link.Send(header, &reply, hello.max_frame)) {
    if (outputs.named > 0) {
      --outputs.named;
    } else if (inputs.named > 0) {
      --inputs.named;
    } else if (operators > 0) {
      --operators;
    } else {
      return;
    }
  }
}

}  // namespace mcu_eval
