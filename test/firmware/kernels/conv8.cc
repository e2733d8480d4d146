// CONV_2D, int8, held to TFLM's ConvPerChannel.
#include "tensorflow/lite/kernels/internal/reference/integer_ops/conv.h"
#include "test/firmware/kernels/weighted.h"

namespace mcu_eval_test {
namespace {

using mcu_eval::kernels::Conv8;
using mcu_eval::kernels::Forms;

void Run(Trial& trial) {
  Random& random = trial.random;
  Conv8 plan = {};
  plan.window = DrawWindow(random, {80, 6, 3, 3, 30000}, false);
  const Window& w = plan.window;
  plan.in_zero_point = DrawZeroPoint8(random);
  plan.output = DrawOutput(random, DrawZeroPoint8(random), -128, 127);
  const int32_t depth = plan.depth();

  auto* input = Array<int8_t>(trial, "input", InputCount(w));
  auto* weights = Array<int8_t>(trial, "weights", size_t(w.out_c) * depth);
  auto* want = Array<int8_t>(trial, "reference's output", OutputCount(w));
  DrawBytes(random, input, InputCount(w));
  DrawBytes(random, weights, size_t(w.out_c) * depth);
  const Ends8& ends =
      DrawEnds8(trial, weights, w.out_c, depth, depth, 1, plan.in_zero_point);
  plan.weights = weights;
  plan.channels = ends.channels;
  Text text = trial.Describe();
  DescribeWindow(text, w);
  text.Add("in_zero_point ").Add(plan.in_zero_point);

  tflite::reference_integer_ops::ConvPerChannel(
      ReferenceParams<tflite::ConvParams>(w, plan.in_zero_point, plan.output),
      ends.multipliers, ends.shifts, InputShape(w), input,
      {{w.out_c, w.kernel_h, w.kernel_w, w.in_c}}, weights, {{w.out_c}},
      ends.bias, OutputShape(w), want);
  HoldForms(trial, &Forms::conv8, plan, want, OutputCount(w), input);
}

const Subject g_conv8("conv8", Run);

}  // namespace
}  // namespace mcu_eval_test
