#include <cstring>

#include "firmware/infer/kernels/portable.h"

namespace mcu_eval::kernels::portable {
namespace {

// Copies what the window at (y, x) of the output sees, in the order of the
// weights, with zero points where it reaches over the border.
void Gather(const Conv8& plan, const int8_t* image, int32_t y, int32_t x,
            int8_t* column) {
  const Window& w = plan.window;
  for (int32_t ky = 0; ky < w.kernel_h; ++ky) {
    const int32_t in_y = y * w.stride_h - w.pad_top + ky * w.dilation_h;
    for (int32_t kx = 0; kx < w.kernel_w; ++kx, column += w.in_c) {
      const int32_t in_x = x * w.stride_w - w.pad_left + kx * w.dilation_w;
      if (in_y < 0 || in_y >= w.in_h || in_x < 0 || in_x >= w.in_w) {
        std::memset(column, plan.in_zero_point, w.in_c);
      } else {
        std::memcpy(column, image + (in_y * w.in_w + in_x) * w.in_c, w.in_c);
      }
    }
  }
}

}  // namespace

size_t ConvScratch8(const Conv8& plan) { return plan.depth(); }

void RunConv8(const Conv8& plan, const int8_t* input, int8_t* output,
              uint8_t* scratch) {
  const Window& w = plan.window;
  const int32_t depth = plan.depth();
  int8_t* column = reinterpret_cast<int8_t*>(scratch);
  for (int32_t batch = 0; batch < w.batches; ++batch) {
    const int8_t* image = input + batch * w.in_h * w.in_w * w.in_c;
    for (int32_t y = 0; y < w.out_h; ++y) {
      for (int32_t x = 0; x < w.out_w; ++x) {
        Gather(plan, image, y, x, column);
        const int8_t* weights = plan.weights;
        for (int32_t c = 0; c < w.out_c; ++c, weights += depth) {
          int32_t sum = 0;
          for (int32_t k = 0; k < depth; ++k) sum += column[k] * weights[k];
          const Channel8& channel = plan.channels[c];
          sum = static_cast<int32_t>(static_cast<uint32_t>(sum) +
                                     static_cast<uint32_t>(channel.bias));
          *output++ = Requantize8(sum, channel, plan.output);
        }
      }
    }
  }
}

}  // namespace mcu_eval::kernels::portable
