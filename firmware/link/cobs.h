// Consistent overhead byte stuffing (Cheshire and Baker, 1999): removes zero
// bytes, so that a zero can delimit frames. Neither class here ever reads or
// writes the delimiter itself.
#ifndef MCU_EVAL_LINK_COBS_H_
#define MCU_EVAL_LINK_COBS_H_

#include <cstddef>
#include <cstdint>

namespace mcu_eval {

// Encoded bytes of `size` raw bytes in the worst case, without delimiter: one
// code byte for each 254 bytes begun, and one for nothing at all.
constexpr size_t CobsMaxEncoded(size_t size) {
  return size == 0 ? 1 : size + (size + 253) / 254;
}

// The most raw bytes that always fit in `encoded` bytes.
constexpr size_t CobsMaxRaw(size_t encoded) {
  return encoded - (encoded + 254) / 255;
}

// Encodes into a caller's buffer, a few bytes at a time.
class CobsEncoder {
 public:
  CobsEncoder(uint8_t* dst, size_t capacity) : dst_(dst), capacity_(capacity) {}

  // Appends raw bytes. Once the buffer is full the rest is dropped and
  // Finish() returns 0.
  void Append(const uint8_t* src, size_t size);

  // Closes the last block and returns the encoded size, or 0 if the buffer was
  // too small. A run of 254 at the very end gets no empty block after it.
  size_t Finish();

 private:
  void Put(uint8_t byte);

  uint8_t* dst_;
  size_t capacity_;
  size_t code_at_ = 0;  // where the open block's code byte belongs
  size_t end_ = 1;      // first byte not yet written
  bool full_ = false;
};

// Decodes one encoded byte at a time; each yields at most one raw byte.
class CobsDecoder {
 public:
  // Begins a new frame.
  void Reset();

  // Takes one encoded byte, which is not 0. Returns true if it completed a raw
  // byte, then in `raw`.
  bool Push(uint8_t byte, uint8_t* raw);

  // True where a frame may end: a block was begun, and none is cut short.
  bool complete() const { return begun_ && left_ == 0; }

 private:
  uint8_t left_ = 0;  // data bytes still due in the open block
  bool begun_ = false;
  bool zero_due_ = false;  // the block before stands for a zero at its end
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_LINK_COBS_H_
