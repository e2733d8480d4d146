#include "firmware/app/ranges.h"

#include <random>
#include <vector>

#include "test/firmware/check.h"

using namespace mcu_eval;

namespace {

// The same set as one flag a byte.
class Model {
 public:
  explicit Model(size_t size) : has_(size) {}
  void Add(ByteRange range) {
    for (uint32_t i = range.begin; i < range.end; ++i) has_[i] = true;
  }
  std::vector<ByteRange> Gaps() const {
    std::vector<ByteRange> gaps;
    for (uint32_t i = 0; i < has_.size(); ++i) {
      if (has_[i]) continue;
      if (gaps.empty() || gaps.back().end != i) gaps.push_back({i, i});
      ++gaps.back().end;
    }
    return gaps;
  }

 private:
  std::vector<bool> has_;
};

void CheckGaps(const RangeSet& set, const std::vector<ByteRange>& want,
               uint32_t total) {
  ByteRange gaps[64];
  const size_t count = set.Gaps(total, gaps, 64);
  CHECK_EQ(count, want.size());
  for (size_t i = 0; i < count && i < want.size(); ++i) {
    CHECK_EQ(gaps[i].begin, want[i].begin);
    CHECK_EQ(gaps[i].end, want[i].end);
  }
  CHECK_EQ(set.Covers(total), want.empty());
}

}  // namespace

TEST(RandomRanges_AgreeWithAFlagAByte) {
  std::mt19937 random(1);
  constexpr uint32_t kTotal = 200;
  for (int round = 0; round < 500; ++round) {
    RangeSet set;
    Model model(kTotal);
    for (int i = 0; i < 30; ++i) {
      const uint32_t begin = random() % kTotal;
      const uint32_t longest = std::min<uint32_t>(40, kTotal - begin);
      const ByteRange range = {begin, begin + uint32_t(random()) % longest};
      if (set.Add(range)) model.Add(range);
      CheckGaps(set, model.Gaps(), kTotal);
    }
  }
}

TEST(OneRangeTooMany_IsRefusedAndChangesNothing) {
  RangeSet set;
  Model model(100);
  for (uint32_t i = 0; i < RangeSet::kMax; ++i) {
    CHECK(set.Add({3 * i, 3 * i + 1}));
    model.Add({3 * i, 3 * i + 1});
  }
  CHECK(!set.Add({90, 91}));
  CheckGaps(set, model.Gaps(), 100);
  CHECK(set.Add({1, 3}));  // joins two, so there is room
  CHECK(set.Add({90, 91}));
}

TEST(GapsBeyondTheCapacity_AreLeftOut) {
  RangeSet set;
  set.Add({10, 11});
  set.Add({20, 21});
  ByteRange gaps[2];
  CHECK_EQ(set.Gaps(30, gaps, 2), size_t{2});
  CHECK_EQ(gaps[1].begin, 11u);
  CHECK_EQ(gaps[1].end, 20u);
}

TEST(ExtremeOffsets_DoNotOverflow) {
  RangeSet set;
  CHECK(set.Add({0xFFFFFFF0u, 0xFFFFFFFFu}));
  CHECK(set.Add({0, 0xFFFFFFF0u}));
  CHECK(set.Covers(0xFFFFFFFFu));
}

MCU_EVAL_TEST_MAIN()
