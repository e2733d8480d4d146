// Frames: COBS(header | body | CRC-32) 00. proto/wire.md, section 1.
#ifndef MCU_EVAL_LINK_FRAME_H_
#define MCU_EVAL_LINK_FRAME_H_

#include <cstddef>
#include <cstdint>

#include "firmware/link/cobs.h"

namespace mcu_eval {

constexpr uint8_t kFrameVersion = 1;
constexpr size_t kHeaderBytes = 6;
constexpr size_t kCrcBytes = 4;
constexpr size_t kFrameOverhead = kHeaderBytes + kCrcBytes;

struct FrameHeader {
  uint8_t version;
  uint8_t kind;
  uint8_t session;
  uint8_t flags;
  uint16_t seq;
};

// A sound frame. `body` lies in the decoder and is valid until its next
// Push().
struct Frame {
  FrameHeader header;
  const uint8_t* body;
  size_t body_size;
  uint32_t crc;
};

// What became of the bytes before a delimiter. The reasons are those of the
// host and have a counter each; the first check that fails names it.
enum class FrameResult : uint8_t {
  kNone,        // no delimiter yet, or nothing before it
  kSound,       // a frame
  kTooLong,     // more than max_frame bytes
  kBadCobs,     // the last group is cut short
  kBadLength,   // shorter than header and CRC
  kBadCrc,      // CRC-32 differs
  kBadVersion,  // another version, and not one of the two Hello kinds
  kBadKind,     // not a kind sent towards this end
};

// Incremental decoder; any damage costs no more than the frames it touched.
class FrameDecoder {
 public:
  // `buffer` holds max_frame bytes and outlives the decoder. `takes_kind` tells
  // which kinds are sent towards this end.
  FrameDecoder(uint8_t* buffer, size_t max_frame, bool (*takes_kind)(uint8_t))
      : buffer_(buffer), max_frame_(max_frame), takes_kind_(takes_kind) {}

  // Takes bytes up to and with the first delimiter that ends a frame, good or
  // bad; resyncs (lone delimiters) are passed over. Returns how many it took,
  // and in `result` what ended; `frame` is set with kSound only.
  size_t Push(const uint8_t* data, size_t size, FrameResult* result,
              Frame* frame);

 private:
  void TakeByte(uint8_t byte);
  FrameResult Finish(Frame* frame) const;

  uint8_t* buffer_;
  size_t max_frame_;
  bool (*takes_kind_)(uint8_t);
  CobsDecoder cobs_;
  size_t encoded_ = 0;  // stops growing above max_frame_
  size_t decoded_ = 0;
};

// Raw body bytes that fit any frame of `max_frame`, whatever they are.
constexpr size_t MaxBody(size_t max_frame) {
  return CobsMaxRaw(max_frame) - kFrameOverhead;
}

// Encodes one frame into a caller's buffer of max_frame + 1 bytes.
class FrameEncoder {
 public:
  FrameEncoder(uint8_t* dst, size_t max_frame, const FrameHeader& header);

  void Append(const uint8_t* body, size_t size);

  // Adds CRC and delimiter and returns the bytes to send, delimiter included;
  // 0 if the frame would exceed max_frame.
  size_t Finish();

 private:
  uint8_t* dst_;
  CobsEncoder cobs_;
  uint32_t crc_;
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_LINK_FRAME_H_
