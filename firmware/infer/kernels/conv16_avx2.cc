// CONV_2D and FULLY_CONNECTED, int16 by int8, for AVX2. Blocks of channels
// whose sums may leave 32 bits are summed in 64, one by one.
#if defined(__x86_64__)

#include "firmware/infer/kernels/lanes_avx2.h"
#include "firmware/infer/kernels/portable.h"
#include "firmware/infer/kernels/positions_avx2.h"
#include "firmware/infer/kernels/requantize16_avx2.h"
#include "firmware/infer/kernels/x86.h"

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {
namespace {

__m256i Finish(__m256i sums, const Ends16& ends, const Ending& ending) {
  return Requantize16(sums, ends, ending);
}

// Biases of 32 bits: as for int8.
__m256i Finish(__m256i sums, const Ends8& ends, const Ending& ending) {
  return Requantize8(_mm256_add_epi32(sums, Load(ends.bias)), ends, ending);
}

// Ends sums and stores them, eight channels of an output at a time.
template <typename Ends>
struct End {
  const Ends* ends;
  Ending ending;
  int32_t step;      // elements of an output pixel
  int32_t channels;  // from the first block on
  int16_t* output;

  void operator()(int b, int t, __m256i sums) const {
    StoreSome(output + t * step + b * kLanes, Finish(sums, ends[b], ending),
              channels - b * kLanes);
  }
  void Advance(int32_t count) { output += count * step; }
};

// Packed: the ends of all blocks, then the weights.
template <typename Ends>
const Ends* EndsIn(const Conv16& plan) {
  return reinterpret_cast<const Ends*>(AlignVector(plan.packed));
}

template <int kBlocks, typename Ends>
void RunBlocks(const Conv16& plan, const ConvLayout& layout,
               const int16_t* image, const Ends* ends, int32_t block,
               int16_t* output) {
  const auto* weights = reinterpret_cast<const int16_t*>(ends + layout.blocks) +
                        block * layout.block_elements;
  RunPositions<kBlocks>(
      layout, plan.window, image, weights,
      End<Ends>{ends + block, EndingOf(plan.output), plan.window.out_c,
                plan.window.out_c - block * kLanes, output + block * kLanes});
}

void RunWide(const Conv16& plan, const ConvLayout& layout, const int16_t* image,
             int32_t block, int16_t* output) {
  const Runs& runs = layout.runs;
  const int32_t first = block * kLanes;
  const int32_t lanes = std::min(kLanes, plan.window.out_c - first);
  WindowStarts positions(plan.window, layout.image);
  for (output += first; positions.left() > 0; output += plan.window.out_c) {
    int32_t start;
    positions.Next(&start, 1);
    const int8_t* weight = plan.weights + first * plan.depth();
    for (int32_t lane = 0; lane < lanes; ++lane) {
      int64_t sum = 0;
      for (int32_t row = 0; row < runs.rows; ++row) {
        for (int32_t column = 0; column < runs.columns; ++column) {
          const int16_t* x =
              image + start + row * runs.row_step + column * runs.column_step;
          for (int32_t k = 0; k < runs.length; ++k) sum += x[k] * *weight++;
        }
      }
      output[lane] =
          kernels::Requantize16(sum, plan.channels[first + lane], plan.output);
    }
  }
}

bool IsSum32(const Ends16& ends) { return ends.is_sum32; }
// Modulo 2^32, as the oracle.
bool IsSum32(const Ends8&) { return true; }

template <typename Ends>
void RunImage(const Conv16& plan, const ConvLayout& layout,
              const int16_t* image, int16_t* output) {
  const Ends* ends = EndsIn<Ends>(plan);
  for (int32_t block = 0; block < layout.blocks; ++block) {
    if (!IsSum32(ends[block])) {
      RunWide(plan, layout, image, block, output);
    } else if (block + 1 < layout.blocks && IsSum32(ends[block + 1])) {
      RunBlocks<2>(plan, layout, image, ends, block++, output);
    } else {
      RunBlocks<1>(plan, layout, image, ends, block, output);
    }
  }
}

template <typename Channel>
auto PackEnds(const Conv16& plan, const ConvLayout& layout,
              const Channel* channels, uint8_t* packed) {
  auto* ends =
      reinterpret_cast<decltype(EndsOf(channels, 0))*>(AlignVector(packed));
  for (int32_t block = 0; block < layout.blocks; ++block) {
    const int32_t first = block * kLanes;
    ends[block] = EndsOf(channels + first, plan.window.out_c - first);
  }
  return ends;
}

void Pack(const Conv16& plan, const ConvLayout& layout, void* weights) {
  PackWeights(layout, plan.weights, plan.window.out_c,
              static_cast<int16_t*>(weights));
}

}  // namespace

size_t ConvPacked16(const Conv16& plan) {
  if (!IsPaddedSmall(plan.window)) return 0;
  const ConvLayout layout = ConvLayoutOf(plan.window);
  const size_t ends = plan.narrow == nullptr ? sizeof(Ends16) : sizeof(Ends8);
  return layout.blocks * ends + layout.weight_bytes() + kVectorBytes;
}

void PackConv16(const Conv16& plan, uint8_t* packed) {
  const ConvLayout layout = ConvLayoutOf(plan.window);
  if (plan.narrow != nullptr) {
    return Pack(plan, layout,
                PackEnds(plan, layout, plan.narrow, packed) + layout.blocks);
  }
  Ends16* ends = PackEnds(plan, layout, plan.channels, packed);
  Pack(plan, layout, ends + layout.blocks);
  const int32_t depth = plan.depth();
  for (int32_t i = 0; i < layout.blocks; ++i) ends[i].is_sum32 = true;
  for (int32_t c = 0; c < plan.window.out_c; ++c) {
    if (!IsSum32(plan.weights + c * depth, depth, 1)) {
      ends[c / kLanes].is_sum32 = false;
    }
  }
}

size_t ConvScratch16(const Conv16& plan) {
  if (!IsPaddedSmall(plan.window)) return portable::ConvScratch16(plan);
  return ConvLayoutOf(plan.window).image_bytes() + kVectorBytes;
}

void RunConv16(const Conv16& plan, const int16_t* input, int16_t* output,
               uint8_t* scratch) {
  if (plan.packed == nullptr) {
    return portable::RunConv16(plan, input, output, scratch);
  }
  const Window& w = plan.window;
  const ConvLayout layout = ConvLayoutOf(w);
  auto* image = reinterpret_cast<int16_t*>(AlignVector(scratch));
  for (int32_t batch = 0; batch < w.batches; ++batch) {
    PadImage(
        w, layout.image, input, image,
        [&w](const int16_t* from, int16_t* to, int32_t pixels) {
          std::copy_n(from, pixels * w.in_c, to);
        },
        [](int16_t* to, int32_t count) { std::fill_n(to, count, 0); });
    if (plan.narrow == nullptr) {
      RunImage<Ends16>(plan, layout, image, output);
    } else {
      RunImage<Ends8>(plan, layout, image, output);
    }
    input += w.in_h * w.in_w * w.in_c;
    output += w.out_h * w.out_w * w.out_c;
  }
}

}  // namespace mcu_eval::kernels::avx2

#pragma GCC pop_options

#endif  // __x86_64__
