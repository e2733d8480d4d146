#include "firmware/link/frame.h"

#include "firmware/link/message.h"
#include "test/firmware/check.h"
#include "test/firmware/vectors.h"

using namespace mcu_eval;
using namespace mcu_eval_test;

namespace {

bool IsDeviceKind(uint8_t kind) {
  return (kind >= 129 && kind <= 137) || (kind >= 144 && kind <= 146);
}

std::string ReasonName(FrameResult result) {
  switch (result) {
    case FrameResult::kNone:
    case FrameResult::kSound:
      return "";
    case FrameResult::kTooLong:
      return "too_long";
    case FrameResult::kBadCobs:
      return "bad_cobs";
    case FrameResult::kBadLength:
      return "bad_length";
    case FrameResult::kBadCrc:
      return "bad_crc";
    case FrameResult::kBadVersion:
      return "bad_version";
    case FrameResult::kBadKind:
      return "bad_kind";
  }
  return "?";
}

std::string Describe(const FrameExpect& e) {
  if (!e.reason.empty()) return e.reason;
  const FrameHeader& h = e.header;
  return std::to_string(h.version) + " " + std::to_string(h.kind) + " " +
         std::to_string(h.session) + " " + std::to_string(h.flags) + " " +
         std::to_string(h.seq) + " " + e.body_hex;
}

std::vector<FrameExpect> Decode(const FrameCase& c, const ByteString& input,
                                const std::vector<size_t>& pieces) {
  ByteString buffer(c.max_frame);
  FrameDecoder decoder(buffer.data(), buffer.size(),
                       c.to_device ? IsHostKind : IsDeviceKind);
  std::vector<FrameExpect> got;
  size_t at = 0;
  for (size_t piece : pieces) {
    for (size_t end = at + piece; at < end;) {
      FrameResult result;
      Frame frame{};
      const size_t taken =
          decoder.Push(input.data() + at, end - at, &result, &frame);
      CHECK(taken > 0 && taken <= end - at);
      at += taken;
      if (result == FrameResult::kSound) {
        got.push_back({"", frame.header, ToHex(frame.body, frame.body_size)});
      } else if (result != FrameResult::kNone) {
        got.push_back({ReasonName(result), {}, ""});
      }
    }
  }
  return got;
}

}  // namespace

TEST(Vectors_AllDecodeHoweverCut) {
  size_t seen = 0;
  for (const FrameCase& c : FrameCases()) {
    const ByteString input = FromHex(c.input_hex);
    for (const auto& pieces : Splits(input.size(), 4)) {
      const auto got = Decode(c, input, pieces);
      CHECK_EQ(got.size(), c.expect.size());
      for (size_t i = 0; i < got.size() && i < c.expect.size(); ++i) {
        CHECK_EQ(Describe(got[i]), Describe(c.expect[i]));
      }
    }
    ++seen;
  }
  CHECK_EQ(seen, kFrameCases);
}

TEST(Vectors_EncodeToTheSameBytes) {
  size_t seen = 0;
  for (const FrameCase& c : FrameCases()) {
    if (!c.encode) continue;
    const ByteString input = FromHex(c.input_hex);
    const ByteString body = FromHex(c.expect[0].body_hex);
    for (const auto& pieces : Splits(body.size(), 5)) {
      ByteString wire(c.max_frame + 1);
      FrameEncoder encoder(wire.data(), c.max_frame, c.expect[0].header);
      const uint8_t* at = body.data();
      for (size_t piece : pieces) {
        encoder.Append(at, piece);
        at += piece;
      }
      const size_t size = encoder.Finish();
      CHECK_EQ(ToHex(wire.data(), size), c.input_hex);
    }
    ++seen;
  }
  CHECK(seen > 0);
}

TEST(LongestBody_FitsMaxFrameAndOneMoreDoesNot) {
  for (size_t max_frame : {256u, 512u, 1024u, 4096u}) {
    for (size_t extra : {0u, 1u}) {
      const ByteString body(MaxBody(max_frame) + extra, 0x55);
      ByteString wire(max_frame + 1);
      FrameEncoder encoder(wire.data(), max_frame, {1, 6, 0x55, 0x55, 0x5555});
      encoder.Append(body.data(), body.size());
      const size_t size = encoder.Finish();
      CHECK_EQ(size == 0, extra == 1);
      CHECK(size <= max_frame + 1);
    }
  }
}

TEST(EveryFlippedBit_NeverGivesAnotherFrame) {
  const ByteString good =
      FromHex("04010207122c011005187b252639f4cb28014c80911000");
  for (size_t bit = 0; bit < 8 * (good.size() - 1); ++bit) {
    ByteString bad = good;
    bad[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
    const FrameCase c = {"", "", false, true, 256, {}};
    for (const FrameExpect& e : Decode(c, bad, {bad.size()})) {
      CHECK(!e.reason.empty());
    }
  }
}

MCU_EVAL_TEST_MAIN()
