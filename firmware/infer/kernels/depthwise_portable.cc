#include "firmware/infer/kernels/portable.h"

namespace mcu_eval::kernels::portable {
namespace {

// Calls end(c, sum) for each output in turn; sums are without bias.
template <typename Sum, typename Plan, typename Element, typename End>
void Run(const Plan& plan, const Element* input, int32_t zero_point,
         Element* output, End end) {
  const Window& w = plan.window;
  for (int32_t batch = 0; batch < w.batches; ++batch) {
    const Element* image = input + batch * w.in_h * w.in_w * w.in_c;
    for (int32_t y = 0; y < w.out_h; ++y) {
      for (int32_t x = 0; x < w.out_w; ++x) {
        for (int32_t c = 0; c < w.out_c; ++c) {
          const int8_t* weight = plan.weights + c;
          Sum sum = 0;
          for (int32_t ky = 0; ky < w.kernel_h; ++ky) {
            const int32_t in_y = y * w.stride_h - w.pad_top + ky * w.dilation_h;
            for (int32_t kx = 0; kx < w.kernel_w; ++kx, weight += w.out_c) {
              const int32_t in_x =
                  x * w.stride_w - w.pad_left + kx * w.dilation_w;
              const bool inside =
                  in_y >= 0 && in_y < w.in_h && in_x >= 0 && in_x < w.in_w;
              sum += *weight * (inside ? image[(in_y * w.in_w + in_x) * w.in_c +
                                               c / plan.multiplier]
                                       : zero_point);
            }
          }
          *output++ = end(c, sum);
        }
      }
    }
  }
}

}  // namespace

void RunDepthwise8(const Depthwise8& plan, const int8_t* input, int8_t* output,
                   uint8_t*) {
  Run<int32_t>(plan, input, plan.in_zero_point, output,
               [&](int32_t c, int32_t sum) {
                 const Channel8& channel = plan.channels[c];
                 return Requantize8(
                     static_cast<int32_t>(static_cast<uint32_t>(sum) +
                                          static_cast<uint32_t>(channel.bias)),
                     channel, plan.output);
               });
}

void RunDepthwise16(const Depthwise16& plan, const int16_t* input,
                    int16_t* output, uint8_t*) {
  Run<int64_t>(plan, input, 0, output, [&](int32_t c, int64_t sum) {
    return Requantize16(sum, plan.channels[c], plan.output);
  });
}

}  // namespace mcu_eval::kernels::portable
