// Depthwise convolutions with any kernel, strides, dilations and multiplier: a
// table holds the address of the pixel under each tap, that of a row of zero
// points where there is none; then four channels go through all taps.
#if defined(__ARM_FEATURE_DSP)

#include "firmware/infer/kernels/copy.h"
#include "firmware/infer/kernels/depthwise_dsp.h"
#include "firmware/infer/kernels/limit.h"
#include "firmware/infer/kernels/words_dsp.h"

namespace mcu_eval::kernels::dsp {
namespace {

constexpr int32_t kLanes = 4;

struct Sums {
  int32_t of[kLanes];
};

// Four channels of a pixel times four weights.
void Accumulate(const int8_t* pixel, uint32_t weights, Sums& sums) {
  const uint32_t x = WordAt(pixel);
  const uint32_t x02 = EvenBytes(x), x13 = OddBytes(x);
  const uint32_t w02 = EvenBytes(weights), w13 = OddBytes(weights);
  sums.of[0] = LowLow(x02, w02, sums.of[0]);
  sums.of[1] = LowLow(x13, w13, sums.of[1]);
  sums.of[2] = HighHigh(x02, w02, sums.of[2]);
  sums.of[3] = HighHigh(x13, w13, sums.of[3]);
}
void Accumulate(const int16_t* pixel, uint32_t weights, Sums& sums) {
  const uint32_t x01 = WordAt(pixel), x23 = WordAt(pixel + 2);
  const uint32_t w02 = EvenBytes(weights), w13 = OddBytes(weights);
  sums.of[0] = LowLow(x01, w02, sums.of[0]);
  sums.of[1] = HighLow(x01, w13, sums.of[1]);
  sums.of[2] = LowHigh(x23, w02, sums.of[2]);
  sums.of[3] = HighHigh(x23, w13, sums.of[3]);
}

// One channel of a pixel times four weights.
template <typename Element>
void AccumulateOne(const Element* pixel, uint32_t weights, Sums& sums) {
  const auto x = static_cast<uint32_t>(int32_t{*pixel});
  const uint32_t w02 = EvenBytes(weights), w13 = OddBytes(weights);
  sums.of[0] = LowLow(x, w02, sums.of[0]);
  sums.of[1] = LowLow(x, w13, sums.of[1]);
  sums.of[2] = LowHigh(x, w02, sums.of[2]);
  sums.of[3] = LowHigh(x, w13, sums.of[3]);
}

template <typename Element>
struct Taps {
  const Element** pixels;
  int32_t count;
};

// The taps of the window at (y, x) of the output.
template <typename Element>
void Place(const Window& w, const Element* image, const Element* outside,
           int32_t y, int32_t x, const Element** taps) {
  const auto width = static_cast<uint32_t>(w.in_w);
  const int32_t top = y * w.stride_h - w.pad_top;
  const int32_t left = x * w.stride_w - w.pad_left;
  const int32_t step = w.dilation_w * w.in_c;
  for (int32_t ky = 0; ky < w.kernel_h; ++ky) {
    const int32_t in_y = top + ky * w.dilation_h;
    const bool is_row = in_y >= 0 && in_y < w.in_h;
    int32_t at = (in_y * w.in_w + left) * w.in_c;
    int32_t in_x = is_row ? left : w.in_w;
    for (int32_t kx = w.kernel_w; kx > 0; --kx, at += step) {
      *taps++ = static_cast<uint32_t>(in_x) < width ? image + at : outside;
      in_x += w.dilation_w;
    }
  }
}

// Outputs by ShortForm() or Channel16's short rule, saturated, where that is
// enough, else by the whole rule.
int8_t Ended(const Depthwise8& plan, int32_t c, int32_t sum) {
  const Channel8& channel = plan.channels[c];
  if (!channel.is_short) return End(plan, c, sum);
  sum = static_cast<int32_t>(static_cast<uint32_t>(sum) +
                             static_cast<uint32_t>(channel.bias));
  const int32_t high =
      AddHigh(sum, sum, static_cast<int32_t>(channel.fraction));
  return static_cast<int8_t>(
      SaturatedHalf<int8_t>(((high + (high >> 31)) >> channel.before_last) +
                            RoundingOf(plan.output)));
}
int16_t Ended(const Depthwise16& plan, int32_t c, int32_t sum) {
  const Channel16& channel = plan.channels[c];
  if (!channel.is_short) return End(plan, c, sum);
  const auto high = static_cast<int32_t>(
      (channel.base + int64_t{sum} * channel.fraction) >> 32);
  int32_t result = high >> channel.right;
  asm("ssat %0, #16, %0" : "+r"(result));
  return static_cast<int16_t>(result);
}

int32_t AsSum(const Depthwise8&, int64_t sum) {
  return static_cast<int32_t>(sum);
}
int64_t AsSum(const Depthwise16&, int64_t sum) { return sum; }

// Whether sums of this channel and the next three stay within 32 bits, or wrap
// as they should.
bool IsNarrow(const Depthwise8&, int32_t) { return true; }
bool IsNarrow(const Depthwise16& plan, int32_t c) {
  const Channel16* channels = plan.channels + c;
  return channels[0].is_short && channels[1].is_short && channels[2].is_short &&
         channels[3].is_short;
}

// All channels of one output pixel.
template <typename Plan, typename Element>
void RunPixel(const Plan& plan, const Taps<Element>& taps, Element* pixel) {
  const int32_t channels = plan.window.out_c;
  int32_t c = 0;
  while (c < channels) {
    const int32_t in_c = c / plan.multiplier;
    const bool is_four = plan.multiplier == 1 ||
                         (plan.multiplier % kLanes == 0 && c % kLanes == 0);
    if (!is_four || c + kLanes > channels || !IsNarrow(plan, c)) {
      int64_t sum = 0;
      const int8_t* weight = plan.weights + c;
      for (int32_t t = 0; t < taps.count; ++t, weight += channels) {
        sum += *weight * taps.pixels[t][in_c];
      }
      pixel[c] = End(plan, c, AsSum(plan, sum));
      ++c;
      continue;
    }
    Sums sums = {};
    const int8_t* weights = plan.weights + c;
    if (plan.multiplier == 1) {
      for (int32_t t = 0; t < taps.count; ++t, weights += channels) {
        Accumulate(taps.pixels[t] + in_c, WordAt(weights), sums);
      }
    } else {
      for (int32_t t = 0; t < taps.count; ++t, weights += channels) {
        AccumulateOne(taps.pixels[t] + in_c, WordAt(weights), sums);
      }
    }
    for (int32_t i = 0; i < kLanes; ++i, ++c) {
      pixel[c] = Ended(plan, c, sums.of[i]);
    }
  }
}

size_t TableBytes(const Window& w) {
  return static_cast<size_t>(w.kernel_h * w.kernel_w) * sizeof(void*);
}

template <typename Plan, typename Element>
void Run(const Plan& plan, const Element* input, Element* output,
         uint8_t* scratch) {
  const Window& w = plan.window;
  const Taps<Element> taps = {reinterpret_cast<const Element**>(scratch),
                              w.kernel_h * w.kernel_w};
  auto* outside = reinterpret_cast<Element*>(scratch + TableBytes(w));
  FillElements(outside, ZeroPoint(plan), static_cast<size_t>(w.in_c),
               sizeof(Element));
  Element* pixel = output;
  for (int32_t batch = 0; batch < w.batches; ++batch) {
    for (int32_t y = 0; y < w.out_h; ++y) {
      for (int32_t x = 0; x < w.out_w; ++x, pixel += w.out_c) {
        Place<Element>(w, input, outside, y, x, taps.pixels);
        RunPixel(plan, taps, pixel);
      }
    }
    input += w.in_h * w.in_w * w.in_c;
  }
  Limit(plan.output, output, w.batches * w.out_h * w.out_w * w.out_c);
}

}  // namespace

size_t TapScratch(const Window& window, size_t element_bytes) {
  return TableBytes(window) + static_cast<size_t>(window.in_c) * element_bytes;
}

void TapDepthwise(const Depthwise8& plan, const int8_t* input, int8_t* output,
                  uint8_t* scratch) {
  Run(plan, input, output, scratch);
}

void TapDepthwise(const Depthwise16& plan, const int16_t* input,
                  int16_t* output, uint8_t* scratch) {
  Run(plan, input, output, scratch);
}

}  // namespace mcu_eval::kernels::dsp

#endif  // __ARM_FEATURE_DSP
