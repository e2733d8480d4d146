// From sums to the output's grid, four channels in the lanes of a vector.
#ifndef MCU_EVAL_INFER_KERNELS_ENDS_MVE_H_
#define MCU_EVAL_INFER_KERNELS_ENDS_MVE_H_

#include <arm_mve.h>

#include "firmware/infer/kernels/requantize.h"

namespace mcu_eval::kernels::mve {

// How four channels end, but for their biases.
struct Ends {
  int32x4_t multiplier;   // TFLite's
  int32x4_t left;         // 0 or more
  int32x4_t minus_right;  // 0 or less
};

static_assert(sizeof(Channel8) == 12, "the channels' words are gathered");
static_assert(__builtin_offsetof(Channel8, fraction) == 4 &&
                  __builtin_offsetof(Channel8, left) == 9 &&
                  __builtin_offsetof(Channel8, right) == 10,
              "the channels' words are gathered");

// Byte offsets of four channels, each `stride` after the one before.
inline uint32x4_t EveryChannel(uint32_t stride) {
  return vmulq_n_u32(vidupq_n_u32(0, 1), stride * sizeof(Channel8));
}

// Of the channels at `offsets`, for the active lanes only.
inline Ends EndsOf(const Channel8* channels, uint32x4_t offsets,
                   mve_pred16_t active) {
  const auto* words = reinterpret_cast<const uint32_t*>(channels);
  const uint32x4_t fraction =
      vldrwq_gather_offset_z_u32(words + 1, offsets, active);
  const uint32x4_t shifts =
      vldrwq_gather_offset_z_u32(words + 2, offsets, active);
  const uint32x4_t left = vshrq_n_u32(vshlq_n_u32(shifts, 16), 24);
  const uint32x4_t right = vshrq_n_u32(vshlq_n_u32(shifts, 8), 24);
  return {vreinterpretq_s32_u32(vshrq_n_u32(fraction, 1)),
          vreinterpretq_s32_u32(left), vnegq_s32(vreinterpretq_s32_u32(right))};
}

// The last rounding shift, which takes halves away from zero where VRSHL takes
// them up: negative numbers are brought one down before, unless the shift is 0.
// For -2^31 that saturates, and no shift of 1 to 31 tells it from its
// neighbour, half a step being less than a whole one; MakeChannel8() shifts by
// more only where nothing is left of any number.
inline int32x4_t RoundingShift(int32x4_t high, int32x4_t minus_right) {
  const int32x4_t down = vshrq_n_s32(vandq_s32(high, minus_right), 31);
  return vrshlq_s32(vqaddq_s32(high, down), minus_right);
}

// kernels::Rescale() of four sums. VQRDMULH is the rounding doubling high
// multiplication, and would saturate for a multiplier of -2^31 alone. `kLeft`:
// whether any of the channels has a shift to the left.
template <bool kLeft>
int32x4_t Rescale(int32x4_t sum, const Ends& ends) {
  if (kLeft) sum = vshlq_s32(sum, ends.left);
  return RoundingShift(vqrdmulhq_s32(sum, ends.multiplier), ends.minus_right);
}

// Zero point and limits, in all lanes.
struct Limits {
  explicit Limits(const Output& output)
      : zero_point(output.zero_point),
        min(vdupq_n_s32(output.min)),
        max(vdupq_n_s32(output.max)) {}

  int32x4_t Clamp(int32x4_t value) const {
    return vminq_s32(vmaxq_s32(vaddq_n_s32(value, zero_point), min), max);
  }

  int32_t zero_point;
  int32x4_t min, max;
};

}  // namespace mcu_eval::kernels::mve

#endif  // MCU_EVAL_INFER_KERNELS_ENDS_MVE_H_
