// CONV_2D and FULLY_CONNECTED, int8, for AVX512-VNNI. VPDPBUSD multiplies
// unsigned by signed bytes: the image is shifted by 128, which the bias takes
// back. Weights are packed for sixteen output channels to a vector.
#if defined(__x86_64__)

#include <cstring>

#include "firmware/infer/kernels/avx512.h"
#include "firmware/infer/kernels/padded.h"
#include "firmware/infer/kernels/portable.h"
#include "firmware/infer/kernels/requantize_vnni.h"
#include "firmware/infer/kernels/x86.h"

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512vnni")

namespace mcu_eval::kernels::vnni {
namespace {

constexpr int32_t kLanes = 16;
constexpr int32_t kQuad = 4;  // products to a lane

// Packed: the ends of all blocks, then their weights.
struct Layout {
  Padded image;
  Runs runs;
  int32_t quads;  // of a run
  int32_t blocks;
  size_t block_bytes;  // of weights
};

Layout LayoutOf(const Conv8& plan) {
  Layout layout;
  layout.image = PaddedOf(plan.window, plan.window.in_c);
  layout.runs = RunsOf(plan.window, layout.image);
  layout.quads = (layout.runs.length + kQuad - 1) / kQuad;
  layout.blocks = (plan.window.out_c + kLanes - 1) / kLanes;
  layout.block_bytes =
      static_cast<size_t>(layout.runs.count()) * layout.quads * kQuad * kLanes;
  return layout;
}

void ShiftBytes(const int8_t* from, uint8_t* to, int32_t count) {
  const __m512i flip = _mm512_set1_epi8(-128);
  for (int32_t i = 0; i < count; i += 64) {
    const int32_t left = count - i;
    const __mmask64 mask = left >= 64 ? ~0ull : (1ull << left) - 1;
    _mm512_mask_storeu_epi8(
        to + i, mask,
        _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, from + i), flip));
  }
}

__m512i BroadcastQuad(const uint8_t* x) {
  int32_t quad;
  std::memcpy(&quad, x, sizeof(quad));
  return _mm512_set1_epi32(quad);
}

// Adds to sums[t][b] the products of the window at image + starts[t] with the
// weights of block b, packed as [run][quad][lane][4]. A run reads up to three
// elements beyond its end, for weights of 0.
template <int kTile, int kBlocks>
void MultiplyRuns(const Layout& layout, const uint8_t* image,
                  const int32_t* starts, const uint8_t* weights,
                  __m512i (&sums)[kTile][kBlocks]) {
  const Runs& runs = layout.runs;
  for (int32_t row = 0; row < runs.rows; ++row) {
    for (int32_t column = 0; column < runs.columns; ++column) {
      const uint8_t* x[kTile];
      for (int t = 0; t < kTile; ++t) {
        x[t] =
            image + starts[t] + row * runs.row_step + column * runs.column_step;
      }
      for (int32_t j = 0; j < layout.quads; ++j) {
        __m512i w[kBlocks];
        for (int b = 0; b < kBlocks; ++b) {
          w[b] = Load(weights + b * layout.block_bytes);
        }
        for (int t = 0; t < kTile; ++t) {
          const __m512i quad = BroadcastQuad(x[t] + kQuad * j);
          for (int b = 0; b < kBlocks; ++b) {
            sums[t][b] = _mm512_dpbusd_epi32(sums[t][b], quad, w[b]);
          }
        }
        weights += kQuad * kLanes;
      }
    }
  }
}

// `count` neighbouring outputs, at most a tile, of a few blocks of channels.
template <int kTile, int kBlocks>
__attribute__((noinline)) void RunTile(const Conv8& plan, const Layout& layout,
                                       const uint8_t* image,
                                       const int32_t* starts, int32_t count,
                                       const Ends16* ends,
                                       const uint8_t* weights, int8_t* output,
                                       int32_t channels) {
  __m512i sums[kTile][kBlocks];
  for (int b = 0; b < kBlocks; ++b) {
    const __m512i bias = Load(ends[b].bias);
    for (int t = 0; t < kTile; ++t) sums[t][b] = bias;
  }
  MultiplyRuns(layout, image, starts, weights, sums);
  const Ending ending = EndingOf(plan.output);
  for (int b = 0; b < kBlocks; ++b) {
    const __mmask16 mask = MaskOf(channels - b * kLanes);
    for (int t = 0; t < kTile; ++t) {
      if (t >= count) break;
      _mm512_mask_cvtepi32_storeu_epi8(
          output + t * plan.window.out_c + b * kLanes, mask,
          Requantize8(sums[t][b], ends[b], ending));
    }
  }
}

template <int kTile, int kBlocks>
void RunBlocks(const Conv8& plan, const Layout& layout, const uint8_t* image,
               int32_t block, int8_t* output) {
  const auto* ends = reinterpret_cast<const Ends16*>(AlignVector(plan.packed));
  const auto* weights = reinterpret_cast<const uint8_t*>(ends + layout.blocks) +
                        block * layout.block_bytes;
  ends += block;
  output += block * kLanes;
  const int32_t channels = plan.window.out_c - block * kLanes;
  int32_t starts[kTile];
  WindowStarts positions(plan.window, layout.image);
  while (positions.left() > 1) {
    const int32_t count = std::min(positions.left(), kTile);
    positions.Next(starts, kTile);
    RunTile<kTile, kBlocks>(plan, layout, image, starts, count, ends, weights,
                            output, channels);
    output += count * plan.window.out_c;
  }
  if (positions.left() == 1) {
    positions.Next(starts, 1);
    RunTile<1, kBlocks>(plan, layout, image, starts, 1, ends, weights, output,
                        channels);
  }
}

}  // namespace

size_t ConvPacked8(const Conv8& plan) {
  if (!IsPaddedSmall(plan.window)) return 0;
  const Layout layout = LayoutOf(plan);
  return layout.blocks * (sizeof(Ends16) + layout.block_bytes) + kVectorBytes;
}

void PackConv8(const Conv8& plan, uint8_t* packed) {
  const Layout layout = LayoutOf(plan);
  const Runs& runs = layout.runs;
  auto* ends = reinterpret_cast<Ends16*>(AlignVector(packed));
  auto* to = reinterpret_cast<uint8_t*>(ends + layout.blocks);
  for (int32_t block = 0; block < layout.blocks; ++block, ++ends) {
    const int32_t first = block * kLanes;
    const int32_t lanes = std::min(kLanes, plan.window.out_c - first);
    *ends = EndsOf(plan.channels + first, lanes);
    std::memset(to, 0, layout.block_bytes);
    for (int32_t lane = 0; lane < lanes; ++lane) {
      const int8_t* from = plan.weights + (first + lane) * plan.depth();
      uint32_t sum = 0;
      for (int32_t run = 0; run < runs.count(); ++run) {
        uint8_t* row = to + (run * layout.quads * kLanes + lane) * kQuad;
        for (int32_t k = 0; k < runs.length; ++k, ++from) {
          row[k / kQuad * kQuad * kLanes + k % kQuad] =
              static_cast<uint8_t>(*from);
          sum += static_cast<uint32_t>(int32_t{*from});
        }
      }
      ends->bias[lane] = static_cast<int32_t>(
          static_cast<uint32_t>(ends->bias[lane]) - 128u * sum);
    }
    to += layout.block_bytes;
  }
}

size_t ConvScratch8(const Conv8& plan) {
  if (!IsPaddedSmall(plan.window)) return portable::ConvScratch8(plan);
  return PaddedOf(plan.window, plan.window.in_c).elements() + kQuad - 1 +
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
  uint8_t* image = AlignVector(scratch);
  for (int32_t batch = 0; batch < w.batches; ++batch) {
    PadImage(
        w, layout.image, input, image,
        [&w](const int8_t* from, uint8_t* to, int32_t pixels) {
          ShiftBytes(from, to, pixels * w.in_c);
        },
        [&plan](uint8_t* to, int32_t count) {
          std::memset(to, plan.in_zero_point + 128, count);
        });
    int32_t block = 0;
    for (; block + 4 <= layout.blocks; block += 4) {
      RunBlocks<6, 4>(plan, layout, image, block, output);
    }
    for (; block + 2 <= layout.blocks; block += 2) {
      RunBlocks<8, 2>(plan, layout, image, block, output);
    }
    if (block < layout.blocks) {
      RunBlocks<8, 1>(plan, layout, image, block, output);
    }
    input += w.in_h * w.in_w * w.in_c;
    output += w.out_h * w.out_w * w.out_c;
  }
}

}  // namespace mcu_eval::kernels::vnni

#pragma GCC pop_options

#endif  // __x86_64__
