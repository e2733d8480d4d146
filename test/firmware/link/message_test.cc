#include "firmware/link/message.h"

#include <pb_common.h>

#include "test/firmware/check.h"
#include "test/firmware/link/fields.h"

using namespace mcu_eval;
using namespace mcu_eval_test;

namespace {

const pb_msgdesc_t* DescriptorOf(uint8_t kind) {
  switch (kind) {
    case mcu_eval_Kind_HELLO:
      return &mcu_eval_Hello_msg;
    case mcu_eval_Kind_INFER:
      return &mcu_eval_Infer_msg;
    case mcu_eval_Kind_READ_OUTPUT:
      return &mcu_eval_ReadOutput_msg;
    case mcu_eval_Kind_CONFIGURE:
      return &mcu_eval_Configure_msg;
    case mcu_eval_Kind_PROFILE:
      return &mcu_eval_Profile_msg;
    case mcu_eval_Kind_STATS:
      return &mcu_eval_Stats_msg;
    case mcu_eval_Kind_RESET:
      return &mcu_eval_Reset_msg;
    case mcu_eval_Kind_LOAD_INPUT:
      return &mcu_eval_LoadInput_msg;
    case mcu_eval_Kind_SYNC:
      return &mcu_eval_Sync_msg;
    case mcu_eval_Kind_HELLO_REPLY:
      return &mcu_eval_HelloReply_msg;
    case mcu_eval_Kind_INFER_REPLY:
      return &mcu_eval_InferReply_msg;
    case mcu_eval_Kind_OUTPUT_CHUNK:
      return &mcu_eval_OutputChunk_msg;
    case mcu_eval_Kind_CONFIGURE_REPLY:
      return &mcu_eval_ConfigureReply_msg;
    case mcu_eval_Kind_PROFILE_REPLY:
      return &mcu_eval_ProfileReply_msg;
    case mcu_eval_Kind_STATS_REPLY:
      return &mcu_eval_StatsReply_msg;
    case mcu_eval_Kind_RESET_REPLY:
      return &mcu_eval_ResetReply_msg;
    case mcu_eval_Kind_INPUT_INCOMPLETE:
      return &mcu_eval_InputIncomplete_msg;
    case mcu_eval_Kind_ERROR:
      return &mcu_eval_Error_msg;
    case mcu_eval_Kind_CREDIT:
      return &mcu_eval_Credit_msg;
    case mcu_eval_Kind_BUSY:
      return &mcu_eval_Busy_msg;
    case mcu_eval_Kind_LOG:
      return &mcu_eval_Log_msg;
    default:
      return nullptr;
  }
}

// What the decoded message says, its views included.
std::vector<Field> DumpMessage(HostMessage& message) {
  auto fields = Dump(DescriptorOf(message.kind), &message.hello);
  if (message.kind != mcu_eval_Kind_LOAD_INPUT) return fields;
  const LoadInputBody& load = message.load_input;
  const auto bytes = [](int tag, const ByteView& view) {
    return Bytes(tag, ToHex(view.data, view.size));
  };
  for (Field& field : fields) {
    if (field.tag == mcu_eval_LoadInput_delta_tag && load.packed.size > 0) {
      field.sub.push_back(bytes(mcu_eval_PackedDelta_packed_tag, load.packed));
    }
  }
  if (load.raw.data != nullptr) {
    fields.push_back(bytes(mcu_eval_LoadInput_raw_tag, load.raw));
  }
  return fields;
}

// The device skips the host's name.
std::vector<Field> WhatTheDeviceKeeps(uint8_t kind, std::vector<Field> fields) {
  if (kind == mcu_eval_Kind_HELLO) {
    std::vector<Field> kept;
    for (const Field& field : fields) {
      if (field.tag != 4) kept.push_back(field);
    }
    return kept;
  }
  return fields;
}

Frame FrameOf(uint8_t kind, const ByteString& body) {
  return {{1, kind, 1, 0, 1}, body.data(), body.size(), 0};
}

void CheckDecodes(const MessageCase& c) {
  const ByteString body = FromHex(c.input_hex);
  HostMessage message;
  CHECK_EQ(DecodeBody(FrameOf(c.kind, body), &message), c.ok);
  if (!c.ok) return;
  CHECK(DumpMessage(message) == WhatTheDeviceKeeps(c.kind, c.fields));
}

void CheckEncodes(const MessageCase& c) {
  Storage storage;
  Fill(DescriptorOf(c.kind), storage.bytes, c.fields);
  ByteString wire(4097);
  ByteString rx(4096);
  FrameEncoder encoder(wire.data(), 4096, {1, c.kind, 1, 0, 1});
  CHECK(EncodeBody(c.kind, storage.bytes, encoder));
  const size_t size = encoder.Finish();
  FrameDecoder decoder(rx.data(), rx.size(), [](uint8_t) { return true; });
  FrameResult result;
  Frame frame{};
  decoder.Push(wire.data(), size, &result, &frame);
  CHECK(result == FrameResult::kSound);
  CHECK_EQ(ToHex(frame.body, frame.body_size), c.input_hex);
}

}  // namespace

TEST(Vectors_HostsDecodeAndDevicesEncode) {
  size_t seen = 0;
  for (const MessageCase& c : MessageCases()) {
    const int before = Failures();
    if (IsHostKind(c.kind)) {
      CheckDecodes(c);
      ++seen;
    } else if (c.encode) {
      CheckEncodes(c);
      ++seen;
    }
    if (Failures() != before) std::cerr << "in vector: " << c.name << "\n";
  }
  CHECK_EQ(seen, kMessageCases);
}

TEST(Views_LieInTheFrame) {
  const ByteString body = FromHex(
      "10011804"
      "2a03010203");
  HostMessage message;
  CHECK(DecodeBody(FrameOf(mcu_eval_Kind_LOAD_INPUT, body), &message));
  CHECK(message.load_input.raw.data == body.data() + 6);
  CHECK_EQ(message.load_input.raw.size, size_t{3});
  CHECK(message.load_input.packed.data == nullptr);
}

TEST(ListBeyondItsBound_IsABadBody) {
  const ByteString four = FromHex("320401020304");
  const ByteString five = FromHex("32050102030405");
  HostMessage message;
  CHECK(DecodeBody(FrameOf(mcu_eval_Kind_INFER, four), &message));
  CHECK_EQ(message.infer.report_tensors_count, 4);
  CHECK(!DecodeBody(FrameOf(mcu_eval_Kind_INFER, five), &message));
}

TEST(Text_IsCutToItsBoundAndToWhatIsUtf8) {
  const struct {
    const char* text;
    size_t max_bytes;
    const char* kept;
  } cases[] = {
      {"abc", 9, "abc"},
      {"abc", 2, "ab"},
      // 2, 3 and 4 bytes a character: a bound that falls inside one.
      {"\xC3\xBC\xC3\xBC\xC3\xBC", 5, "\xC3\xBC\xC3\xBC"},
      {"a\xE2\x82\xAC", 3, "a"},
      {"a\xE2\x82\xAC", 4, "a\xE2\x82\xAC"},
      {"\xF0\x9F\x98\x80z", 9, "\xF0\x9F\x98\x80z"},
      {"a\xFFz", 9, "a"},
      {"a\x80z", 9, "a"},
      {"a\xC3", 9, "a"},
      {"a\xC3z", 9, "a"},
      {"a\xE2\x82", 9, "a"},
      {"a\xC0\x80", 9, "a"},          // longer than it need be
      {"a\xE0\x9F\xBF", 9, "a"},      // as well
      {"a\xED\xA0\x80", 9, "a"},      // a surrogate
      {"a\xF4\x90\x80\x80", 9, "a"},  // beyond U+10FFFF
      {"a\xED\x9F\xBF", 9, "a\xED\x9F\xBF"},
  };
  for (const auto& c : cases) {
    const TextView text = {c.text, c.max_bytes};
    mcu_eval_Log log = mcu_eval_Log_init_zero;
    log.text = EncodeText(&text);
    uint8_t wire[257];
    FrameEncoder encoder(wire, 256, {1, mcu_eval_Kind_LOG, 1, 0, 0});
    CHECK(EncodeBody(mcu_eval_Kind_LOG, &log, encoder));
    const size_t size = encoder.Finish();
    uint8_t rx[256];
    FrameDecoder decoder(rx, 256, [](uint8_t) { return true; });
    FrameResult result;
    Frame frame{};
    decoder.Push(wire, size, &result, &frame);
    const std::string kept = c.kept;
    CHECK_EQ(ToHex(frame.body + 2, frame.body_size - 2),
             ToHex(reinterpret_cast<const uint8_t*>(kept.data()), kept.size()));
  }
}

MCU_EVAL_TEST_MAIN()
