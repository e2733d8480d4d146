// Bytes to int16 and back, for AVX2.
#ifndef MCU_EVAL_INFER_KERNELS_WIDEN_AVX2_H_
#define MCU_EVAL_INFER_KERNELS_WIDEN_AVX2_H_

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {

inline __m256i Load(const void* from) {
  return _mm256_load_si256(static_cast<const __m256i*>(from));
}

inline __m256i LoadAny(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

inline void Widen(const int8_t* from, int16_t* to, int32_t count) {
  int32_t i = 0;
  for (; i + 16 <= count; i += 16) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i),
                        _mm256_cvtepi8_epi16(_mm_loadu_si128(
                            reinterpret_cast<const __m128i*>(from + i))));
  }
  for (; i < count; ++i) to[i] = from[i];
}

// Eight lanes within int8, in order, in the low half.
inline __m128i Narrow8(__m256i value) {
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(value),
                                        _mm256_extracti128_si256(value, 1));
  return _mm_packs_epi16(words, words);
}

// Sixteen lanes within int8: of each half, `low` has the first four.
inline __m128i Narrow16(__m256i low, __m256i high) {
  const __m256i words = _mm256_packs_epi32(low, high);
  return _mm_packs_epi16(_mm256_castsi256_si128(words),
                         _mm256_extracti128_si256(words, 1));
}

// The first `count` of eight int8.
inline void Store8(int8_t* to, __m128i bytes, int32_t count) {
  if (count >= 8) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), bytes);
  } else {
    const int64_t value = _mm_cvtsi128_si64(bytes);
    std::memcpy(to, &value, count);
  }
}

// The first `count` of sixteen int8.
inline void Store16(int8_t* to, __m128i bytes, int32_t count) {
  if (count >= 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
  } else if (count >= 8) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), bytes);
    Store8(to + 8, _mm_srli_si128(bytes, 8), count - 8);
  } else {
    Store8(to, bytes, count);
  }
}

}  // namespace mcu_eval::kernels::avx2

#pragma GCC pop_options

#endif  // MCU_EVAL_INFER_KERNELS_WIDEN_AVX2_H_
