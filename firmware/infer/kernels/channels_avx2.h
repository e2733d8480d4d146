// What depthwise convolutions of int8 and int16 share for AVX2: sixteen output
// channels at a time of an image of int16 that has whole vectors of them, and
// weights packed for pairs of taps, which VPMADDWD sums.
#ifndef MCU_EVAL_INFER_KERNELS_CHANNELS_AVX2_H_
#define MCU_EVAL_INFER_KERNELS_CHANNELS_AVX2_H_

#include <immintrin.h>

#include <algorithm>

#include "firmware/infer/kernels/padded.h"
#include "firmware/infer/kernels/widen_avx2.h"
#include "firmware/infer/kernels/x86.h"

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {

constexpr int32_t kChannels = 16;

// What interleaving leaves in the two vectors of sums.
constexpr int32_t kOrder[2][8] = {{0, 1, 2, 3, 8, 9, 10, 11},
                                  {4, 5, 6, 7, 12, 13, 14, 15}};

struct DepthwiseLayout {
  Padded image;
  int32_t pairs;   // of taps
  int32_t blocks;  // of sixteen channels
  size_t block_elements() const { return size_t{2} * pairs * kChannels; }
  size_t image_bytes() const { return image.elements() * sizeof(int16_t); }
};

inline DepthwiseLayout DepthwiseLayoutOf(const Window& w) {
  const int32_t blocks = (w.out_c + kChannels - 1) / kChannels;
  return {PaddedOf(w, blocks * kChannels), (w.kernel_h * w.kernel_w + 1) / 2,
          blocks};
}

// Whether the padded image is worth its memory, and can be counted in 32 bits:
// not where dilation carries most windows out of the image, or reaches between
// few pixels of very many channels.
inline bool IsDepthwiseSmall(const Window& w) {
  constexpr int64_t kAlways = 1 << 18;
  const Padded image = DepthwiseLayoutOf(w).image;
  return int64_t{image.height} * image.width * image.channels <=
         kAlways + 2 * (int64_t{w.in_h} * w.in_w * w.in_c +
                        int64_t{w.out_h} * w.out_w * w.out_c);
}

// Packed memory: offsets of all taps in the image, an even number; aligned, the
// ends of all blocks, two a block; the weights, [block][pair][2][16].
template <typename Ends>
struct DepthwisePack {
  int32_t* offsets;
  Ends* ends;
  int16_t* weights;
};

template <typename Ends>
size_t PackBytes(const DepthwiseLayout& layout) {
  return layout.pairs * 2 * sizeof(int32_t) + kVectorBytes +
         layout.blocks *
             (2 * sizeof(Ends) + layout.block_elements() * sizeof(int16_t));
}

template <typename Ends>
DepthwisePack<Ends> PackIn(const DepthwiseLayout& layout,
                           const uint8_t* memory) {
  DepthwisePack<Ends> pack;
  pack.offsets = reinterpret_cast<int32_t*>(const_cast<uint8_t*>(memory));
  pack.ends = reinterpret_cast<Ends*>(
      AlignVector(reinterpret_cast<uint8_t*>(pack.offsets + 2 * layout.pairs)));
  pack.weights = reinterpret_cast<int16_t*>(pack.ends + 2 * layout.blocks);
  return pack;
}

// The tap that fills up the last pair repeats the one before, with weights
// of 0.
inline void PackTaps(const Window& w, const DepthwiseLayout& layout,
                     const int8_t* weights, int32_t* offsets, int16_t* to) {
  const int32_t taps = w.kernel_h * w.kernel_w;
  for (int32_t i = 0; i < 2 * layout.pairs; ++i) {
    const int32_t tap = std::min(i, taps - 1);
    offsets[i] = (tap / w.kernel_w * w.dilation_h * layout.image.width +
                  tap % w.kernel_w * w.dilation_w) *
                 layout.image.channels;
  }
  for (int32_t first = 0; first < w.out_c; first += kChannels) {
    for (int32_t tap = 0; tap < 2 * layout.pairs; tap += 2) {
      for (const auto& order : kOrder) {
        for (int32_t channel : order) {
          for (int32_t i = tap; i < tap + 2; ++i) {
            *to++ = i < taps && first + channel < w.out_c
                        ? weights[i * w.out_c + first + channel]
                        : 0;
          }
        }
      }
    }
  }
}

// `pixels` pixels with as many channels as the padded image has; widen(from,
// to, n) takes n elements.
template <typename Element, typename Function>
void SpreadPixels(const Window& w, int32_t multiplier, int32_t channels,
                  const Element* from, int16_t* to, int32_t pixels,
                  const Function& widen) {
  if (w.in_c == channels) return widen(from, to, pixels * channels);
  for (; pixels > 0; --pixels, from += w.in_c, to += channels) {
    if (multiplier == 1) {
      widen(from, to, w.in_c);
    } else {
      for (int32_t c = 0; c < w.in_c; ++c) {
        std::fill_n(to + c * multiplier, multiplier, from[c]);
      }
    }
    std::fill(to + w.out_c, to + channels, 0);
  }
}

// `count` neighbouring outputs, at most a tile, of one block of channels:
// end(t, sums) for each, in kOrder.
template <int kTile, typename End>
__attribute__((noinline)) void RunTaps(int32_t pairs, const int16_t* image,
                                       const int32_t* starts, int32_t count,
                                       const int32_t* offsets,
                                       const int16_t* weights, const End& end) {
  __m256i sums[kTile][2];
  const int16_t* x[kTile];
  for (int t = 0; t < kTile; ++t) {
    sums[t][0] = sums[t][1] = _mm256_setzero_si256();
    x[t] = image + starts[t];
  }
  for (int32_t j = 0; j < pairs; ++j, offsets += 2, weights += 2 * kChannels) {
    const __m256i low = Load(weights), high = Load(weights + kChannels);
    for (int t = 0; t < kTile; ++t) {
      const __m256i a = LoadAny(x[t] + offsets[0]);
      const __m256i b = LoadAny(x[t] + offsets[1]);
      sums[t][0] = _mm256_add_epi32(
          sums[t][0], _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), low));
      sums[t][1] = _mm256_add_epi32(
          sums[t][1], _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), high));
    }
  }
  for (int t = 0; t < kTile; ++t) {
    if (t < count) end(t, sums[t]);
  }
}

// All positions of one block; `image` and `end` are those of its first channel,
// and `end` moves on by as many outputs as it was given.
template <typename End>
void RunChannels(const Window& w, const DepthwiseLayout& layout,
                 const int16_t* image, const int32_t* offsets,
                 const int16_t* weights, End end) {
  constexpr int kTile = 4;
  int32_t starts[kTile];
  WindowStarts positions(w, layout.image);
  while (positions.left() > 0) {
    const int32_t count = std::min(positions.left(), kTile);
    positions.Next(starts, kTile);
    RunTaps<kTile>(layout.pairs, image, starts, count, offsets, weights, end);
    end.Advance(count);
  }
}

}  // namespace mcu_eval::kernels::avx2

#pragma GCC pop_options

#endif  // MCU_EVAL_INFER_KERNELS_CHANNELS_AVX2_H_
