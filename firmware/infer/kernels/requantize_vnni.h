// Requantize8() of requantize.h for sixteen sums at once, the same bits.
#ifndef MCU_EVAL_INFER_KERNELS_REQUANTIZE_VNNI_H_
#define MCU_EVAL_INFER_KERNELS_REQUANTIZE_VNNI_H_

#include <algorithm>

#include "firmware/infer/kernels/avx512.h"
#include "firmware/infer/kernels/requantize.h"

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512vnni")

namespace mcu_eval::kernels::vnni {

// How sixteen neighbouring channels end; those beyond the last are zeros.
struct alignas(64) Ends16 {
  int32_t bias[16];
  int32_t multiplier[16];  // TFLite's: half of Channel8::fraction
  int32_t left[16], right[16];
  bool is_short;  // all of them
};

inline Ends16 EndsOf(const Channel8* channels, int32_t count) {
  Ends16 ends = {};
  ends.is_short = true;
  for (int32_t lane = 0; lane < std::min(count, 16); ++lane) {
    const Channel8& channel = channels[lane];
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
  __m512i zero_point, rounding, min, max;
};

inline Ending EndingOf(const Output& output) {
  return {_mm512_set1_epi32(output.zero_point),
          _mm512_set1_epi32(RoundingOf(output)), _mm512_set1_epi32(output.min),
          _mm512_set1_epi32(output.max)};
}

inline __m512i Load(const void* from) { return _mm512_load_si512(from); }

// (sum * multiplier + 2^30) >> 31: bits 31 to 62 of each product.
inline __m512i HighProduct(__m512i sum, __m512i multiplier) {
  const __m512i half = _mm512_set1_epi64(int64_t{1} << 30);
  const __m512i even =
      _mm512_add_epi64(_mm512_mul_epi32(sum, multiplier), half);
  const __m512i odd =
      _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(sum, 32),
                                        _mm512_srli_epi64(multiplier, 32)),
                       half);
  return _mm512_mask_mov_epi32(_mm512_srli_epi64(even, 31), 0xAAAA,
                               _mm512_slli_epi64(odd, 1));
}

// Any shifts. The last rounding goes by the remainder, which needs no more
// than 32 bits.
inline __m512i Rescale(__m512i sum, const Ends16& ends) {
  const __m512i one = _mm512_set1_epi32(1);
  const __m512i right = Load(ends.right);
  const __m512i high = HighProduct(_mm512_sllv_epi32(sum, Load(ends.left)),
                                   Load(ends.multiplier));
  const __m512i mask = _mm512_sub_epi32(_mm512_sllv_epi32(one, right), one);
  const __m512i threshold =
      _mm512_sub_epi32(_mm512_srli_epi32(mask, 1), _mm512_srai_epi32(high, 31));
  const __mmask16 carry =
      _mm512_cmpgt_epi32_mask(_mm512_and_si512(high, mask), threshold);
  const __m512i value = _mm512_srav_epi32(high, right);
  return _mm512_mask_add_epi32(value, carry, value, one);
}

// Requantize8() without the narrowing.
inline __m512i Requantize8(__m512i sum, const Ends16& ends,
                           const Ending& ending) {
  __m512i value;
  if (ends.is_short) {
    const __m512i before_last =
        _mm512_sub_epi32(Load(ends.right), _mm512_set1_epi32(1));
    value = HighProduct(sum, Load(ends.multiplier));
    value = _mm512_add_epi32(value, _mm512_srai_epi32(value, 31));
    value = _mm512_add_epi32(_mm512_srav_epi32(value, before_last),
                             ending.rounding);
    value = _mm512_srai_epi32(value, 1);
  } else {
    value = _mm512_add_epi32(Rescale(sum, ends), ending.zero_point);
  }
  return _mm512_min_epi32(_mm512_max_epi32(value, ending.min), ending.max);
}

// The lanes of the first `count` elements; all for 16 and more.
inline __mmask16 MaskOf(int32_t count) {
  return static_cast<__mmask16>(count >= 16 ? 0xFFFF : (1 << count) - 1);
}

}  // namespace mcu_eval::kernels::vnni

#pragma GCC pop_options

#endif  // MCU_EVAL_INFER_KERNELS_REQUANTIZE_VNNI_H_
