// Fused activations after kernels that saturate to the whole grid by
// themselves.
#ifndef MCU_EVAL_INFER_KERNELS_LIMIT_H_
#define MCU_EVAL_INFER_KERNELS_LIMIT_H_

#include <algorithm>
#include <limits>

#include "firmware/infer/kernels/requantize.h"

namespace mcu_eval::kernels {

template <typename Element>
bool IsWhole(const Output& output) {
  using Limits = std::numeric_limits<Element>;
  return output.min == Limits::min() && output.max == Limits::max();
}

template <typename Element>
void Limit(const Output& output, Element* elements, int32_t count) {
  if (IsWhole<Element>(output)) return;
  for (int32_t i = 0; i < count; ++i) {
    elements[i] = static_cast<Element>(
        std::min(std::max<int32_t>(elements[i], output.min), output.max));
  }
}

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_LIMIT_H_
