#include "firmware/link/link.h"

#include <algorithm>

#include "firmware/link/message.h"

namespace mcu_eval {

Link::Link(Port& port) : port_(port), decoder_(rx_, kMaxFrame, IsHostKind) {}

bool Link::Receive(Frame* frame) {
  if (chunk_at_ == chunk_end_) {
    chunk_at_ = 0;
    chunk_end_ = port_.Read(chunk_, sizeof(chunk_));
  }
  while (chunk_at_ < chunk_end_) {
    FrameResult result;
    const size_t taken = decoder_.Push(chunk_ + chunk_at_,
                                       chunk_end_ - chunk_at_, &result, frame);
    chunk_at_ += taken;
    consumed_ += static_cast<uint32_t>(taken);
    counters_.bytes_received += taken;
    Count(result);
    if (result == FrameResult::kSound) return true;
  }
  return false;
}

void Link::Count(FrameResult result) {
  switch (result) {
    case FrameResult::kNone:
      break;
    case FrameResult::kSound:
      ++counters_.frames_received;
      break;
    case FrameResult::kTooLong:
      ++counters_.too_long;
      break;
    case FrameResult::kBadCobs:
      ++counters_.bad_cobs;
      break;
    case FrameResult::kBadLength:
      ++counters_.bad_length;
      break;
    case FrameResult::kBadCrc:
      ++counters_.bad_crc;
      break;
    case FrameResult::kBadVersion:
      ++counters_.bad_version;
      break;
    case FrameResult::kBadKind:
      ++counters_.bad_kind;
      break;
  }
}

bool Link::Send(const FrameHeader& header, const void* body, size_t max_frame) {
  FrameEncoder encoder(tx_, std::min(max_frame, kMaxFrame), header);
  if (!EncodeBody(header.kind, body, encoder)) return false;
  const size_t size = encoder.Finish();
  if (size == 0) return false;
  SendEncoded(tx_, size);
  return true;
}

void Link::SendEncoded(const uint8_t* frame, size_t size) {
  port_.Write(frame, size);
  counters_.bytes_sent += size;
  ++counters_.frames_sent;
}

void Link::StartCredit() {
  consumed_ = 0;
  credited_ = 0;
  sync_id_ = 0;
}

int32_t Link::ApplySync(const mcu_eval_Sync& sync) {
  if (static_cast<int32_t>(sync.id - sync_id_) <= 0) return 0;
  const int32_t lost = static_cast<int32_t>(sync.sent - consumed_);
  consumed_ = sync.sent;
  sync_id_ = sync.id;
  return lost;
}

bool Link::CreditDue() const { return consumed_ - credited_ >= kRxWindow / 2; }

void Link::SendCredit(uint8_t session) {
  mcu_eval_Credit credit = {consumed_, sync_id_};
  const FrameHeader header = {kFrameVersion, mcu_eval_Kind_CREDIT, session, 0,
                              0};
  credited_ = consumed_;
  Send(header, &credit, kMaxFrame);
}

}  // namespace mcu_eval
