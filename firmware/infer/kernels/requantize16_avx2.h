// Requantize16() of requantize.h for eight sums of 32 bits, the same bits;
// whether sums have 32 bits is the caller's to know.
#ifndef MCU_EVAL_INFER_KERNELS_REQUANTIZE16_AVX2_H_
#define MCU_EVAL_INFER_KERNELS_REQUANTIZE16_AVX2_H_

#include "firmware/infer/kernels/requantize_avx2.h"

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {

// How eight neighbouring channels end; even lanes, then odd ones, where a lane
// takes 64 bits. Those beyond the last channel are zeros.
struct alignas(32) Ends16 {
  int64_t base[2][4];
  int64_t shift[2][4];
  int32_t multiplier[8];
  bool is_sum32;  // no sum of theirs leaves 32 bits
};

// Whether sums of int16 by these weights, `step` apart, stay within 32 bits.
inline bool IsSum32(const int8_t* weights, int32_t count, int32_t step) {
  constexpr int32_t kMost = INT32_MAX >> 15;
  int32_t size = 0;
  for (; count > 0 && size <= kMost; --count, weights += step) {
    size += *weights < 0 ? -*weights : *weights;
  }
  return size <= kMost;
}

// Of `count` channels; `order` says which of them each lane has.
inline Ends16 EndsOf(const Channel16* channels, int32_t count,
                     const int32_t (&order)[8] = kInOrder) {
  Ends16 ends = {};
  for (int32_t lane = 0; lane < 8; ++lane) {
    if (order[lane] >= count) continue;
    const Channel16& channel = channels[order[lane]];
    ends.base[lane % 2][lane / 2] = channel.base >> channel.zeros;
    ends.shift[lane % 2][lane / 2] = 32 - channel.zeros + channel.right;
    ends.multiplier[lane] = channel.fraction >> channel.zeros;
  }
  return ends;
}

// Four sums in the even lanes of `sums`; the result's lower halves count.
inline __m256i Scale4(__m256i sums, __m256i multiplier, const int64_t* base,
                      const int64_t* shift) {
  // An arithmetic shift of 64 bits: a logical one of the value plus 2^63.
  const __m256i top = _mm256_set1_epi64x(INT64_MIN);
  const __m256i scaled =
      _mm256_add_epi64(_mm256_mul_epi32(sums, multiplier), Load(base));
  return _mm256_sub_epi64(
      _mm256_srlv_epi64(_mm256_xor_si256(scaled, top), Load(shift)),
      _mm256_srlv_epi64(top, Load(shift)));
}

// Without the narrowing.
inline __m256i Requantize16(__m256i sums, const Ends16& ends,
                            const Ending& ending) {
  const __m256i multiplier = Load(ends.multiplier);
  const __m256i even = Scale4(sums, multiplier, ends.base[0], ends.shift[0]);
  const __m256i odd =
      Scale4(_mm256_srli_epi64(sums, 32), _mm256_srli_epi64(multiplier, 32),
             ends.base[1], ends.shift[1]);
  return Clamp(_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA),
               ending);
}

}  // namespace mcu_eval::kernels::avx2

#pragma GCC pop_options

#endif  // MCU_EVAL_INFER_KERNELS_REQUANTIZE16_AVX2_H_
