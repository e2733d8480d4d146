// The shared vectors as C++ tables, and ways to cut a stream.
#ifndef MCU_EVAL_TEST_FIRMWARE_VECTORS_H_
#define MCU_EVAL_TEST_FIRMWARE_VECTORS_H_

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "firmware/link/frame.h"

namespace mcu_eval_test {

using ByteString = std::vector<uint8_t>;

inline ByteString FromHex(const std::string& hex) {
  ByteString bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(
        static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

inline std::string ToHex(const uint8_t* data, size_t size) {
  std::string hex;
  for (size_t i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[data[i] >> 4];
    hex += "0123456789abcdef"[data[i] & 15];
  }
  return hex;
}

// One field of a message, as it would stand on the wire: a number (floats as
// their bits), bytes, or a sub-message. A repeated field stands several times.
struct Field {
  int tag;
  uint64_t number;
  ByteString bytes;
  std::vector<Field> sub;

  bool operator==(const Field& other) const {
    return tag == other.tag && number == other.number && bytes == other.bytes &&
           sub == other.sub;
  }
};

inline Field Number(int tag, uint64_t number) { return {tag, number, {}, {}}; }
inline Field Bytes(int tag, const std::string& hex) {
  return {tag, 0, FromHex(hex), {}};
}
inline Field Sub(int tag, const std::vector<Field>& fields) {
  return {tag, 0, {}, fields};
}

struct CobsCase {
  const char* name;
  const char* input_hex;
  bool encode;
  bool ok;
  const char* expect;  // decoded bytes, or the reason
};

struct CrcCase {
  const char* name;
  const char* input_hex;
  uint32_t crc;
};

struct FrameExpect {
  std::string reason;  // empty if the frame is sound
  mcu_eval::FrameHeader header;
  std::string body_hex;
};

struct FrameCase {
  const char* name;
  const char* input_hex;
  bool encode;
  bool to_device;
  size_t max_frame;
  std::vector<FrameExpect> expect;
};

struct MessageCase {
  const char* name;
  const char* input_hex;
  bool encode;
  uint8_t kind;
  bool ok;
  std::vector<Field> fields;
};

#include "vectors.inc"

// Sizes of the pieces a stream of `size` bytes is cut into: whole, byte by
// byte, and at 20 seeded random choices.
inline std::vector<std::vector<size_t>> Splits(size_t size, uint32_t seed) {
  std::vector<std::vector<size_t>> splits = {{size},
                                             std::vector<size_t>(size, 1)};
  std::mt19937 random(seed);
  for (int i = 0; i < 20; ++i) {
    const size_t longest = 1 + random() % (size + 1);
    std::vector<size_t> pieces;
    for (size_t at = 0; at < size;) {
      const size_t piece = std::min<size_t>(1 + random() % longest, size - at);
      pieces.push_back(piece);
      at += piece;
    }
    splits.push_back(pieces);
  }
  return splits;
}

}  // namespace mcu_eval_test

#endif  // MCU_EVAL_TEST_FIRMWARE_VECTORS_H_
