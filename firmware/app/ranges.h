// The byte ranges of an input that have arrived, in any order.
#ifndef MCU_EVAL_APP_RANGES_H_
#define MCU_EVAL_APP_RANGES_H_

#include <cstddef>
#include <cstdint>

namespace mcu_eval {

// Bytes [begin, end).
struct ByteRange {
  uint32_t begin;
  uint32_t end;
};

// A sorted set of disjoint, non-adjacent ranges of bounded number.
class RangeSet {
 public:
  static constexpr size_t kMax = 16;

  void Clear() { count_ = 0; }

  // Adds a range, joined with those it touches. Returns false, and adds
  // nothing, if that would leave more than kMax ranges. begin == end adds
  // nothing.
  bool Add(ByteRange added);

  // True if all of [0, total) is there.
  bool Covers(uint32_t total) const;

  // Writes the first gaps of [0, total) to `gaps`, up to `capacity`, and
  // returns how many.
  size_t Gaps(uint32_t total, ByteRange* gaps, size_t capacity) const;

 private:
  ByteRange ranges_[kMax];
  size_t count_ = 0;
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_APP_RANGES_H_
