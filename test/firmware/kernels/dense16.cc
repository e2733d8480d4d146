// FULLY_CONNECTED, int16 activations, held to TFLM's FullyConnected unit by
// unit, since that takes one scale for all units.
#include "tensorflow/lite/kernels/internal/reference/integer_ops/fully_connected.h"
#include "test/firmware/kernels/weighted.h"

namespace mcu_eval_test {
namespace {

using mcu_eval::kernels::Conv16;
using mcu_eval::kernels::Forms;

void Run(Trial& trial) {
  Random& random = trial.random;
  const int32_t rows = random.Chance(70) ? 1 : DrawCount(random, 1, 9);
  const int32_t depth =
      random.Chance(10) ? random.Int32(1000, 2500) : DrawCount(random, 1, 400);
  const int32_t units = DrawCount(random, 1, depth < 400 ? 150 : 12);
  Conv16 plan = {};
  plan.window = {1, 1, rows, depth, 1, rows, units, 1, 1, 1, 1, 1, 1, 0, 0};
  plan.output = DrawOutput(random, 0, -32768, 32767);

  auto* input = Array<int16_t>(trial, "input", size_t(rows) * depth);
  auto* weights = Array<int8_t>(trial, "weights", size_t(units) * depth);
  auto* want =
      Array<int16_t>(trial, "reference's output", size_t(rows) * units);
  DrawWords(random, input, size_t(rows) * depth);
  DrawBytes(random, weights, size_t(units) * depth);
  const Ends16& ends = DrawEnds16(trial, weights, units, depth, depth, 1);
  plan.weights = weights;
  plan.channels = ends.channels;
  trial.Describe()
      .Add("rows ")
      .Add(rows)
      .Add(" depth ")
      .Add(depth)
      .Add(" units ")
      .Add(units);

  tflite::FullyConnectedParams params = {};
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
  HoldForms(trial, &Forms::dense16, plan, want, size_t(rows) * units, input);
}

const Subject g_dense16("dense16", Run);

}  // namespace
}  // namespace mcu_eval_test
