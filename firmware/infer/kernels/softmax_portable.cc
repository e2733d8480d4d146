// Source: TFLite's reference softmax: in fixed point for int8, by two tables
// for int16. The exponentials of int8 are computed once and kept in scratch.
#include <algorithm>

#include "firmware/infer/kernels/portable.h"
#include "firmware/infer/kernels/rescale.h"
#include "firmware/infer/kernels/softmax_tables.h"
#include "fixedpoint/fixedpoint.h"

namespace mcu_eval::kernels::portable {
namespace {

// Exponentials are summed with 12 bits before the binary point.
constexpr int kSumBits = 12;

using Difference = gemmlowp::FixedPoint<int32_t, 5>;
using Sum = gemmlowp::FixedPoint<int32_t, kSumBits>;
using Fraction = gemmlowp::FixedPoint<int32_t, 0>;

int LeadingZeros(int32_t value) {
  return __builtin_clz(static_cast<uint32_t>(value));
}

// e to the difference, which is at most 0, in steps of 2^-31.
int32_t Exponential(const Softmax8& plan, int32_t difference) {
  const int32_t scaled = RescaleBy(difference, plan.multiplier, plan.left, 0);
  return gemmlowp::exp_on_negative_values(Difference::FromRaw(scaled)).raw();
}

template <typename Output>
void Run(const Softmax8& plan, const int8_t* input, Output* output,
         int32_t* exponentials) {
  constexpr int kOutputBits = 8 * sizeof(Output);
  constexpr int32_t kLow = -(1 << (kOutputBits - 1));
  for (int32_t row = 0; row < plan.rows; ++row) {
    const int32_t max = *std::max_element(input, input + plan.depth);
    int32_t sum = 0;
    for (int32_t c = 0; c < plan.depth; ++c) {
      const int32_t difference = input[c] - max;
      exponentials[c] =
          difference < plan.least ? 0 : Exponential(plan, difference);
      sum +=
          gemmlowp::Rescale<kSumBits>(Fraction::FromRaw(exponentials[c])).raw();
    }
    const int zeros = LeadingZeros(sum);
    const auto beyond_one = static_cast<int32_t>(
        (static_cast<uint32_t>(sum) << zeros) - (uint32_t{1} << 31));
    const Fraction reciprocal = gemmlowp::one_over_one_plus_x_for_x_in_0_1(
        Fraction::FromRaw(beyond_one));
    const int right = kSumBits - zeros + 31 - kOutputBits;
    for (int32_t c = 0; c < plan.depth; ++c) {
      const int32_t share =
          (reciprocal * Fraction::FromRaw(exponentials[c])).raw();
      const int32_t value = gemmlowp::RoundingDivideByPOT(share, right) + kLow;
      output[c] = static_cast<Output>(std::min(value, -kLow - 1));
    }
    input += plan.depth;
    output += plan.depth;
  }
}

// Between two of 513 entries.
int32_t Interpolate(const int16_t* table, int32_t value) {
  const int16_t* entry = table + 256 + (value >> 7);
  return entry[0] + (((entry[1] - entry[0]) * (value & 127) + 64) >> 7);
}

int32_t Saturated(int32_t value) {
  return std::min(std::max(value, int32_t{INT16_MIN}), int32_t{INT16_MAX});
}

}  // namespace

size_t SoftmaxScratch8(const Softmax8& plan) {
  return static_cast<size_t>(plan.depth) * sizeof(int32_t);
}

void RunSoftmax8(const Softmax8& plan, const int8_t* input, int8_t* output,
                 uint8_t* scratch) {
  Run(plan, input, output, reinterpret_cast<int32_t*>(scratch));
}

void RunSoftmax8To16(const Softmax8& plan, const int8_t* input, int16_t* output,
                     uint8_t* scratch) {
  Run(plan, input, output, reinterpret_cast<int32_t*>(scratch));
}

void RunSoftmax16(const Softmax16& plan, const int16_t* input, int16_t* output,
                  uint8_t*) {
  for (int32_t row = 0; row < plan.rows; ++row) {
    const int32_t max = *std::max_element(input, input + plan.depth);
    int32_t sum = 0;
    for (int32_t c = 0; c < plan.depth; ++c) {
      const int32_t scaled =
          RescaleBy(input[c] - max, plan.multiplier, plan.left, plan.right);
      output[c] = static_cast<int16_t>(
          Interpolate(kExpTable, Saturated(scaled + INT16_MAX)));
      sum += output[c];
    }
    // The sum as 2^n times 1 + x, with 16 bits of x.
    const int zeros = LeadingZeros(sum);
    const auto normal =
        static_cast<int32_t>(((int64_t{sum} << (zeros - 1)) + (1 << 13)) >> 14);
    const int32_t reciprocal = Interpolate(
        kReciprocalTable, Saturated(normal - (1 << 16) - (1 << 15)));
    const int right = 31 - zeros;
    for (int32_t c = 0; c < plan.depth; ++c) {
      const int32_t share =
          (output[c] * reciprocal + (1 << (right - 1))) >> right;
      output[c] = static_cast<int16_t>(
          std::min(std::max(share, int32_t{0}), int32_t{INT16_MAX}));
    }
    input += plan.depth;
    output += plan.depth;
  }
}

}  // namespace mcu_eval::kernels::portable
