// Requantisation of int8 sums: Rescale() is TFLM's, and ShortForm() is
// Rescale() wherever the channel allows it, at the bound and within.
#include "firmware/infer/kernels/channel.h"
#include "tensorflow/lite/kernels/internal/common.h"
#include "test/firmware/kernels/draw.h"

namespace mcu_eval_test {
namespace {

using mcu_eval::kernels::MakeChannel8;
using mcu_eval::kernels::Rescale;
using mcu_eval::kernels::RoundingOf;
using mcu_eval::kernels::ShortForm;

// The first rounding as one SMMLAR, which forms for Armv7E-M use.
int32_t HighBySmmlar(int32_t sum, const Channel8& channel) {
  const auto factor = static_cast<int32_t>(channel.fraction);
  return static_cast<int32_t>((int64_t{sum} * (int64_t{1} << 32) +
                               int64_t{sum} * factor + (int64_t{1} << 31)) >>
                              32);
}

void Run(Trial& trial) {
  Random& random = trial.random;
  const int64_t bound =
      random.Chance(20) ? INT32_MAX - random.Int(0, 3)
                        : random.Int(0, (int64_t{1} << random.Int(1, 31)) - 1);
  Scale scale = DrawScale8(random, bound);
  // Where a zero point carries the doubled result beyond 32 bits.
  if (bound > INT32_MAX / 2 && random.Chance(30)) scale.shift = -1;
  const int32_t zero_point = DrawZeroPoint8(random);
  const Channel8 channel = MakeChannel8(0, scale.multiplier, scale.shift);
  const int right = channel.right > 31 ? 31 : channel.right;
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
    const int32_t got = Rescale(sum, channel);
    const int32_t brief =
        channel.is_short
            ? ShortForm(sum, channel, RoundingOf({zero_point, -128, 127}))
            : want + zero_point;
    Channel8 first = channel;
    first.right = 0;
    const bool same_high =
        channel.left > 0 || HighBySmmlar(sum, channel) == Rescale(sum, first);
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
        .Add(same_high ? "" : ", SMMLAR differs");
  }
  trial.Describe()
      .Add("bound ")
      .Add(bound)
      .Add(" multiplier ")
      .Add(scale.multiplier)
      .Add(" shift ")
      .Add(scale.shift)
      .Add(" zero_point ")
      .Add(zero_point);
  ++trial.runs[0];
}

const Subject g_rescale8("rescale8", Run);

}  // namespace
}  // namespace mcu_eval_test
