// Eight elements, int8 or int16, as eight lanes of 32 bits and back, for AVX2.
#ifndef MCU_EVAL_INFER_KERNELS_LANES_AVX2_H_
#define MCU_EVAL_INFER_KERNELS_LANES_AVX2_H_

#include "firmware/infer/kernels/widen_avx2.h"

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {

inline __m256i LoadLanes(const int8_t* from) {
  return _mm256_cvtepi8_epi32(
      _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
}

inline __m256i LoadLanes(const int16_t* from) {
  return _mm256_cvtepi16_epi32(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}

// The lanes must be within the element.
inline void StoreLanes(int8_t* to, __m256i lanes) {
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), Narrow8(lanes));
}

inline void StoreLanes(int16_t* to, __m256i lanes) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                   _mm_packs_epi32(_mm256_castsi256_si128(lanes),
                                   _mm256_extracti128_si256(lanes, 1)));
}

// The first `count` of them.
template <typename Element>
void StoreSome(Element* to, __m256i lanes, int32_t count) {
  if (count >= 8) return StoreLanes(to, lanes);
  Element all[8];
  StoreLanes(all, lanes);
  std::memcpy(to, all, count * sizeof(Element));
}

}  // namespace mcu_eval::kernels::avx2

#pragma GCC pop_options

#endif  // MCU_EVAL_INFER_KERNELS_LANES_AVX2_H_
