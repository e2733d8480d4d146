// The walk that the portable and the DSP pools share.
#ifndef MCU_EVAL_INFER_KERNELS_POOL_H_
#define MCU_EVAL_INFER_KERNELS_POOL_H_

#include <algorithm>

#include "firmware/infer/kernels/plan.h"

namespace mcu_eval::kernels {

// What a window sees of its image: `rows` rows of `columns` pixels.
struct Pane {
  int32_t rows, columns;

  int32_t count() const { return rows * columns; }
};

// Calls pool(pane, first pixel, output pixel) for each output pixel.
template <typename Element, typename Function>
void ForPanes(const Window& w, const Element* input, Element* output,
              Function pool) {
  for (int32_t batch = 0; batch < w.batches; ++batch) {
    for (int32_t y = 0; y < w.out_h; ++y) {
      const int32_t top = y * w.stride_h - w.pad_top;
      const int32_t first_y = std::max(top, int32_t{0});
      const int32_t rows = std::min(top + w.kernel_h, w.in_h) - first_y;
      for (int32_t x = 0; x < w.out_w; ++x, output += w.out_c) {
        const int32_t left = x * w.stride_w - w.pad_left;
        const int32_t first_x = std::max(left, int32_t{0});
        const int32_t columns = std::min(left + w.kernel_w, w.in_w) - first_x;
        pool(Pane{rows, columns}, input + (first_y * w.in_w + first_x) * w.in_c,
             output);
      }
    }
    input += w.in_h * w.in_w * w.in_c;
  }
}

template <typename Element>
Element Limited(int32_t value, const Output& output) {
  return static_cast<Element>(
      std::min(std::max(value, output.min), output.max));
}

// Sum over count, to the nearest, halves away from zero.
inline int32_t Mean(int32_t sum, int32_t count) {
  return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_POOL_H_
