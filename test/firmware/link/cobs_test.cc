#include "firmware/link/cobs.h"

#include <algorithm>

#include "test/firmware/check.h"
#include "test/firmware/vectors.h"

using namespace mcu_eval;
using namespace mcu_eval_test;

namespace {

// Decodes one packet; false where it is cut short.
bool Decode(const ByteString& encoded, ByteString* raw) {
  CobsDecoder decoder;
  raw->clear();
  for (uint8_t byte : encoded) {
    uint8_t out;
    if (decoder.Push(byte, &out)) raw->push_back(out);
  }
  return decoder.complete();
}

ByteString Encode(const ByteString& raw, const std::vector<size_t>& pieces) {
  ByteString encoded(CobsMaxEncoded(raw.size()));
  CobsEncoder encoder(encoded.data(), encoded.size());
  const uint8_t* at = raw.data();
  for (size_t piece : pieces) {
    encoder.Append(at, piece);
    at += piece;
  }
  encoded.resize(encoder.Finish());
  return encoded;
}

}  // namespace

TEST(Vectors_AllDecodeAndEncode) {
  size_t seen = 0;
  for (const CobsCase& c : CobsCases()) {
    const ByteString input = FromHex(c.input_hex);
    ByteString raw;
    const bool ok = Decode(input, &raw);
    CHECK_EQ(ok, c.ok);
    if (c.ok) {
      CHECK_EQ(ToHex(raw.data(), raw.size()), c.expect);
    } else {
      CHECK_EQ(std::string("bad_cobs"), c.expect);
    }
    if (c.encode) {
      for (const auto& pieces : Splits(raw.size(), 2)) {
        CHECK(Encode(raw, pieces) == input);
      }
    }
    ++seen;
  }
  CHECK_EQ(seen, kCobsCases);
}

TEST(RandomBytes_RoundTripWithinTheWorstCase) {
  std::mt19937 random(3);
  for (size_t size = 1; size < 1200; ++size) {
    ByteString raw(size);
    const bool sparse = random() % 2;
    for (uint8_t& byte : raw) {
      byte = static_cast<uint8_t>(sparse ? 1 + random() % 255 : random() % 3);
    }
    const ByteString encoded = Encode(raw, {size});
    CHECK(!encoded.empty() && encoded.size() <= CobsMaxEncoded(size));
    CHECK(std::find(encoded.begin(), encoded.end(), 0) == encoded.end());
    ByteString again;
    CHECK(Decode(encoded, &again));
    CHECK(again == raw);
  }
}

TEST(WorstCase_IsReachedAndInvertible) {
  for (size_t size = 1; size < 2000; ++size) {
    const ByteString raw(size, 0xAA);
    CHECK_EQ(Encode(raw, {size}).size(), CobsMaxEncoded(size));
    CHECK(CobsMaxRaw(CobsMaxEncoded(size)) == size);
    CHECK(CobsMaxEncoded(CobsMaxRaw(size + 1)) <= size + 1);
  }
}

TEST(BufferTooSmall_EncodesNothing) {
  const ByteString raw(300, 7);
  for (size_t capacity = 0; capacity < CobsMaxEncoded(300); ++capacity) {
    ByteString buffer(capacity);  // ASan watches its end
    CobsEncoder encoder(buffer.data(), capacity);
    encoder.Append(raw.data(), raw.size());
    CHECK_EQ(encoder.Finish(), size_t{0});
  }
}

MCU_EVAL_TEST_MAIN()
