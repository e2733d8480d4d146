#include <cstring>

#include "firmware/infer/kernels/portable.h"

namespace mcu_eval::kernels::portable {
namespace {

// Copies what the window at (y, x) of the output sees, in the order of the
// weights, with zero points where it reaches over the border.
template <typename Element>
void Gather(const Window& w, Element zero, const Element* image, int32_t y,
            int32_t x, Element* column) {
  for (int32_t ky = 0; ky < w.kernel_h; ++ky) {
    const int32_t in_y = y * w.stride_h - w.pad_top + ky * w.dilation_h;
    for (int32_t kx = 0; kx < w.kernel_w; ++kx, column += w.in_c) {
      const int32_t in_x = x * w.stride_w - w.pad_left + kx * w.dilation_w;
      if (in_y < 0 || in_y >= w.in_h || in_x < 0 || in_x >= w.in_w) {
        for (int32_t c = 0; c < w.in_c; ++c) column[c] = zero;
      } else {
        std::memcpy(column, image + (in_y * w.in_w + in_x) * w.in_c,
                    w.in_c * sizeof(Element));
      }
    }
  }
}

// Every output by `dot(column, weights, channel)`.
template <typename Plan, typename Element, typename Dot>
void Run(const Plan& plan, Element zero, const Element* input, Element* output,
         uint8_t* scratch, Dot dot) {
  const Window& w = plan.window;
  const int32_t depth = plan.depth();
  auto* column = reinterpret_cast<Element*>(scratch);
  for (int32_t batch = 0; batch < w.batches; ++batch) {
    const Element* image = input + batch * w.in_h * w.in_w * w.in_c;
    for (int32_t y = 0; y < w.out_h; ++y) {
      for (int32_t x = 0; x < w.out_w; ++x) {
        Gather(w, zero, image, y, x, column);
        const int8_t* weights = plan.weights;
        for (int32_t c = 0; c < w.out_c; ++c, weights += depth) {
          *output++ = dot(column, weights, c);
        }
      }
    }
  }
}

int32_t WithBias(uint32_t sum, const Channel8& channel) {
  return static_cast<int32_t>(sum + static_cast<uint32_t>(channel.bias));
}

}  // namespace

size_t ConvScratch8(const Conv8& plan) { return plan.depth(); }

void RunConv8(const Conv8& plan, const int8_t* input, int8_t* output,
              uint8_t* scratch) {
  const int32_t depth = plan.depth();
  Run(plan, static_cast<int8_t>(plan.in_zero_point), input, output, scratch,
      [&](const int8_t* column, const int8_t* weights, int32_t c) {
        int32_t sum = 0;
        for (int32_t k = 0; k < depth; ++k) sum += column[k] * weights[k];
        const Channel8& channel = plan.channels[c];
        return Requantize8(WithBias(static_cast<uint32_t>(sum), channel),
                           channel, plan.output);
      });
}

size_t ConvScratch16(const Conv16& plan) { return 2 * plan.depth(); }

void RunConv16(const Conv16& plan, const int16_t* input, int16_t* output,
               uint8_t* scratch) {
  const int32_t depth = plan.depth();
  Run(plan, int16_t{0}, input, output, scratch,
      [&](const int16_t* column, const int8_t* weights, int32_t c) {
        int64_t sum = 0;
        for (int32_t k = 0; k < depth; ++k) sum += column[k] * weights[k];
        if (plan.narrow == nullptr) {
          return Requantize16(sum, plan.channels[c], plan.output);
        }
        const Channel8& channel = plan.narrow[c];
        return Requantize16(WithBias(static_cast<uint32_t>(sum), channel),
                            channel, plan.output);
      });
}

}  // namespace mcu_eval::kernels::portable
