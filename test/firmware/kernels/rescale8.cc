// Requantisation of int8 sums: Rescale() is TFLM's, and ShortForm() is
// Rescale() wherever IsShort() allows it, at the bound and within.
#include "tensorflow/lite/kernels/internal/common.h"
#include "test/firmware/kernels/draw.h"

namespace mcu_eval_test {
namespace {

using mcu_eval::kernels::IsShort;
using mcu_eval::kernels::Rescale;
using mcu_eval::kernels::ShortForm;

// The first rounding as one SMMULR, which forms for Armv7E-M use.
int32_t HighBySmmulr(int32_t sum, const Channel8& channel) {
  const uint32_t doubled = static_cast<uint32_t>(sum) << (channel.left + 1);
  const int64_t product =
      int64_t{static_cast<int32_t>(doubled)} * channel.multiplier;
  return static_cast<int32_t>((product + (int64_t{1} << 31)) >> 32);
}

void Run(Trial& trial) {
  Random& random = trial.random;
  const int64_t bound =
      random.Chance(20) ? INT32_MAX - random.Int(0, 3)
                        : random.Int(0, (int64_t{1} << random.Int(1, 31)) - 1);
  const Scale scale = DrawScale8(random, bound);
  const int left = scale.shift > 0 ? scale.shift : 0;
  const int right = scale.shift > 0 ? 0 : -scale.shift;
  const int32_t zero_point = DrawZeroPoint8(random);
  const Channel8 channel = {
      0, scale.multiplier, static_cast<int8_t>(left),
      static_cast<int8_t>(right),
      IsShort(bound, scale.multiplier, left, right, zero_point)};
  const int64_t step = int64_t{1} << (right == 0 ? 0 : right - 1);
  for (int i = 0; i < 60 && !trial.failed(); ++i) {
    int64_t drawn = random.Int(-bound, bound);
    if (i < 4) drawn = (i % 2 == 0 ? bound : -bound) / (i / 2 + 1);
    // Near where the second rounding turns.
    if (i >= 40) drawn = random.Int(-3, 3) * step + random.Int(-2, 2);
    if (drawn < -bound || drawn > bound) continue;
    const auto sum = static_cast<int32_t>(drawn);
    const int32_t want = tflite::MultiplyByQuantizedMultiplier(
        sum, scale.multiplier, scale.shift);
    const int32_t got = Rescale(sum, scale.multiplier, left, right);
    const int32_t brief = channel.is_short ? ShortForm(sum, channel, zero_point)
                                           : want + zero_point;
    const bool same_high =
        !channel.is_short ||
        HighBySmmulr(sum, channel) == Rescale(sum, scale.multiplier, left, 0);
    if (got == want && brief == want + zero_point && same_high) continue;
    trial.Fail()
        .Add("sum ")
        .Add(sum)
        .Add(": reference ")
        .Add(want)
        .Add(", Rescale ")
        .Add(got)
        .Add(", ShortForm ")
        .Add(brief - zero_point)
        .Add(same_high ? "" : ", SMMULR differs");
  }
  trial.Describe()
      .Add("bound ")
      .Add(bound)
      .Add(" multiplier ")
      .Add(scale.multiplier)
      .Add(" left ")
      .Add(left)
      .Add(" right ")
      .Add(right)
      .Add(" zero_point ")
      .Add(zero_point);
  ++trial.runs[0];
}

const Subject g_rescale8("rescale8", Run);

}  // namespace
}  // namespace mcu_eval_test
