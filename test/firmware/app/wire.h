// A host's end for the tests, written from proto/wire.md and without nanopb, so
// that the firmware's bodies are read and written by something else too.
#ifndef MCU_EVAL_TEST_FIRMWARE_APP_WIRE_H_
#define MCU_EVAL_TEST_FIRMWARE_APP_WIRE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "firmware/link/frame.h"
#include "firmware/link/message.h"
#include "mcu_eval.pb.h"
#include "test/firmware/vectors.h"

namespace mcu_eval_test {

// Writes a protobuf body, field by field.
class Body {
 public:
  Body& Varint(int tag, uint64_t value) {
    Raw(static_cast<uint64_t>(tag) << 3);
    return Raw(value);
  }
  Body& Fixed32(int tag, uint32_t value) {
    Raw(static_cast<uint64_t>(tag) << 3 | 5);
    for (int i = 0; i < 4; ++i) bytes_.push_back(uint8_t(value >> 8 * i));
    return *this;
  }
  Body& Bytes(int tag, const ByteString& value) {
    Raw(static_cast<uint64_t>(tag) << 3 | 2);
    Raw(value.size());
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return *this;
  }
  Body& Sub(int tag, const Body& body) { return Bytes(tag, body.bytes_); }
  const ByteString& bytes() const { return bytes_; }

 private:
  Body& Raw(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(uint8_t(value | 0x80));
    bytes_.push_back(uint8_t(value));
    return *this;
  }
  ByteString bytes_;
};

// Reads a body: numbers and bytes by tag.
class Fields {
 public:
  explicit Fields(const ByteString& body) {
    for (size_t at = 0; at < body.size();) {
      const uint64_t key = Varint(body, &at);
      Field field = {static_cast<int>(key >> 3), 0, {}, {}};
      if ((key & 7) == 0) {
        field.number = Varint(body, &at);
      } else if ((key & 7) == 5) {
        for (int i = 0; i < 4; ++i)
          field.number |= uint64_t{body.at(at++)} << 8 * i;
      } else {
        const size_t size = Varint(body, &at);
        field.bytes.assign(body.begin() + at, body.begin() + at + size);
        at += size;
      }
      fields_.push_back(field);
    }
  }
  bool Has(int tag) const { return !All(tag).empty(); }
  uint64_t Number(int tag) const {
    const auto all = All(tag);
    return all.empty() ? 0 : all.back().number;
  }
  ByteString Bytes(int tag) const {
    const auto all = All(tag);
    return all.empty() ? ByteString() : all.back().bytes;
  }
  std::string Text(int tag) const {
    const ByteString bytes = Bytes(tag);
    return std::string(bytes.begin(), bytes.end());
  }
  Fields Sub(int tag) const { return Fields(Bytes(tag)); }
  std::vector<Field> All(int tag) const {
    std::vector<Field> found;
    for (const Field& f : fields_) {
      if (f.tag == tag) found.push_back(f);
    }
    return found;
  }

 private:
  static uint64_t Varint(const ByteString& body, size_t* at) {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const uint8_t byte = body.at((*at)++);
      value |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
  }
  std::vector<Field> fields_;
};

// The bytes of one frame to the device, delimiter included.
inline ByteString Wire(uint8_t kind, uint8_t session, uint16_t seq,
                       const Body& body, uint8_t version = 1) {
  ByteString wire(mcu_eval::CobsMaxEncoded(body.bytes().size() + 10) + 1);
  mcu_eval::FrameEncoder encoder(wire.data(), wire.size() - 1,
                                 {version, kind, session, 0, seq});
  encoder.Append(body.bytes().data(), body.bytes().size());
  wire.resize(encoder.Finish());
  return wire;
}

struct Received {
  mcu_eval::FrameHeader header;
  ByteString body;
  size_t encoded;  // bytes with the delimiter

  Fields fields() const { return Fields(body); }
};

// All frames in `bytes`, which must be sound and whole.
inline std::vector<Received> Unwire(const ByteString& bytes) {
  std::vector<Received> frames;
  ByteString buffer(1 << 16);
  mcu_eval::FrameDecoder decoder(buffer.data(), buffer.size(),
                                 [](uint8_t kind) { return kind >= 0x80; });
  for (size_t at = 0; at < bytes.size();) {
    mcu_eval::FrameResult result;
    mcu_eval::Frame frame{};
    const size_t taken =
        decoder.Push(bytes.data() + at, bytes.size() - at, &result, &frame);
    at += taken;
    if (result != mcu_eval::FrameResult::kSound) {
      std::fprintf(stderr, "the device sent a bad frame\n");
      std::abort();
    }
    frames.push_back(
        {frame.header, {frame.body, frame.body + frame.body_size}, taken});
  }
  return frames;
}

inline Body Hello(uint32_t nonce, uint32_t protocol = 1,
                  uint32_t max_frame = 65536) {
  return Body()
      .Varint(1, protocol)
      .Fixed32(2, nonce)
      .Varint(3, max_frame)
      .Bytes(4, {'t', 'e', 's', 't'});
}

inline Body LoadInput(uint32_t slot, uint32_t id, uint32_t total,
                      uint32_t offset, const ByteString& raw) {
  return Body()
      .Varint(1, slot)
      .Varint(2, id)
      .Varint(3, total)
      .Varint(4, offset)
      .Bytes(5, raw);
}

inline Body Infer(uint32_t slot, uint32_t id, uint32_t sample, uint32_t crc,
                  uint32_t mode = mcu_eval_InferMode_EXCLUSIVE) {
  return Body()
      .Varint(1, slot)
      .Varint(2, id)
      .Varint(3, sample)
      .Fixed32(4, crc)
      .Varint(5, mode);
}

inline const Body kStats;

inline uint8_t Kind(const Received& frame) { return frame.header.kind; }

inline bool IsError(const Received& frame, mcu_eval_ErrorCode code) {
  return Kind(frame) == mcu_eval_Kind_ERROR && frame.fields().Number(1) == code;
}

}  // namespace mcu_eval_test

#endif  // MCU_EVAL_TEST_FIRMWARE_APP_WIRE_H_
