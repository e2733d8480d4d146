// CONV_2D and FULLY_CONNECTED, int8, for AVX2, on an image widened to int16.
#if defined(__x86_64__)

#include "firmware/infer/kernels/lanes_avx2.h"
#include "firmware/infer/kernels/portable.h"
#include "firmware/infer/kernels/positions_avx2.h"
#include "firmware/infer/kernels/requantize_avx2.h"
#include "firmware/infer/kernels/x86.h"

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {
namespace {

// Ends sums and stores them, eight channels of an output at a time.
struct End {
  const Ends8* ends;
  Ending ending;
  int32_t step;      // elements of an output pixel
  int32_t channels;  // from the first block on
  int8_t* output;

  void operator()(int b, int t, __m256i sums) const {
    sums = _mm256_add_epi32(sums, Load(ends[b].bias));
    StoreSome(output + t * step + b * kLanes,
              Requantize8(sums, ends[b], ending), channels - b * kLanes);
  }
  void Advance(int32_t count) { output += count * step; }
};

// Packed: the ends of all blocks, then the weights.
const Ends8* EndsIn(const Conv8& plan) {
  return reinterpret_cast<const Ends8*>(AlignVector(plan.packed));
}

template <int kBlocks>
void RunBlocks(const Conv8& plan, const ConvLayout& layout,
               const int16_t* image, int32_t block, int8_t* output) {
  const Ends8* ends = EndsIn(plan);
  const auto* weights = reinterpret_cast<const int16_t*>(ends + layout.blocks) +
                        block * layout.block_elements;
  RunPositions<kBlocks>(
      layout, plan.window, image, weights,
      End{ends + block, EndingOf(plan.output), plan.window.out_c,
          plan.window.out_c - block * kLanes, output + block * kLanes});
}

}  // namespace

size_t ConvPacked8(const Conv8& plan) {
  if (!IsPaddedSmall(plan.window)) return 0;
  const ConvLayout layout = ConvLayoutOf(plan.window);
  return layout.blocks * sizeof(Ends8) + layout.weight_bytes() + kVectorBytes;
}

void PackConv8(const Conv8& plan, uint8_t* packed) {
  const ConvLayout layout = ConvLayoutOf(plan.window);
  auto* ends = reinterpret_cast<Ends8*>(AlignVector(packed));
  for (int32_t block = 0; block < layout.blocks; ++block) {
    ends[block] = EndsOf(plan.channels + block * kLanes,
                         plan.window.out_c - block * kLanes);
  }
  PackWeights(layout, plan.weights, plan.window.out_c,
              reinterpret_cast<int16_t*>(ends + layout.blocks));
}

size_t ConvScratch8(const Conv8& plan) {
  if (!IsPaddedSmall(plan.window)) return portable::ConvScratch8(plan);
  return ConvLayoutOf(plan.window).image_bytes() + kVectorBytes;
}

void RunConv8(const Conv8& plan, const int8_t* input, int8_t* output,
              uint8_t* scratch) {
  if (plan.packed == nullptr) {
    return portable::RunConv8(plan, input, output, scratch);
  }
  const Window& w = plan.window;
  const ConvLayout layout = ConvLayoutOf(w);
  auto* image = reinterpret_cast<int16_t*>(AlignVector(scratch));
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
      RunBlocks<2>(plan, layout, image, block, output);
    }
    if (block < layout.blocks) RunBlocks<1>(plan, layout, image, block, output);
    input += w.in_h * w.in_w * w.in_c;
    output += w.out_h * w.out_w * w.out_c;
  }
}

}  // namespace mcu_eval::kernels::avx2

#pragma GCC pop_options

#endif  // __x86_64__
