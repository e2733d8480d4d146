// What convolutions of int8 and int16 share for AVX2: packed weights, eight
// output channels to a vector, and the walk over all positions of an image of
// int16. VPMADDWD sums two products; VPMADDUBSW would saturate at bytes.
#ifndef MCU_EVAL_INFER_KERNELS_POSITIONS_AVX2_H_
#define MCU_EVAL_INFER_KERNELS_POSITIONS_AVX2_H_

#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "firmware/infer/kernels/padded.h"
#include "firmware/infer/kernels/widen_avx2.h"

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {

constexpr int32_t kLanes = 8;

struct ConvLayout {
  Padded image;
  Runs runs;
  int32_t blocks;         // of eight output channels
  size_t block_elements;  // of packed weights

  size_t weight_bytes() const {
    return blocks * block_elements * sizeof(int16_t);
  }
  // Of the image, and one element more for a last run of odd length.
  size_t image_bytes() const {
    return (image.elements() + 1) * sizeof(int16_t);
  }
};

inline ConvLayout ConvLayoutOf(const Window& w) {
  ConvLayout layout;
  layout.image = PaddedOf(w, w.in_c);
  layout.runs = RunsOf(w, layout.image);
  layout.blocks = (w.out_c + kLanes - 1) / kLanes;
  layout.block_elements = static_cast<size_t>(layout.runs.count()) *
                          ((layout.runs.length + 1) / 2) * 2 * kLanes;
  return layout;
}

// Packs as [block][run][pair][lane][2], with zeros where there is no channel
// and behind runs of odd length.
inline void PackWeights(const ConvLayout& layout, const int8_t* weights,
                        int32_t out_c, int16_t* to) {
  const Runs& runs = layout.runs;
  const int32_t depth = runs.count() * runs.length;
  for (int32_t block = 0; block < layout.blocks; ++block) {
    const int32_t lanes = std::min(kLanes, out_c - block * kLanes);
    const int8_t* from = weights + block * kLanes * depth;
    for (int32_t run = 0; run < runs.count(); ++run, from += runs.length) {
      for (int32_t k = 0; k < runs.length; k += 2) {
        for (int32_t lane = 0; lane < kLanes; ++lane, to += 2) {
          const int8_t* pair = from + lane * depth + k;
          to[0] = lane < lanes ? pair[0] : 0;
          to[1] = lane < lanes && k + 1 < runs.length ? pair[1] : 0;
        }
      }
    }
  }
}

// Two neighbouring elements in all lanes.
inline __m256i BroadcastPair(const int16_t* x) {
  int32_t pair;
  std::memcpy(&pair, x, sizeof(pair));
  return _mm256_set1_epi32(pair);
}

// `count` neighbouring outputs, at most a tile, of a few blocks of channels:
// end(b, t, sums) for each.
template <int kTile, int kBlocks, typename End>
__attribute__((noinline)) void RunTile(const ConvLayout& layout,
                                       const int16_t* image,
                                       const int32_t* starts, int32_t count,
                                       const int16_t* weights, const End& end) {
  __m256i sums[kTile][kBlocks];
  for (auto& row : sums) {
    for (__m256i& sum : row) sum = _mm256_setzero_si256();
  }
  const Runs& runs = layout.runs;
  const int32_t pairs = (runs.length + 1) / 2;
  for (int32_t row = 0; row < runs.rows; ++row) {
    for (int32_t column = 0; column < runs.columns; ++column) {
      const int16_t* x[kTile];
      for (int t = 0; t < kTile; ++t) {
        x[t] =
            image + starts[t] + row * runs.row_step + column * runs.column_step;
      }
      for (int32_t j = 0; j < pairs; ++j, weights += 2 * kLanes) {
        __m256i w[kBlocks];
        for (int b = 0; b < kBlocks; ++b) {
          w[b] = Load(weights + b * layout.block_elements);
        }
        for (int t = 0; t < kTile; ++t) {
          const __m256i pair = BroadcastPair(x[t] + 2 * j);
          for (int b = 0; b < kBlocks; ++b) {
            sums[t][b] =
                _mm256_add_epi32(sums[t][b], _mm256_madd_epi16(pair, w[b]));
          }
        }
      }
    }
  }
  for (int b = 0; b < kBlocks; ++b) {
    for (int t = 0; t < kTile; ++t) {
      if (t < count) end(b, t, sums[t][b]);
    }
  }
}

// All positions of one image; `end` moves on by as many as it was given.
template <int kBlocks, typename End>
void RunPositions(const ConvLayout& layout, const Window& window,
                  const int16_t* image, const int16_t* weights, End end) {
  constexpr int kTile = 4;
  int32_t starts[kTile];
  WindowStarts positions(window, layout.image);
  while (positions.left() > 1) {
    const int32_t count = std::min(positions.left(), kTile);
    positions.Next(starts, kTile);
    RunTile<kTile, kBlocks>(layout, image, starts, count, weights, end);
    end.Advance(count);
  }
  if (positions.left() == 1) {
    positions.Next(starts, 1);
    RunTile<1, kBlocks>(layout, image, starts, 1, weights, end);
  }
}

}  // namespace mcu_eval::kernels::avx2

#pragma GCC pop_options

#endif  // MCU_EVAL_INFER_KERNELS_POSITIONS_AVX2_H_
