// DEPTHWISE_CONV_2D, int16 by int8, for AVX2 and kernels of up to 511 taps.
#if defined(__x86_64__)

#include "firmware/infer/kernels/channels_avx2.h"
#include "firmware/infer/kernels/lanes_avx2.h"
#include "firmware/infer/kernels/portable.h"
#include "firmware/infer/kernels/requantize16_avx2.h"
#include "firmware/infer/kernels/x86.h"

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {
namespace {

// Ends sums and stores them, sixteen channels of an output at a time.
struct End {
  const Ends16* ends;  // [2]
  Ending ending;
  int32_t step;      // elements of an output pixel
  int32_t channels;  // from the block on
  int16_t* output;

  void operator()(int t, const __m256i (&sums)[2]) const {
    const __m256i low = Requantize16(sums[0], ends[0], ending);
    const __m256i high = Requantize16(sums[1], ends[1], ending);
    int16_t* to = output + t * step;
    StoreSome(to, _mm256_permute2x128_si256(low, high, 0x20), channels);
    if (channels <= 8) return;
    StoreSome(to + 8, _mm256_permute2x128_si256(low, high, 0x31), channels - 8);
  }
  void Advance(int32_t count) { output += count * step; }
};

// Sums of so many products stay within 32 bits.
constexpr int32_t kMostTaps = INT32_MAX >> (15 + 7);

bool IsForVectors(const Window& w) {
  return IsDepthwiseSmall(w) && w.kernel_h * w.kernel_w <= kMostTaps;
}

}  // namespace

size_t DepthwisePacked16(const Depthwise16& plan) {
  if (!IsForVectors(plan.window)) return 0;
  return PackBytes<Ends16>(DepthwiseLayoutOf(plan.window));
}

void PackDepthwise16(const Depthwise16& plan, uint8_t* packed) {
  const DepthwiseLayout layout = DepthwiseLayoutOf(plan.window);
  const auto pack = PackIn<Ends16>(layout, packed);
  for (int32_t i = 0; i < 2 * layout.blocks; ++i) {
    const int32_t first = i / 2 * kChannels;
    pack.ends[i] =
        EndsOf(plan.channels + first, plan.window.out_c - first, kOrder[i % 2]);
  }
  PackTaps(plan.window, layout, plan.weights, pack.offsets, pack.weights);
}

size_t DepthwiseScratch16(const Depthwise16& plan) {
  if (!IsForVectors(plan.window)) return 0;
  return DepthwiseLayoutOf(plan.window).image_bytes() + kVectorBytes;
}

void RunDepthwise16(const Depthwise16& plan, const int16_t* input,
                    int16_t* output, uint8_t* scratch) {
  if (plan.packed == nullptr) {
    return portable::RunDepthwise16(plan, input, output, scratch);
  }
  const Window& w = plan.window;
  const DepthwiseLayout layout = DepthwiseLayoutOf(w);
  const auto pack = PackIn<Ends16>(layout, plan.packed);
  auto* image = reinterpret_cast<int16_t*>(AlignVector(scratch));
  for (int32_t batch = 0; batch < w.batches; ++batch) {
    PadImage(
        w, layout.image, input, image,
        [&](const int16_t* from, int16_t* to, int32_t pixels) {
          SpreadPixels(w, plan.multiplier, layout.image.channels, from, to,
                       pixels, [](const int16_t* x, int16_t* y, int32_t n) {
                         std::copy_n(x, n, y);
                       });
        },
        [](int16_t* to, int32_t count) { std::fill_n(to, count, 0); });
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
