// DEPTHWISE_CONV_2D, int8, for AVX2: sixteen output channels at a time. The
// image is widened to int16, repeated for a depth multiplier and filled up to
// whole vectors; weights are packed for pairs of taps, so that VPMADDWD sums
// two of them.
#if defined(__x86_64__)

#include <immintrin.h>

#include "firmware/infer/kernels/padded.h"
#include "firmware/infer/kernels/portable.h"
#include "firmware/infer/kernels/requantize_avx2.h"
#include "firmware/infer/kernels/widen_avx2.h"
#include "firmware/infer/kernels/x86.h"

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {
namespace {

constexpr int32_t kChannels = 16;

// What interleaving leaves in the two vectors of sums.
constexpr int32_t kOrder[2][8] = {{0, 1, 2, 3, 8, 9, 10, 11},
                                  {4, 5, 6, 7, 12, 13, 14, 15}};

// Sixteen channels' ends, and two vectors of weights for every pair of taps.
struct Layout {
  Padded image;
  int32_t pairs;
  int32_t blocks;
};

// Packed: the offsets of all taps in the image, an even number; then, aligned,
// the ends of all blocks and their weights.
struct Packed {
  int32_t* offsets;
  Ends8* ends;       // [blocks][2]
  int16_t* weights;  // [blocks][pairs][2][16]
};

Layout LayoutOf(const Depthwise8& plan) {
  const Window& w = plan.window;
  const int32_t blocks = (w.out_c + kChannels - 1) / kChannels;
  return {PaddedOf(w, blocks * kChannels), (w.kernel_h * w.kernel_w + 1) / 2,
          blocks};
}

Packed PackedOf(const Layout& layout, uint8_t* memory) {
  Packed packed;
  packed.offsets = reinterpret_cast<int32_t*>(memory);
  packed.ends = reinterpret_cast<Ends8*>(AlignVector(
      reinterpret_cast<uint8_t*>(packed.offsets + 2 * layout.pairs)));
  packed.weights = reinterpret_cast<int16_t*>(packed.ends + 2 * layout.blocks);
  return packed;
}

// The pixels of the input, with as many channels as the padded image has.
void WidenPixels(const Depthwise8& plan, int32_t channels, const int8_t* from,
                 int16_t* to, int32_t pixels) {
  const int32_t in_c = plan.window.in_c;
  if (in_c == channels) return Widen(from, to, pixels * channels);
  for (; pixels > 0; --pixels, from += in_c, to += channels) {
    if (plan.multiplier == 1) {
      Widen(from, to, in_c);
    } else {
      int16_t* repeated = to;
      for (int32_t c = 0; c < in_c; ++c, repeated += plan.multiplier) {
        std::fill_n(repeated, plan.multiplier, from[c]);
      }
    }
    std::fill(to + plan.window.out_c, to + channels, 0);
  }
}

// `count` neighbouring outputs, at most a tile, of one block of channels.
template <int kTile>
__attribute__((noinline)) void RunTile(const Depthwise8& plan, int32_t pairs,
                                       const int16_t* image,
                                       const int32_t* starts, int32_t count,
                                       const int32_t* offsets,
                                       const Ends8* ends,
                                       const int16_t* weights, int8_t* output,
                                       int32_t channels) {
  __m256i sums[kTile][2];
  const int16_t* x[kTile];
  for (int t = 0; t < kTile; ++t) {
    sums[t][0] = Load(ends[0].bias);
    sums[t][1] = Load(ends[1].bias);
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
  const Ending ending = EndingOf(plan.output);
  for (int t = 0; t < kTile; ++t) {
    if (t >= count) break;
    Store16(output + t * plan.window.out_c,
            Narrow16(Requantize8(sums[t][0], ends[0], ending),
                     Requantize8(sums[t][1], ends[1], ending)),
            channels);
  }
}

void RunBlock(const Depthwise8& plan, const Layout& layout,
              const Packed& packed, const int16_t* image, int32_t block,
              int8_t* output) {
  constexpr int kTile = 4;
  const Ends8* ends = packed.ends + 2 * block;
  const int16_t* weights =
      packed.weights + block * layout.pairs * 2 * kChannels;
  const int32_t channels = plan.window.out_c - block * kChannels;
  image += block * kChannels;
  output += block * kChannels;
  int32_t starts[kTile];
  WindowStarts positions(plan.window, layout.image);
  while (positions.left() > 0) {
    const int32_t count = std::min(positions.left(), kTile);
    positions.Next(starts, kTile);
    RunTile<kTile>(plan, layout.pairs, image, starts, count, packed.offsets,
                   ends, weights, output, channels);
    output += count * plan.window.out_c;
  }
}

}  // namespace

size_t DepthwisePacked8(const Depthwise8& plan) {
  if (!IsPaddedSmall(plan.window)) return 0;
  const Layout layout = LayoutOf(plan);
  return layout.pairs * 2 * sizeof(int32_t) + kVectorBytes +
         layout.blocks * 2 *
             (sizeof(Ends8) + layout.pairs * kChannels * sizeof(int16_t));
}

void PackDepthwise8(const Depthwise8& plan, uint8_t* memory) {
  const Window& w = plan.window;
  const Layout layout = LayoutOf(plan);
  const Packed packed = PackedOf(layout, memory);
  const int32_t taps = w.kernel_h * w.kernel_w;
  for (int32_t tap = 0; tap < 2 * layout.pairs; ++tap) {
    // The tap that fills the last pair up has weights of 0.
    const int32_t real = std::min(tap, taps - 1);
    packed.offsets[tap] =
        (real / w.kernel_w * w.dilation_h * layout.image.width +
         real % w.kernel_w * w.dilation_w) *
        layout.image.channels;
  }
  int16_t* to = packed.weights;
  for (int32_t block = 0; block < layout.blocks; ++block) {
    const int32_t first = block * kChannels;
    const int32_t channels = std::min(kChannels, w.out_c - first);
    for (int half = 0; half < 2; ++half) {
      packed.ends[2 * block + half] =
          EndsOf(plan.channels + first, channels, kOrder[half]);
    }
    for (int32_t tap = 0; tap < 2 * layout.pairs; tap += 2) {
      for (const auto& order : kOrder) {
        for (int32_t channel : order) {
          for (int32_t i = tap; i < tap + 2; ++i) {
            *to++ = i < taps && channel < channels
                        ? plan.weights[i * w.out_c + first + channel]
                        : 0;
          }
        }
      }
    }
  }
}

size_t DepthwiseScratch8(const Depthwise8& plan) {
  if (!IsPaddedSmall(plan.window)) return 0;
  return LayoutOf(plan).image.elements() * sizeof(int16_t) + kVectorBytes;
}

void RunDepthwise8(const Depthwise8& plan, const int8_t* input, int8_t* output,
                   uint8_t* scratch) {
  if (plan.packed == nullptr) {
    return portable::RunDepthwise8(plan, input, output, scratch);
  }
  const Window& w = plan.window;
  const Layout layout = LayoutOf(plan);
  const Packed packed = PackedOf(layout, const_cast<uint8_t*>(plan.packed));
  auto* image = reinterpret_cast<int16_t*>(AlignVector(scratch));
  for (int32_t batch = 0; batch < w.batches; ++batch) {
    PadImage(
        w, layout.image, input, image,
        [&](const int8_t* from, int16_t* to, int32_t pixels) {
          WidenPixels(plan, layout.image.channels, from, to, pixels);
        },
        [&](int16_t* to, int32_t count) {
          std::fill_n(to, count, static_cast<int16_t>(plan.in_zero_point));
        });
    for (int32_t block = 0; block < layout.blocks; ++block) {
      RunBlock(plan, layout, packed, image, block, output);
    }
    input += w.in_h * w.in_w * w.in_c;
    output += w.out_h * w.out_w * w.out_c;
  }
}

}  // namespace mcu_eval::kernels::avx2

#pragma GCC pop_options

#endif  // __x86_64__
