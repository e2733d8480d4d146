// Requantize8() of requantize.h for eight sums at once, the same bits.
#ifndef MCU_EVAL_INFER_KERNELS_REQUANTIZE_AVX2_H_
#define MCU_EVAL_INFER_KERNELS_REQUANTIZE_AVX2_H_

#include <immintrin.h>

#include "firmware/infer/kernels/requantize.h"
#include "firmware/infer/kernels/widen_avx2.h"

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {

// How eight neighbouring channels end; those beyond the last are zeros.
struct alignas(32) Ends8 {
  int32_t bias[8];
  int32_t multiplier[8];  // TFLite's: half of Channel8::fraction
  int32_t left[8], right[8];
  bool is_short;  // all of them
};

constexpr int32_t kInOrder[8] = {0, 1, 2, 3, 4, 5, 6, 7};

// Of `count` channels; `order` says which of them each lane has.
inline Ends8 EndsOf(const Channel8* channels, int32_t count,
                    const int32_t (&order)[8] = kInOrder) {
  Ends8 ends = {};
  ends.is_short = true;
  for (int32_t lane = 0; lane < 8; ++lane) {
    if (order[lane] >= count) continue;
    const Channel8& channel = channels[order[lane]];
    ends.bias[lane] = channel.bias;
    ends.multiplier[lane] = static_cast<int32_t>(channel.fraction / 2);
    ends.left[lane] = channel.left;
    ends.right[lane] = channel.right;
    ends.is_short = ends.is_short && channel.is_short;
  }
  return ends;
}

// Zero point and limits of the output in all lanes.
struct Ending {
  __m256i zero_point, rounding, min, max;
};

inline Ending EndingOf(const Output& output) {
  return {_mm256_set1_epi32(output.zero_point),
          _mm256_set1_epi32(RoundingOf(output)), _mm256_set1_epi32(output.min),
          _mm256_set1_epi32(output.max)};
}

// (sum * multiplier + 2^30) >> 31: bits 31 to 62 of each product.
inline __m256i HighProduct(__m256i sum, __m256i multiplier) {
  const __m256i half = _mm256_set1_epi64x(int64_t{1} << 30);
  const __m256i even =
      _mm256_add_epi64(_mm256_mul_epi32(sum, multiplier), half);
  const __m256i odd =
      _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(sum, 32),
                                        _mm256_srli_epi64(multiplier, 32)),
                       half);
  return _mm256_blend_epi32(_mm256_srli_epi64(even, 31),
                            _mm256_slli_epi64(odd, 1), 0xAA);
}

inline __m256i Limit(__m256i value, const Ending& ending) {
  return _mm256_min_epi32(_mm256_max_epi32(value, ending.min), ending.max);
}

inline __m256i Clamp(__m256i value, const Ending& ending) {
  return Limit(_mm256_add_epi32(value, ending.zero_point), ending);
}

// Any shifts. The last rounding goes by the remainder, which needs no more
// than 32 bits.
inline __m256i Rescale(__m256i sum, const Ends8& ends) {
  const __m256i one = _mm256_set1_epi32(1);
  const __m256i right = Load(ends.right);
  const __m256i high = HighProduct(_mm256_sllv_epi32(sum, Load(ends.left)),
                                   Load(ends.multiplier));
  const __m256i mask = _mm256_sub_epi32(_mm256_sllv_epi32(one, right), one);
  const __m256i threshold =
      _mm256_sub_epi32(_mm256_srli_epi32(mask, 1), _mm256_srai_epi32(high, 31));
  const __m256i carry =
      _mm256_cmpgt_epi32(_mm256_and_si256(high, mask), threshold);
  return _mm256_sub_epi32(_mm256_srav_epi32(high, right), carry);
}

// Requantize8() without the narrowing.
inline __m256i Requantize8(__m256i sum, const Ends8& ends,
                           const Ending& ending) {
  if (!ends.is_short) return Clamp(Rescale(sum, ends), ending);
  const __m256i before_last =
      _mm256_sub_epi32(Load(ends.right), _mm256_set1_epi32(1));
  const __m256i high = HighProduct(sum, Load(ends.multiplier));
  const __m256i shifted = _mm256_srav_epi32(
      _mm256_add_epi32(high, _mm256_srai_epi32(high, 31)), before_last);
  return Limit(_mm256_srai_epi32(_mm256_add_epi32(shifted, ending.rounding), 1),
               ending);
}

}  // namespace mcu_eval::kernels::avx2

#pragma GCC pop_options

#endif  // MCU_EVAL_INFER_KERNELS_REQUANTIZE_AVX2_H_
