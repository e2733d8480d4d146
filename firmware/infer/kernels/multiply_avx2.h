// Sums of products of int16 for AVX2, eight output channels to a vector.
#ifndef MCU_EVAL_INFER_KERNELS_MULTIPLY_AVX2_H_
#define MCU_EVAL_INFER_KERNELS_MULTIPLY_AVX2_H_

#include <immintrin.h>

#include <cstring>

#include "firmware/infer/kernels/padded.h"

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {

constexpr int32_t kLanes = 8;

// Two neighbouring elements in all lanes.
inline __m256i BroadcastPair(const int16_t* x) {
  int32_t pair;
  std::memcpy(&pair, x, sizeof(pair));
  return _mm256_set1_epi32(pair);
}

// Adds to sums[t][b] the products of the window at image + starts[t] with the
// weights of block b, packed as [run][pair][lane][2]. A run of odd length reads
// one element beyond its end, for a weight of 0.
template <int kTile, int kBlocks>
inline void MultiplyRuns(const Runs& runs, const int16_t* image,
                         const int32_t* starts, const int16_t* weights,
                         size_t block_elements,
                         __m256i (&sums)[kTile][kBlocks]) {
  const int32_t pairs = (runs.length + 1) / 2;
  for (int32_t row = 0; row < runs.rows; ++row) {
    for (int32_t column = 0; column < runs.columns; ++column) {
      const int16_t* x[kTile];
      for (int t = 0; t < kTile; ++t) {
        x[t] =
            image + starts[t] + row * runs.row_step + column * runs.column_step;
      }
      for (int32_t j = 0; j < pairs; ++j) {
        __m256i w[kBlocks];
        for (int b = 0; b < kBlocks; ++b) {
          w[b] = _mm256_load_si256(
              reinterpret_cast<const __m256i*>(weights + b * block_elements));
        }
        for (int t = 0; t < kTile; ++t) {
          const __m256i pair = BroadcastPair(x[t] + 2 * j);
          for (int b = 0; b < kBlocks; ++b) {
            sums[t][b] =
                _mm256_add_epi32(sums[t][b], _mm256_madd_epi16(pair, w[b]));
          }
        }
        weights += 2 * kLanes;
      }
    }
  }
}

}  // namespace mcu_eval::kernels::avx2

#pragma GCC pop_options

#endif  // MCU_EVAL_INFER_KERNELS_MULTIPLY_AVX2_H_
