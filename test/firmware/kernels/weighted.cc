#include "test/firmware/kernels/weighted.h"

namespace mcu_eval_test {

namespace {

const Ends8& Draw(Trial& trial, const int8_t* weights, int32_t channels,
                  int32_t depth, int32_t channel_stride, int32_t weight_stride,
                  int32_t in_zero_point, int64_t reach) {
  static Ends8 ends;
  auto* made = Array<Channel8>(trial, "channels", channels);
  // A form may not rely on a channel being short, nor miss that all are.
  const int demoted = trial.random.Pick({0, 0, 20});
  for (int32_t c = 0; c < channels; ++c) {
    Scale scale;
    made[c] = DrawChannel8(trial.random, weights + c * channel_stride, depth,
                           weight_stride, in_zero_point, reach, &ends.bias[c],
                           &scale);
    if (trial.random.Chance(demoted)) made[c].is_short = false;
    ends.multipliers[c] = scale.multiplier;
    ends.shifts[c] = scale.shift;
  }
  ends.channels = made;
  return ends;
}

}  // namespace

const Ends8& DrawEnds8(Trial& trial, const int8_t* weights, int32_t channels,
                       int32_t depth, int32_t channel_stride,
                       int32_t weight_stride, int32_t in_zero_point) {
  const int64_t reach =
      in_zero_point < 0 ? 127 - in_zero_point : in_zero_point + 128;
  return Draw(trial, weights, channels, depth, channel_stride, weight_stride,
              in_zero_point, reach);
}

bool DrawNarrowEnds(Trial& trial, const int8_t* weights, int32_t channels,
                    int32_t depth, const Ends8** ends) {
  for (int32_t c = 0; c < channels; ++c) {
    if (SizeOf(weights + c * depth, depth, 1) >= 1 << 16) return false;
  }
  *ends = &Draw(trial, weights, channels, depth, depth, 1, 0, 32768);
  return true;
}

const Ends16& DrawEnds16(Trial& trial, const int8_t* weights, int32_t channels,
                         int32_t depth, int32_t channel_stride,
                         int32_t weight_stride) {
  static Ends16 ends;
  auto* made = Array<Channel16>(trial, "channels", channels);
  const int demoted = trial.random.Pick({0, 0, 20});
  for (int32_t c = 0; c < channels; ++c) {
    Scale scale;
    made[c] = DrawChannel16(trial.random, weights + c * channel_stride, depth,
                            weight_stride, &ends.bias[c], &scale);
    if (trial.random.Chance(demoted)) made[c].is_short = false;
    ends.multipliers[c] = scale.multiplier;
    ends.shifts[c] = scale.shift;
  }
  ends.channels = made;
  return ends;
}

}  // namespace mcu_eval_test
