// MUL, held to TFLM's arithmetic: a product, rescaled and limited.
#include "tensorflow/lite/kernels/internal/common.h"
#include "test/firmware/kernels/pairs.h"

namespace mcu_eval_test {
namespace {

using mcu_eval::kernels::Forms;
using mcu_eval::kernels::Mul;

template <typename Element, typename Kernel>
void Run(Trial& trial, const PairShapes& shapes, Kernel Forms::*kernel,
         const PairInputs<Element>& inputs) {
  constexpr bool kIsInt8 = sizeof(Element) == 1;
  Random& random = trial.random;
  Mul plan = {};
  plan.pairing = shapes.pairing;
  if (kIsInt8) {
    for (int32_t& zero : plan.zero_points) zero = DrawZeroPoint8(random);
    plan.output = DrawOutput(random, DrawZeroPoint8(random), -128, 127);
  } else {
    plan.output = DrawOutput(random, 0, -32768, 32767);
  }
  const Scale scale = DrawScale8(random, kIsInt8 ? 255 * 255 : 1 << 30);
  plan.multiplier = scale.multiplier;
  plan.left = scale.shift > 0 ? scale.shift : 0;
  plan.right = scale.shift > 0 ? 0 : -scale.shift;
  auto* want = Array<Element>(trial, "reference's output", shapes.out_count);
  for (size_t i = 0; i < shapes.out_count; ++i) {
    int32_t product = 1;
    for (int k = 0; k < 2; ++k) {
      product *= inputs.values[k][shapes.Source(i, k)] - plan.zero_points[k];
    }
    const int32_t raw =
        plan.output.zero_point + tflite::MultiplyByQuantizedMultiplier(
                                     product, scale.multiplier, scale.shift);
    want[i] = static_cast<Element>(
        std::min(plan.output.max, std::max(plan.output.min, raw)));
  }
  HoldForms(trial, kernel, plan, want, shapes.out_count, inputs.values[0],
            inputs.values[1]);
}

void Run8(Trial& trial) {
  const PairShapes shapes = DrawPair(trial);
  Run(trial, shapes, &Forms::mul8, DrawPairInputs8(trial, shapes));
}

void Run16(Trial& trial) {
  const PairShapes shapes = DrawPair(trial);
  Run(trial, shapes, &Forms::mul16, DrawPairInputs16(trial, shapes));
}

const Subject g_mul8("mul8", Run8);
const Subject g_mul16("mul16", Run16);

}  // namespace
}  // namespace mcu_eval_test
