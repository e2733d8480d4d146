// ADD, int8 held to TFLM's AddElementwise, int16 to the same steps: TFLM's own
// for int16 came after this vintage, with the same arithmetic.
#include "tensorflow/lite/kernels/internal/reference/integer_ops/add.h"

#include "test/firmware/kernels/pairs.h"

namespace mcu_eval_test {
namespace {

using mcu_eval::kernels::Add;
using mcu_eval::kernels::Forms;

int32_t DrawRight(Random& random, int32_t low, int32_t high) {
  return random.Chance(70) ? random.Int32(low, high) : random.Int32(0, 31);
}

Add DrawPlan(Trial& trial, const PairShapes& shapes, bool is_int8) {
  Random& random = trial.random;
  Add plan = {};
  plan.pairing = shapes.pairing;
  plan.left = is_int8 ? 20 : 15;
  const int which = random.Pick({0, 1});
  // The greater scale has half of twice itself.
  plan.inputs[which].multiplier = 1 << 30;
  auto& other = plan.inputs[1 - which];
  other.multiplier = DrawMultiplier(random);
  other.right = random.Chance(70) ? random.Int32(1, 5) : random.Int32(1, 31);
  if (random.Chance(20)) other = plan.inputs[which];
  plan.multiplier = DrawMultiplier(random);
  plan.right = DrawRight(random, plan.left - 5, plan.left);
  if (is_int8) {
    for (auto& input : plan.inputs) input.zero_point = DrawZeroPoint8(random);
    plan.output = DrawOutput(random, DrawZeroPoint8(random), -128, 127);
  } else {
    plan.output = DrawOutput(random, 0, -32768, 32767);
  }
  return plan;
}

tflite::ArithmeticParams ParamsOf(const Add& plan) {
  tflite::ArithmeticParams params = {};
  params.left_shift = plan.left;
  params.input1_offset = -plan.inputs[0].zero_point;
  params.input1_multiplier = plan.inputs[0].multiplier;
  params.input1_shift = -plan.inputs[0].right;
  params.input2_offset = -plan.inputs[1].zero_point;
  params.input2_multiplier = plan.inputs[1].multiplier;
  params.input2_shift = -plan.inputs[1].right;
  params.output_offset = plan.output.zero_point;
  params.output_multiplier = plan.multiplier;
  params.output_shift = -plan.right;
  params.quantized_activation_min = plan.output.min;
  params.quantized_activation_max = plan.output.max;
  return params;
}

void Run8(Trial& trial) {
  const PairShapes shapes = DrawPair(trial);
  const Add plan = DrawPlan(trial, shapes, true);
  const PairInputs<int8_t> inputs = DrawPairInputs8(trial, shapes);
  auto* want = Array<int8_t>(trial, "reference's output", shapes.out_count);
  const tflite::ArithmeticParams params = ParamsOf(plan);
  for (size_t i = 0; i < shapes.out_count; ++i) {
    tflite::reference_integer_ops::AddElementwise(
        1, params, inputs.values[0] + shapes.Source(i, 0),
        inputs.values[1] + shapes.Source(i, 1), want + i);
  }
  HoldForms(trial, &Forms::add8, plan, want, shapes.out_count, inputs.values[0],
            inputs.values[1]);
}

int32_t Scaled(int32_t value, int32_t multiplier, int32_t right) {
  return tflite::MultiplyByQuantizedMultiplierSmallerThanOneExp(
      value, multiplier, -right);
}

void Run16(Trial& trial) {
  const PairShapes shapes = DrawPair(trial);
  const Add plan = DrawPlan(trial, shapes, false);
  const PairInputs<int16_t> inputs = DrawPairInputs16(trial, shapes);
  auto* want = Array<int16_t>(trial, "reference's output", shapes.out_count);
  for (size_t i = 0; i < shapes.out_count; ++i) {
    int32_t sum = 0;
    for (int k = 0; k < 2; ++k) {
      const int32_t value = inputs.values[k][shapes.Source(i, k)];
      sum += Scaled(value * (1 << plan.left), plan.inputs[k].multiplier,
                    plan.inputs[k].right);
    }
    const int32_t raw = Scaled(sum, plan.multiplier, plan.right);
    want[i] = static_cast<int16_t>(
        std::min(plan.output.max, std::max(plan.output.min, raw)));
  }
  HoldForms(trial, &Forms::add16, plan, want, shapes.out_count,
            inputs.values[0], inputs.values[1]);
}

const Subject g_add8("add8", Run8);
const Subject g_add16("add16", Run16);

}  // namespace
}  // namespace mcu_eval_test
