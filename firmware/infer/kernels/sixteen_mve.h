// From sums to the output's grid, sixteen neighbouring channels in four
// vectors: vector i has channels i, i + 4, i + 8, i + 12, which is what
// products of bytes that are widened twice, low and high lanes apart, come in.
#ifndef MCU_EVAL_INFER_KERNELS_SIXTEEN_MVE_H_
#define MCU_EVAL_INFER_KERNELS_SIXTEEN_MVE_H_

#include "firmware/infer/kernels/ends_mve.h"

namespace mcu_eval::kernels::mve {

constexpr int32_t kSixteen = 16;

struct SixteenEnds {
  // Of `count` channels, up to 16; the others end as zeros.
  SixteenEnds(const Channel8* channels, int32_t count) {
    const uint32x4_t offsets = EveryChannel(4);
    has_left = false;
    for (int32_t i = 0; i < 4; ++i) {
      const mve_pred16_t active =
          vctp32q(static_cast<uint32_t>(count + 3 - i) / 4);
      const auto* words = reinterpret_cast<const int32_t*>(channels + i);
      bias[i] = vldrwq_gather_offset_z_s32(words, offsets, active);
      ends[i] = EndsOf(channels + i, offsets, active);
      has_left = has_left || vmaxvq_s32(0, ends[i].left) > 0;
    }
  }

  int32x4_t bias[4];
  Ends ends[4];
  bool has_left;
};

// Zero point and limits of bytes.
struct ByteLimits {
  explicit ByteLimits(const Output& output)
      : zero_point(static_cast<int16_t>(output.zero_point)),
        min(vdupq_n_s8(static_cast<int8_t>(output.min))),
        max(vdupq_n_s8(static_cast<int8_t>(output.max))) {}

  int16_t zero_point;
  int8x16_t min, max;
};

// Four vectors with a name each: an array of them would be kept in memory.
struct Sixteen {
  int32x4_t s0, s1, s2, s3;
};

// Saturation on the way, to halves and to bytes, leaves alone what lies within
// the limits, and on its side what does not.
[[gnu::always_inline]] inline int8x16_t EndSixteen(Sixteen sums,
                                                   const SixteenEnds& with,
                                                   const ByteLimits& limits) {
  const Ends* ends = with.ends;
  if (with.has_left) {
    sums = {vshlq_s32(sums.s0, ends[0].left), vshlq_s32(sums.s1, ends[1].left),
            vshlq_s32(sums.s2, ends[2].left), vshlq_s32(sums.s3, ends[3].left)};
  }
  const auto scaled = [](int32x4_t sum, const Ends& by) {
    return RoundingShift(vqrdmulhq_s32(sum, by.multiplier), by.minus_right);
  };
  // What is narrowed into has no lane that stays.
  const int32x4_t s0 = scaled(sums.s0, ends[0]);
  int16x8_t even = vqmovnbq_s32(vreinterpretq_s16_s32(s0), s0);
  even = vqmovntq_s32(even, scaled(sums.s2, ends[2]));
  const int32x4_t s1 = scaled(sums.s1, ends[1]);
  int16x8_t odd = vqmovnbq_s32(vreinterpretq_s16_s32(s1), s1);
  odd = vqmovntq_s32(odd, scaled(sums.s3, ends[3]));
  even = vqaddq_n_s16(even, limits.zero_point);
  odd = vqaddq_n_s16(odd, limits.zero_point);
  int8x16_t bytes = vqmovnbq_s16(vreinterpretq_s8_s16(even), even);
  bytes = vqmovntq_s16(bytes, odd);
  return vminq_s8(vmaxq_s8(bytes, limits.min), limits.max);
}

}  // namespace mcu_eval::kernels::mve

#endif  // MCU_EVAL_INFER_KERNELS_SIXTEEN_MVE_H_
