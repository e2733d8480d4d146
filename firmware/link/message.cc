#include "firmware/link/message.h"

#include <pb_decode.h>
#include <pb_encode.h>

namespace mcu_eval {
namespace {

struct KindRow {
  uint8_t kind;
  bool from_host;
  const pb_msgdesc_t* fields;
};

constexpr KindRow kKinds[] = {
    {mcu_eval_Kind_HELLO, true, &mcu_eval_Hello_msg},
    {mcu_eval_Kind_INFER, true, &mcu_eval_Infer_msg},
    {mcu_eval_Kind_READ_OUTPUT, true, &mcu_eval_ReadOutput_msg},
    {mcu_eval_Kind_CONFIGURE, true, &mcu_eval_Configure_msg},
    {mcu_eval_Kind_PROFILE, true, &mcu_eval_Profile_msg},
    {mcu_eval_Kind_STATS, true, &mcu_eval_Stats_msg},
    {mcu_eval_Kind_RESET, true, &mcu_eval_Reset_msg},
    {mcu_eval_Kind_LOAD_INPUT, true, &mcu_eval_LoadInput_msg},
    {mcu_eval_Kind_SYNC, true, &mcu_eval_Sync_msg},
    {mcu_eval_Kind_HELLO_REPLY, false, &mcu_eval_HelloReply_msg},
    {mcu_eval_Kind_INFER_REPLY, false, &mcu_eval_InferReply_msg},
    {mcu_eval_Kind_OUTPUT_CHUNK, false, &mcu_eval_OutputChunk_msg},
    {mcu_eval_Kind_CONFIGURE_REPLY, false, &mcu_eval_ConfigureReply_msg},
    {mcu_eval_Kind_PROFILE_REPLY, false, &mcu_eval_ProfileReply_msg},
    {mcu_eval_Kind_STATS_REPLY, false, &mcu_eval_StatsReply_msg},
    {mcu_eval_Kind_RESET_REPLY, false, &mcu_eval_ResetReply_msg},
    {mcu_eval_Kind_INPUT_INCOMPLETE, false, &mcu_eval_InputIncomplete_msg},
    {mcu_eval_Kind_ERROR, false, &mcu_eval_Error_msg},
    {mcu_eval_Kind_CREDIT, false, &mcu_eval_Credit_msg},
    {mcu_eval_Kind_BUSY, false, &mcu_eval_Busy_msg},
    {mcu_eval_Kind_LOG, false, &mcu_eval_Log_msg},
};

const KindRow* FindKind(uint8_t kind) {
  for (const KindRow& row : kKinds) {
    if (row.kind == kind) return &row;
  }
  return nullptr;
}

// The state of a buffer stream is its read position, so that a field can be
// seen in place.
bool SeeInPlace(pb_istream_t* stream, const pb_field_t*, void** arg) {
  auto* view = static_cast<ByteView*>(*arg);
  view->data = static_cast<const uint8_t*>(stream->state);
  view->size = stream->bytes_left;
  return pb_read(stream, nullptr, stream->bytes_left);
}

pb_callback_t DecodeInPlace(ByteView* view) {
  *view = {nullptr, 0};
  pb_callback_t callback{};
  callback.funcs.decode = SeeInPlace;
  callback.arg = view;
  return callback;
}

bool AppendToFrame(pb_ostream_t* stream, const pb_byte_t* data, size_t size) {
  static_cast<FrameEncoder*>(stream->state)->Append(data, size);
  return true;
}

// Bytes of the character at `p` of a NUL-terminated text, 0 if it is not one
// (Unicode 15, table 3-7).
size_t CharacterBytes(const uint8_t* p) {
  if (p[0] < 0x80) return 1;
  if (p[0] < 0xC2 || p[0] > 0xF4) return 0;
  // Rules out longer forms than need be, surrogates, and above U+10FFFF.
  const uint8_t low = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;
  if (p[1] < low || p[1] > high) return 0;
  const size_t size = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
  for (size_t i = 2; i < size; ++i) {
    if ((p[i] & 0xC0) != 0x80) return 0;
  }
  return size;
}

size_t CutUtf8(const char* text, size_t max_bytes) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text);
  size_t size = 0;
  while (bytes[size] != 0) {
    const size_t character = CharacterBytes(bytes + size);
    if (character == 0 || size + character > max_bytes) break;
    size += character;
  }
  return size;
}

bool WriteText(pb_ostream_t* stream, const pb_field_t* field,
               void* const* arg) {
  const auto* view = static_cast<const TextView*>(*arg);
  if (view->text == nullptr || view->text[0] == '\0') return true;
  return pb_encode_tag_for_field(stream, field) &&
         pb_encode_string(stream,
                          reinterpret_cast<const pb_byte_t*>(view->text),
                          CutUtf8(view->text, view->max_bytes));
}

bool WriteBytes(pb_ostream_t* stream, const pb_field_t* field,
                void* const* arg) {
  const auto* view = static_cast<const ByteView*>(*arg);
  if (view->size == 0) return true;
  return pb_encode_tag_for_field(stream, field) &&
         pb_encode_string(stream, view->data, view->size);
}

}  // namespace

bool IsHostKind(uint8_t kind) {
  const KindRow* row = FindKind(kind);
  return row != nullptr && row->from_host;
}

bool IsRequestKind(uint8_t kind) {
  return kind >= mcu_eval_Kind_INFER && kind <= mcu_eval_Kind_RESET;
}

bool DecodeBody(const Frame& frame, HostMessage* message) {
  const KindRow* row = FindKind(frame.header.kind);
  if (row == nullptr || !row->from_host) return false;
  *message = HostMessage{};
  message->kind = row->kind;
  if (row->kind == mcu_eval_Kind_LOAD_INPUT) {
    LoadInputBody& load = message->load_input;
    load.fields = mcu_eval_LoadInput mcu_eval_LoadInput_init_zero;
    load.fields.raw = DecodeInPlace(&load.raw);
    load.fields.delta.packed = DecodeInPlace(&load.packed);
  }
  pb_istream_t stream = pb_istream_from_buffer(frame.body, frame.body_size);
  return pb_decode(&stream, row->fields, &message->hello);
}

bool EncodeBody(uint8_t kind, const void* body, FrameEncoder& encoder) {
  const KindRow* row = FindKind(kind);
  if (row == nullptr || row->from_host) return false;
  pb_ostream_t stream{};
  stream.callback = AppendToFrame;
  stream.state = &encoder;
  stream.max_size = SIZE_MAX;
  return pb_encode(&stream, row->fields, body);
}

pb_callback_t EncodeText(const TextView* text) {
  pb_callback_t callback{};
  callback.funcs.encode = WriteText;
  callback.arg = const_cast<TextView*>(text);
  return callback;
}

pb_callback_t EncodeBytes(const ByteView* bytes) {
  pb_callback_t callback{};
  callback.funcs.encode = WriteBytes;
  callback.arg = const_cast<ByteView*>(bytes);
  return callback;
}

}  // namespace mcu_eval
