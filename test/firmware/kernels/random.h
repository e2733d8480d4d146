// Seeded draws for the kernels' cases: a stream for each (seed, kernel, case),
// the same on every machine, so that any case can be run alone.
#ifndef MCU_EVAL_TEST_FIRMWARE_KERNELS_RANDOM_H_
#define MCU_EVAL_TEST_FIRMWARE_KERNELS_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace mcu_eval_test {

class Random {
 public:
  Random(uint64_t seed, const char* name, uint64_t number) : state_(seed) {
    for (; *name != 0; ++name) state_ = Next() + static_cast<uint8_t>(*name);
    state_ = Next() + number;
  }

  // SplitMix64 (Steele, Lea and Flood 2014, doi 10.1145/2660193.2660195).
  uint64_t Next() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  // low and high included.
  int64_t Int(int64_t low, int64_t high) {
    const uint64_t span = static_cast<uint64_t>(high - low) + 1;
    const uint64_t drawn = span == 0 ? Next() : Next() % span;
    return static_cast<int64_t>(static_cast<uint64_t>(low) + drawn);
  }
  int32_t Int32(int32_t low, int32_t high) {
    return static_cast<int32_t>(Int(low, high));
  }

  bool Chance(int percent) { return Int(1, 100) <= percent; }

  template <typename T>
  T Pick(std::initializer_list<T> values) {
    return values.begin()[Int(0, static_cast<int64_t>(values.size()) - 1)];
  }

 private:
  uint64_t state_;
};

}  // namespace mcu_eval_test

#endif  // MCU_EVAL_TEST_FIRMWARE_KERNELS_RANDOM_H_
