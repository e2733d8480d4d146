#include "firmware/link/crc.h"

#include "test/firmware/check.h"
#include "test/firmware/vectors.h"

using namespace mcu_eval_test;

TEST(Vectors_AllAgreeWholeAndInPieces) {
  size_t seen = 0;
  for (const CrcCase& c : CrcCases()) {
    const ByteString input = FromHex(c.input_hex);
    for (const auto& pieces : Splits(input.size(), 1)) {
      uint32_t crc = 0;
      const uint8_t* at = input.data();
      for (size_t piece : pieces) {
        crc = mcu_eval::Crc32(crc, at, piece);
        at += piece;
      }
      CHECK_EQ(crc, c.crc);
    }
    ++seen;
  }
  CHECK_EQ(seen, kCrcCases);
  CHECK(seen > 0);
}

MCU_EVAL_TEST_MAIN()
