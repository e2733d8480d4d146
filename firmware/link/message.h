// Bodies: nanopb structures to and from the bytes of a frame. Nothing is
// copied that is as large as a frame; such fields are views.
#ifndef MCU_EVAL_LINK_MESSAGE_H_
#define MCU_EVAL_LINK_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "firmware/link/frame.h"
#include "mcu_eval.pb.h"

namespace mcu_eval {

struct ByteView {
  const uint8_t* data;
  size_t size;
};

// LoadInput with its large fields as views into the frame. raw.data is null if
// the field was absent.
struct LoadInputBody {
  mcu_eval_LoadInput fields;
  ByteView raw;
  ByteView packed;
};

// The body of a frame from the host; `kind` tells which member is set.
struct HostMessage {
  uint8_t kind;
  union {
    mcu_eval_Hello hello;
    mcu_eval_Infer infer;
    mcu_eval_ReadOutput read_output;
    mcu_eval_Configure configure;
    mcu_eval_Profile profile;
    mcu_eval_Stats stats;
    mcu_eval_Reset reset;
    LoadInputBody load_input;
    mcu_eval_Sync sync;
  };
};

// True for the kinds sent towards the device.
bool IsHostKind(uint8_t kind);

// True for the host's kinds that carry a seq and are answered once.
bool IsRequestKind(uint8_t kind);

// Decodes the body of `frame`, whose kind is a host kind. Views in `message`
// live as long as the frame. False if protobuf does not decode or a bound of
// proto/mcu_eval.options is exceeded.
bool DecodeBody(const Frame& frame, HostMessage* message);

// Appends the nanopb structure `body`, the one that belongs to `kind`. False if
// nanopb refused it; whether it fits the frame is told by encoder.Finish().
bool EncodeBody(uint8_t kind, const void* body, FrameEncoder& encoder);

// Encoders of string and bytes fields. What they point at must live until the
// body is encoded. EncodeText cuts at `max_bytes`, never within a UTF-8
// sequence, and at the first byte that is not UTF-8, which a host's protobuf
// may refuse; null and "" encode nothing.
struct TextView {
  const char* text;
  size_t max_bytes;
};
pb_callback_t EncodeText(const TextView* text);
pb_callback_t EncodeBytes(const ByteView* bytes);

// Number of a decoded enum field. Reading a number that the enum does not list
// through its own type would be undefined.
template <typename Enum>
uint32_t EnumNumber(const Enum& field) {
  uint32_t number = 0;
  static_assert(sizeof(field) <= sizeof(number), "protobuf enums are 32 bits");
  std::memcpy(&number, &field, sizeof(field));  // both ends little-endian
  return number;
}

}  // namespace mcu_eval

#endif  // MCU_EVAL_LINK_MESSAGE_H_
