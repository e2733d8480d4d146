// DEPTHWISE_CONV_2D, int8, for AVX2, on an image widened to int16.
#if defined(__x86_64__)

#include "firmware/infer/kernels/channels_avx2.h"
#include "firmware/infer/kernels/portable.h"
#include "firmware/infer/kernels/requantize_avx2.h"
#include "firmware/infer/kernels/x86.h"

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {
namespace {

// Ends sums and stores them, sixteen channels of an output at a time.
struct End {
  const Ends8* ends;  // [2]
  Ending ending;
  int32_t step;      // elements of an output pixel
  int32_t channels;  // from the block on
  int8_t* output;

  void operator()(int t, const __m256i (&sums)[2]) const {
    __m256i values[2];
    for (int half = 0; half < 2; ++half) {
      values[half] =
          Requantize8(_mm256_add_epi32(sums[half], Load(ends[half].bias)),
                      ends[half], ending);
    }
    Store16(output + t * step, Narrow16(values[0], values[1]), channels);
  }
  void Advance(int32_t count) { output += count * step; }
};

}  // namespace

size_t DepthwisePacked8(const Depthwise8& plan) {
  if (!IsDepthwiseSmall(plan.window)) return 0;
  return PackBytes<Ends8>(DepthwiseLayoutOf(plan.window));
}

void PackDepthwise8(const Depthwise8& plan, uint8_t* packed) {
  const DepthwiseLayout layout = DepthwiseLayoutOf(plan.window);
  const auto pack = PackIn<Ends8>(layout, packed);
  for (int32_t i = 0; i < 2 * layout.blocks; ++i) {
    const int32_t first = i / 2 * kChannels;
    pack.ends[i] =
        EndsOf(plan.channels + first, plan.window.out_c - first, kOrder[i % 2]);
  }
  PackTaps(plan.window, layout, plan.weights, pack.offsets, pack.weights);
}

size_t DepthwiseScratch8(const Depthwise8& plan) {
  if (!IsDepthwiseSmall(plan.window)) return 0;
  return DepthwiseLayoutOf(plan.window).image_bytes() + kVectorBytes;
}

void RunDepthwise8(const Depthwise8& plan, const int8_t* input, int8_t* output,
                   uint8_t* scratch) {
  if (plan.packed == nullptr) {
    return portable::RunDepthwise8(plan, input, output, scratch);
  }
  const Window& w = plan.window;
  const DepthwiseLayout layout = DepthwiseLayoutOf(w);
  const auto pack = PackIn<Ends8>(layout, plan.packed);
  auto* image = reinterpret_cast<int16_t*>(AlignVector(scratch));
  for (int32_t batch = 0; batch < w.batches; ++batch) {
    PadImage(
        w, layout.image, input, image,
        [&](const int8_t* from, int16_t* to, int32_t pixels) {
          SpreadPixels(w, plan.multiplier, layout.image.channels, from, to,
                       pixels, Widen);
        },
        [&](int16_t* to, int32_t count) {
          std::fill_n(to, count, static_cast<int16_t>(plan.in_zero_point));
        });
    for (int32_t block = 0; block < layout.blocks; ++block) {
      const int32_t first = block * kChannels;
      RunChannels(w, layout, image + first, pack.offsets,
                  pack.weights + block * layout.block_elements(),
                  End{pack.ends + 2 * block, EndingOf(plan.output), w.out_c,
                      w.out_c - first, output + first});
    }
    input += w.in_h * w.in_w * w.in_c;
    output += w.out_h * w.out_w * w.out_c;
  }
}

}  // namespace mcu_eval::kernels::avx2

#pragma GCC pop_options

#endif  // __x86_64__
