#include "firmware/infer/kernels/pair_plan.h"

namespace mcu_eval::kernels {
namespace {

constexpr int kAxes = 4;

// Length along one of four axes, the last of which is the tensor's last.
int32_t Extent(const TfLiteTensor* tensor, int axis) {
  const int own = axis - (kAxes - tensor->dims->size);
  return own < 0 ? 1 : tensor->dims->data[own];
}

}  // namespace

Pairing PairingOf(const TfLiteTensor* a, const TfLiteTensor* b,
                  const TfLiteTensor* output) {
  const TfLiteTensor* inputs[2] = {a, b};
  Pairing pairing = {{1, 1, 1, 1}, {{0, 0, 0, 0}, {0, 0, 0, 0}}};
  int at = kAxes - 1;  // where the pairing is written, from the last axis on
  bool is_empty = true;
  int32_t strides[2] = {1, 1};
  for (int axis = kAxes - 1; axis >= 0; --axis) {
    const int32_t extent = Extent(output, axis);
    if (extent == 1) continue;
    int32_t steps[2];
    for (int i = 0; i < 2; ++i) {
      const int32_t own = Extent(inputs[i], axis);
      steps[i] = own == 1 ? 0 : strides[i];
      strides[i] *= own;
    }
    const int32_t inner = pairing.extents[at];
    if (!is_empty && steps[0] == pairing.steps[0][at] * inner &&
        steps[1] == pairing.steps[1][at] * inner) {
      pairing.extents[at] *= extent;
      continue;
    }
    if (!is_empty) --at;
    is_empty = false;
    pairing.extents[at] = extent;
    for (int i = 0; i < 2; ++i) pairing.steps[i][at] = steps[i];
  }
  return pairing;
}

}  // namespace mcu_eval::kernels
