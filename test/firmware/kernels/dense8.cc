// FULLY_CONNECTED, int8, held to TFLM's FullyConnected unit by unit, since
// that takes one scale for all units.
#include "tensorflow/lite/kernels/internal/reference/integer_ops/fully_connected.h"
#include "test/firmware/kernels/weighted.h"

namespace mcu_eval_test {
namespace {

using mcu_eval::kernels::Conv8;
using mcu_eval::kernels::Forms;

void Run(Trial& trial) {
  Random& random = trial.random;
  const int32_t rows = random.Chance(70) ? 1 : DrawCount(random, 1, 9);
  const int32_t depth =
      random.Chance(10) ? random.Int32(1000, 2500) : DrawCount(random, 1, 400);
  const int32_t units = DrawCount(random, 1, depth < 400 ? 150 : 12);
  Conv8 plan = {};
  plan.window = {1, 1, rows, depth, 1, rows, units, 1, 1, 1, 1, 1, 1, 0, 0};
  plan.in_zero_point = DrawZeroPoint8(random);
  plan.output = DrawOutput(random, DrawZeroPoint8(random), -128, 127);

  auto* input = Array<int8_t>(trial, "input", size_t(rows) * depth);
  auto* weights = Array<int8_t>(trial, "weights", size_t(units) * depth);
  auto* want = Array<int8_t>(trial, "reference's output", size_t(rows) * units);
  DrawBytes(random, input, size_t(rows) * depth);
  DrawBytes(random, weights, size_t(units) * depth);
  const Ends8& ends =
      DrawEnds8(trial, weights, units, depth, depth, 1, plan.in_zero_point);
  plan.weights = weights;
  plan.channels = ends.channels;
  trial.Describe()
      .Add("rows ")
      .Add(rows)
      .Add(" depth ")
      .Add(depth)
      .Add(" units ")
      .Add(units)
      .Add(" in_zero_point ")
      .Add(plan.in_zero_point);

  tflite::FullyConnectedParams params = {};
  params.input_offset = -plan.in_zero_point;
  params.output_offset = plan.output.zero_point;
  params.quantized_activation_min = plan.output.min;
  params.quantized_activation_max = plan.output.max;
  for (int32_t row = 0; row < rows; ++row) {
    for (int32_t unit = 0; unit < units; ++unit) {
      params.output_multiplier = ends.multipliers[unit];
      params.output_shift = ends.shifts[unit];
      tflite::reference_integer_ops::FullyConnected(
          params, {{1, depth}}, input + row * depth, {{1, depth}},
          weights + unit * depth, {{1}}, &ends.bias[unit], {{1, 1}},
          want + row * units + unit);
    }
  }
  HoldForms(trial, &Forms::dense8, plan, want, size_t(rows) * units, input);
}

const Subject g_dense8("dense8", Run);

}  // namespace
}  // namespace mcu_eval_test
