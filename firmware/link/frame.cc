#include "firmware/link/frame.h"

#include "firmware/link/crc.h"
#include "mcu_eval.pb.h"

namespace mcu_eval {
namespace {

constexpr uint8_t kDelimiter = 0;

uint32_t ReadU32(const uint8_t* src) {
  return static_cast<uint32_t>(src[0]) | static_cast<uint32_t>(src[1]) << 8 |
         static_cast<uint32_t>(src[2]) << 16 |
         static_cast<uint32_t>(src[3]) << 24;
}

FrameHeader ReadHeader(const uint8_t* src) {
  return {src[0], src[1], src[2], src[3],
          static_cast<uint16_t>(src[4] | src[5] << 8)};
}

bool AnyVersion(uint8_t kind) {
  return kind == mcu_eval_Kind_HELLO || kind == mcu_eval_Kind_HELLO_REPLY;
}

}  // namespace

size_t FrameDecoder::Push(const uint8_t* data, size_t size, FrameResult* result,
                          Frame* frame) {
  *result = FrameResult::kNone;
  for (size_t i = 0; i < size; ++i) {
    if (data[i] != kDelimiter) {
      TakeByte(data[i]);
      continue;
    }
    if (encoded_ == 0) continue;
    *result = Finish(frame);
    encoded_ = 0;
    decoded_ = 0;
    cobs_.Reset();
    return i + 1;
  }
  return size;
}

void FrameDecoder::TakeByte(uint8_t byte) {
  if (encoded_ > max_frame_) return;
  ++encoded_;
  if (encoded_ > max_frame_) return;
  uint8_t raw;
  if (cobs_.Push(byte, &raw)) buffer_[decoded_++] = raw;
}

FrameResult FrameDecoder::Finish(Frame* frame) const {
  if (encoded_ > max_frame_) return FrameResult::kTooLong;
  if (!cobs_.complete()) return FrameResult::kBadCobs;
  if (decoded_ < kFrameOverhead) return FrameResult::kBadLength;
  const size_t crc_at = decoded_ - kCrcBytes;
  const uint32_t crc = ReadU32(buffer_ + crc_at);
  if (Crc32(0, buffer_, crc_at) != crc) return FrameResult::kBadCrc;
  const FrameHeader header = ReadHeader(buffer_);
  if (header.version != kFrameVersion && !AnyVersion(header.kind)) {
    return FrameResult::kBadVersion;
  }
  if (!takes_kind_(header.kind)) return FrameResult::kBadKind;
  *frame = {header, buffer_ + kHeaderBytes, crc_at - kHeaderBytes, crc};
  return FrameResult::kSound;
}

FrameEncoder::FrameEncoder(uint8_t* dst, size_t max_frame,
                           const FrameHeader& header)
    : dst_(dst), cobs_(dst, max_frame), crc_(0) {
  const uint8_t bytes[kHeaderBytes] = {
      header.version,
      header.kind,
      header.session,
      header.flags,
      static_cast<uint8_t>(header.seq & 0xFF),
      static_cast<uint8_t>(header.seq >> 8),
  };
  Append(bytes, sizeof(bytes));
}

void FrameEncoder::Append(const uint8_t* body, size_t size) {
  crc_ = Crc32(crc_, body, size);
  cobs_.Append(body, size);
}

size_t FrameEncoder::Finish() {
  const uint8_t crc[kCrcBytes] = {
      static_cast<uint8_t>(crc_ & 0xFF),
      static_cast<uint8_t>(crc_ >> 8 & 0xFF),
      static_cast<uint8_t>(crc_ >> 16 & 0xFF),
      static_cast<uint8_t>(crc_ >> 24),
  };
  cobs_.Append(crc, sizeof(crc));
  const size_t size = cobs_.Finish();
  if (size == 0) return 0;
  dst_[size] = kDelimiter;
  return size + 1;
}

}  // namespace mcu_eval
