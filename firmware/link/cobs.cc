#include "firmware/link/cobs.h"

namespace mcu_eval {
namespace {

constexpr uint8_t kFullBlock = 0xFF;

}  // namespace

void CobsEncoder::Put(uint8_t byte) {
  if (end_ >= capacity_) {
    full_ = true;
    return;
  }
  dst_[end_++] = byte;
}

void CobsEncoder::Append(const uint8_t* src, size_t size) {
  for (size_t i = 0; i < size && !full_; ++i) {
    // A full block is closed only when more follows it.
    if (end_ - code_at_ == kFullBlock) {
      dst_[code_at_] = kFullBlock;
      code_at_ = end_;
      Put(0);
    }
    if (src[i] != 0) {
      Put(src[i]);
    } else if (!full_) {
      dst_[code_at_] = static_cast<uint8_t>(end_ - code_at_);
      code_at_ = end_;
      Put(0);
    }
  }
}

size_t CobsEncoder::Finish() {
  if (full_ || capacity_ == 0) return 0;
  dst_[code_at_] = static_cast<uint8_t>(end_ - code_at_);
  return end_;
}

void CobsDecoder::Reset() {
  left_ = 0;
  begun_ = false;
  zero_due_ = false;
}

bool CobsDecoder::Push(uint8_t byte, uint8_t* raw) {
  if (left_ > 0) {
    --left_;
    *raw = byte;
    return true;
  }
  const bool emit_zero = zero_due_;
  begun_ = true;
  left_ = static_cast<uint8_t>(byte - 1);
  zero_due_ = byte != kFullBlock;
  *raw = 0;
  return emit_zero;
}

}  // namespace mcu_eval
