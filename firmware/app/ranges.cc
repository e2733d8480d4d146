#include "firmware/app/ranges.h"

#include <algorithm>

namespace mcu_eval {

bool RangeSet::Add(ByteRange added) {
  if (added.begin >= added.end) return true;
  size_t first = 0;
  while (first < count_ && ranges_[first].end < added.begin) ++first;
  size_t last = first;  // one past the last range that touches
  while (last < count_ && ranges_[last].begin <= added.end) {
    added.begin = std::min(added.begin, ranges_[last].begin);
    added.end = std::max(added.end, ranges_[last].end);
    ++last;
  }
  if (first == last) {
    if (count_ == kMax) return false;
    std::copy_backward(ranges_ + first, ranges_ + count_, ranges_ + count_ + 1);
    ++count_;
  } else {
    std::copy(ranges_ + last, ranges_ + count_, ranges_ + first + 1);
    count_ -= last - first - 1;
  }
  ranges_[first] = added;
  return true;
}

bool RangeSet::Covers(uint32_t total) const {
  ByteRange gap;
  return Gaps(total, &gap, 1) == 0;
}

size_t RangeSet::Gaps(uint32_t total, ByteRange* gaps, size_t capacity) const {
  size_t found = 0;
  uint32_t at = 0;
  for (size_t i = 0; i < count_ && at < total && found < capacity; ++i) {
    if (ranges_[i].begin > at) {
      gaps[found++] = {at, std::min(ranges_[i].begin, total)};
    }
    at = ranges_[i].end;
  }
  if (at < total && found < capacity) gaps[found++] = {at, total};
  return found;
}

}  // namespace mcu_eval
