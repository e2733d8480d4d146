#include "firmware/app/staging.h"

#include <random>
#include <vector>

#include "firmware/link/crc.h"
#include "test/firmware/check.h"

using namespace mcu_eval;

namespace {

using ByteString = std::vector<uint8_t>;

constexpr uint32_t kTotal = 100;

ByteString RandomInput(uint32_t seed) {
  std::mt19937 random(seed);
  ByteString bytes(kTotal);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

uint32_t Crc(const ByteString& bytes) {
  return Crc32(0, bytes.data(), bytes.size());
}

// Memory of exactly two slots, so that ASan sees a step beyond.
struct Bench {
  ByteString memory = ByteString(112 + kTotal);
  Staging staging;
  Bench() { staging.Init(memory.data(), memory.size() + 12, kTotal); }
  void Raw(uint32_t slot, uint32_t id, const ByteString& input, uint32_t begin,
           uint32_t end) {
    staging.LoadRaw({slot, id, kTotal, begin}, input.data() + begin,
                    end - begin);
  }
};

// Packs differences least significant bit first, independently of the unpacker.
ByteString Pack(const std::vector<int>& differences, uint32_t bits) {
  std::vector<bool> stream;
  for (int difference : differences) {
    for (uint32_t b = 0; b < bits; ++b) {
      stream.push_back((static_cast<unsigned>(difference) >> b) & 1);
    }
  }
  ByteString packed((stream.size() + 7) / 8);
  for (size_t k = 0; k < stream.size(); ++k) {
    packed[k / 8] = static_cast<uint8_t>(packed[k / 8] | stream[k] << k % 8);
  }
  return packed;
}

}  // namespace

TEST(ChunksInAnyOrderOverlappingAndTwice_Assemble) {
  std::mt19937 random(1);
  for (uint32_t round = 1; round <= 200; ++round) {
    Bench bench;
    const ByteString input = RandomInput(round);
    ByteRange gap;
    while (bench.staging.Check(0, round, Crc(input)) != InputState::kReady) {
      const uint32_t begin = random() % kTotal;
      bench.Raw(0, round, input, begin,
                begin + 1 + uint32_t(random()) % (kTotal - begin));
      if (bench.staging.Missing(0, &gap, 1) == 1) {
        bench.Raw(0, round, input, gap.begin, gap.end);
      }
    }
    CHECK(std::equal(input.begin(), input.end(), bench.staging.Data(0)));
  }
}

TEST(MissingBytes_AreNamed) {
  Bench bench;
  const ByteString input = RandomInput(1);
  bench.Raw(0, 1, input, 10, 20);
  bench.Raw(0, 1, input, 50, 100);
  CHECK(bench.staging.Check(0, 1, Crc(input)) == InputState::kMissingBytes);
  ByteRange gaps[8];
  CHECK_EQ(bench.staging.Missing(0, gaps, 8), size_t{2});
  CHECK_EQ(gaps[0].begin, 0u);
  CHECK_EQ(gaps[0].end, 10u);
  CHECK_EQ(gaps[1].begin, 20u);
  CHECK_EQ(gaps[1].end, 50u);
}

TEST(SlotsNeverTouchEachOther) {
  Bench bench;
  const ByteString a = RandomInput(1);
  const ByteString b = RandomInput(2);
  bench.Raw(0, 1, a, 0, kTotal);
  bench.Raw(1, 2, b, 0, kTotal);
  CHECK(bench.staging.Check(0, 1, Crc(a)) == InputState::kReady);
  CHECK(bench.staging.Check(1, 2, Crc(b)) == InputState::kReady);
}

TEST(OtherContent_IsTold) {
  Bench bench;
  const ByteString input = RandomInput(1);
  bench.Raw(0, 1, input, 0, kTotal);
  CHECK(bench.staging.Check(0, 1, Crc(input) ^ 1) == InputState::kCrcDiffers);
  CHECK_EQ(bench.staging.ActualCrc(0), Crc(input));
  CHECK(bench.staging.Check(0, 2, Crc(input)) == InputState::kOtherInput);
  CHECK(bench.staging.Check(1, 1, Crc(input)) == InputState::kOtherInput);
}

TEST(LateByteRewritten_IsSeenByTheCrc) {
  Bench bench;
  ByteString input = RandomInput(1);
  bench.Raw(0, 1, input, 0, kTotal);
  CHECK(bench.staging.Check(0, 1, Crc(input)) == InputState::kReady);
  const uint32_t before = Crc(input);
  input[7] ^= 1;
  bench.Raw(0, 1, input, 7, 8);
  CHECK(bench.staging.Check(0, 1, before) == InputState::kCrcDiffers);
  CHECK(bench.staging.Check(0, 1, Crc(input)) == InputState::kReady);
}

TEST(NewerInput_BeginsAnewAndOlderChunksAreDropped) {
  Bench bench;
  const ByteString a = RandomInput(1);
  const ByteString b = RandomInput(2);
  bench.Raw(0, 0xFFFFFFFFu, a, 0, kTotal);
  bench.Raw(0, 1, b, 0, 50);  // newer across the wrap
  bench.Raw(0, 0xFFFFFFFFu, a, 50, 100);
  CHECK(bench.staging.Check(0, 1, Crc(b)) == InputState::kMissingBytes);
  bench.Raw(0, 1, b, 50, 100);
  CHECK(bench.staging.Check(0, 1, Crc(b)) == InputState::kReady);
}

TEST(BadChunks_AreNotStoredAndToldOnce) {
  const ByteString input = RandomInput(1);
  const ByteString big(300);
  struct {
    ChunkPlace place;
    uint32_t size;
  } const bad[] = {
      {{0, 1, kTotal, 0}, 101},
      {{0, 1, kTotal, 100}, 1},
      {{0, 1, kTotal, 0xFFFFFFFF}, 1},
      {{0, 1, kTotal, 0xFFFFFFF0}, 0x20},
      {{0, 1, kTotal - 1, 0}, 10},
      {{0, 1, kTotal + 1, 0}, 10},
      {{0, 1, 0xFFFFFFFF, 0xFFFF0000}, 9},
      {{0, 1, kTotal, 5}, 0},
  };
  for (const auto& chunk : bad) {
    Bench bench;
    bench.staging.LoadRaw(chunk.place, big.data(), chunk.size);
    CHECK(bench.staging.Check(0, 1, 0) == InputState::kBadChunk);
    CHECK(bench.staging.Check(0, 1, 0) == InputState::kMissingBytes);
    bench.staging.LoadRaw(chunk.place, big.data(), chunk.size);
    bench.Raw(0, 1, input, 0, kTotal);
    CHECK(bench.staging.Check(0, 1, Crc(input)) == InputState::kReady);
    CHECK(bench.staging.Check(0, 1, 1) == InputState::kBadChunk);
    CHECK(bench.staging.Check(0, 1, 1) == InputState::kCrcDiffers);
  }
}

TEST(SlotOutOfRange_IsDropped) {
  Bench bench;
  const ByteString input = RandomInput(1);
  for (uint32_t slot : {2u, 3u, 4u, 0x80000000u, 0xFFFFFFFFu}) {
    bench.Raw(slot, 1, input, 0, kTotal);
  }
  CHECK_EQ(bench.staging.slots(), size_t{2});
  CHECK(bench.staging.Check(0, 1, Crc(input)) == InputState::kOtherInput);
}

TEST(Deltas_OfAllWidthsAndRangesAssemble) {
  std::mt19937 random(1);
  for (uint32_t bits = 1; bits <= 8; ++bits) {
    Bench bench;
    const ByteString base = RandomInput(bits);
    bench.Raw(0, 1, base, 0, kTotal);
    ByteString input = base;
    const int low = -(1 << (bits - 1));
    std::vector<int> differences;
    for (uint8_t& byte : input) {
      differences.push_back(low + static_cast<int>(random() % (1u << bits)));
      byte = static_cast<uint8_t>(byte + differences.back());
    }
    for (uint32_t begin = 0; begin < kTotal;) {
      const uint32_t end =
          std::min<uint32_t>(kTotal, begin + 1 + random() % 40);
      const ByteString packed =
          Pack({differences.begin() + begin, differences.begin() + end}, bits);
      bench.staging.LoadDelta(
          {1, 2, kTotal, begin},
          {Crc(base), end - begin, bits, packed.data(), packed.size()});
      begin = end;
    }
    CHECK(bench.staging.Check(1, 2, Crc(input)) == InputState::kReady);
    CHECK(bench.staging.Check(0, 1, Crc(base)) == InputState::kReady);
  }
}

TEST(DeltaWithoutItsBase_IsTold) {
  Bench bench;
  const ByteString base = RandomInput(1);
  const uint8_t packed[13] = {};
  const DeltaChunk delta = {Crc(base), kTotal, 1, packed, sizeof(packed)};
  bench.staging.LoadDelta({1, 2, kTotal, 0}, delta);
  CHECK(bench.staging.Check(1, 2, Crc(base)) == InputState::kBaseMissing);
  CHECK(bench.staging.Check(1, 2, Crc(base)) == InputState::kMissingBytes);
  bench.Raw(0, 1, base, 0, kTotal - 1);  // not complete
  bench.staging.LoadDelta({1, 2, kTotal, 0}, delta);
  CHECK(bench.staging.Check(1, 2, Crc(base)) == InputState::kBaseMissing);
  bench.Raw(0, 1, base, 0, kTotal);
  bench.staging.LoadDelta({0, 1, kTotal, 0}, delta);  // itself is no base
  CHECK(bench.staging.Check(0, 1, 1) == InputState::kBaseMissing);
  bench.staging.LoadDelta({1, 2, kTotal, 0}, delta);
  CHECK(bench.staging.Check(1, 2, Crc(base)) == InputState::kReady);
}

TEST(DeltaOfWrongSize_IsABadChunk) {
  const ByteString base = RandomInput(1);
  const ByteString packed(200);
  struct {
    uint32_t offset, length, bits;
    size_t size;
  } const bad[] = {
      {0, kTotal, 0, 0},      {0, kTotal, 9, 113},
      {0, kTotal, 1, 12},     {0, kTotal, 1, 14},
      {0, kTotal + 1, 1, 13}, {1, kTotal, 1, 13},
      {0, 0, 1, 0},           {0, 0x20000000, 8, 0},
      {0xFFFFFFFF, 2, 8, 2},  {0, 0xFFFFFFFF, 8, 200},
  };
  for (const auto& d : bad) {
    Bench bench;
    bench.Raw(0, 1, base, 0, kTotal);
    const ByteString exact(packed.begin(), packed.begin() + d.size);
    bench.staging.LoadDelta(
        {1, 2, kTotal, d.offset},
        {Crc(base), d.length, d.bits, exact.data(), d.size});
    CHECK(bench.staging.Check(1, 2, Crc(base)) == InputState::kBadChunk);
  }
}

TEST(MemoryDecidesTheSlots) {
  ByteString memory(1000);
  Staging staging;
  const struct {
    size_t bytes;
    uint32_t input;
    size_t slots;
  } cases[] = {{99, 100, 0},   {100, 100, 1}, {223, 100, 1},     {224, 100, 2},
               {1000, 100, 4}, {1000, 0, 0},  {0, 0xFFFFFFFF, 0}};
  for (const auto& c : cases) {
    staging.Init(memory.data(), c.bytes, c.input);
    CHECK_EQ(staging.slots(), c.slots);
  }
}

MCU_EVAL_TEST_MAIN()
