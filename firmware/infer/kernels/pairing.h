// Walks two inputs and an output, for kernels that go element by element.
#ifndef MCU_EVAL_INFER_KERNELS_PAIRING_H_
#define MCU_EVAL_INFER_KERNELS_PAIRING_H_

#include "firmware/infer/kernels/plan.h"
#include "firmware/infer/kernels/rescale.h"

namespace mcu_eval::kernels {

// Calls row(a, b, output, count, step_a, step_b) for each innermost row.
template <typename Element, typename Function>
void ForRows(const Pairing& p, const Element* a, const Element* b,
             Element* output, Function row) {
  const int32_t* sa = p.steps[0];
  const int32_t* sb = p.steps[1];
  for (int32_t i = 0; i < p.extents[0]; ++i) {
    for (int32_t j = 0; j < p.extents[1]; ++j) {
      for (int32_t k = 0; k < p.extents[2]; ++k, output += p.extents[3]) {
        row(a + i * sa[0] + j * sa[1] + k * sa[2],
            b + i * sb[0] + j * sb[1] + k * sb[2], output, p.extents[3], sa[3],
            sb[3]);
      }
    }
  }
}

// An input's share of the sum of ADD; `value` is the input as it is.
inline int32_t AddTerm(const Add& plan, int which, int32_t value) {
  const auto& input = plan.inputs[which];
  return RescaleBy((value - input.zero_point) * (1 << plan.left),
                   input.multiplier, 0, input.right);
}

// From the sum of both shares to the output.
inline int32_t AddEnd(const Add& plan, int32_t sum) {
  return Clamp(RescaleBy(sum, plan.multiplier, 0, plan.right), plan.output);
}

// MUL of two inputs as they are.
inline int32_t MulEnd(const Mul& plan, int32_t x, int32_t y) {
  const int32_t product = (x - plan.zero_points[0]) * (y - plan.zero_points[1]);
  return Clamp(RescaleBy(product, plan.multiplier, plan.left, plan.right),
               plan.output);
}

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_PAIRING_H_
