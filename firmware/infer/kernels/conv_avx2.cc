// CONV_2D and FULLY_CONNECTED, int8, for AVX2. The image is widened to int16,
// since VPMADDUBSW's int16 sums of two products saturate: 4 instructions for 32
// products. Weights are packed as int16, eight output channels to a vector.
#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>

#include "firmware/infer/kernels/multiply_avx2.h"
#include "firmware/infer/kernels/padded.h"
#include "firmware/infer/kernels/portable.h"
#include "firmware/infer/kernels/requantize_avx2.h"
#include "firmware/infer/kernels/x86.h"

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {
namespace {

// Packed: the ends of all blocks, then their weights.
struct Layout {
  Padded image;
  Runs runs;
  int32_t blocks;
  size_t block_elements;  // of weights
};

Layout LayoutOf(const Conv8& plan) {
  Layout layout;
  layout.image = PaddedOf(plan.window, plan.window.in_c);
  layout.runs = RunsOf(plan.window, layout.image);
  layout.blocks = (plan.window.out_c + kLanes - 1) / kLanes;
  layout.block_elements = static_cast<size_t>(layout.runs.count()) *
                          ((layout.runs.length + 1) / 2) * 2 * kLanes;
  return layout;
}

// One block set of all positions of an image.
template <int kTile, int kBlocks>
__attribute__((noinline)) void RunTile(const Conv8& plan, const Layout& layout,
                                       const int16_t* image,
                                       const int32_t* starts, int32_t count,
                                       const Ends8* ends,
                                       const int16_t* weights,
                                       const Ending& ending, int8_t* output,
                                       int32_t channels) {
  __m256i sums[kTile][kBlocks];
  for (int b = 0; b < kBlocks; ++b) {
    const __m256i bias = Load(ends[b].bias);
    for (int t = 0; t < kTile; ++t) sums[t][b] = bias;
  }
  MultiplyRuns(layout.runs, image, starts, weights, layout.block_elements,
               sums);
  for (int b = 0; b < kBlocks; ++b) {
    for (int t = 0; t < kTile; ++t) {
      if (t >= count) break;
      Store8(output + t * plan.window.out_c + b * kLanes,
             Narrow8(Requantize8(sums[t][b], ends[b], ending)),
             channels - b * kLanes);
    }
  }
}

template <int kBlocks>
void RunBlocks(const Conv8& plan, const Layout& layout, const int16_t* image,
               const Ends8* ends, const int16_t* weights, int8_t* output,
               int32_t channels) {
  constexpr int kTile = 4;
  const Ending ending = EndingOf(plan.output);
  int32_t starts[kTile];
  WindowStarts positions(plan.window, layout.image);
  while (positions.left() > 1) {
    const int32_t count = std::min(positions.left(), kTile);
    positions.Next(starts, kTile);
    RunTile<kTile, kBlocks>(plan, layout, image, starts, count, ends, weights,
                            ending, output, channels);
    output += count * plan.window.out_c;
  }
  if (positions.left() == 1) {
    positions.Next(starts, 1);
    RunTile<1, kBlocks>(plan, layout, image, starts, 1, ends, weights, ending,
                        output, channels);
  }
}

}  // namespace

size_t ConvPacked8(const Conv8& plan) {
  if (!IsPaddedSmall(plan.window)) return 0;
  const Layout layout = LayoutOf(plan);
  return layout.blocks *
             (sizeof(Ends8) + layout.block_elements * sizeof(int16_t)) +
         kVectorBytes;
}

void PackConv8(const Conv8& plan, uint8_t* packed) {
  const Layout layout = LayoutOf(plan);
  auto* ends = reinterpret_cast<Ends8*>(AlignVector(packed));
  auto* to = reinterpret_cast<int16_t*>(ends + layout.blocks);
  const int32_t depth = plan.depth();
  for (int32_t block = 0; block < layout.blocks; ++block, ++ends) {
    const int32_t first = block * kLanes;
    const int32_t lanes = std::min(kLanes, plan.window.out_c - first);
    *ends = EndsOf(plan.channels + first, lanes);
    for (int32_t run = 0; run < layout.runs.count(); ++run) {
      const int8_t* from =
          plan.weights + first * depth + run * layout.runs.length;
      for (int32_t k = 0; k < layout.runs.length; k += 2) {
        for (int32_t lane = 0; lane < kLanes; ++lane, to += 2) {
          const int8_t* pair = from + lane * depth + k;
          to[0] = lane < lanes ? pair[0] : 0;
          to[1] = lane < lanes && k + 1 < layout.runs.length ? pair[1] : 0;
        }
      }
    }
  }
}

size_t ConvScratch8(const Conv8& plan) {
  if (!IsPaddedSmall(plan.window)) return portable::ConvScratch8(plan);
  // One element more for a last run of odd length.
  return (PaddedOf(plan.window, plan.window.in_c).elements() + 1) *
             sizeof(int16_t) +
         kVectorBytes;
}

void RunConv8(const Conv8& plan, const int8_t* input, int8_t* output,
              uint8_t* scratch) {
  if (plan.packed == nullptr) {
    portable::RunConv8(plan, input, output, scratch);
    return;
  }
  const Window& w = plan.window;
  const Layout layout = LayoutOf(plan);
  const auto* ends = reinterpret_cast<const Ends8*>(AlignVector(plan.packed));
  const auto* weights = reinterpret_cast<const int16_t*>(ends + layout.blocks);
  auto* image = reinterpret_cast<int16_t*>(AlignVector(scratch));
  image[layout.image.elements()] = 0;
  for (int32_t batch = 0; batch < w.batches; ++batch) {
    PadImage(
        w, layout.image, input, image,
        [&w](const int8_t* from, int16_t* to, int32_t pixels) {
          Widen(from, to, pixels * w.in_c);
        },
        [&plan](int16_t* to, int32_t count) {
          std::fill_n(to, count, static_cast<int16_t>(plan.in_zero_point));
        });
    int32_t block = 0;
    for (; block + 2 <= layout.blocks; block += 2) {
      RunBlocks<2>(plan, layout, image, ends + block,
                   weights + block * layout.block_elements,
                   output + block * kLanes, w.out_c - block * kLanes);
    }
    if (block < layout.blocks) {
      RunBlocks<1>(plan, layout, image, ends + block,
                   weights + block * layout.block_elements,
                   output + block * kLanes, w.out_c - block * kLanes);
    }
    input += w.in_h * w.in_w * w.in_c;
    output += w.out_h * w.out_w * w.out_c;
  }
}

}  // namespace mcu_eval::kernels::avx2

#pragma GCC pop_options

#endif  // __x86_64__
