// DEPTHWISE_CONV_2D, int8, held to TFLM's DepthwiseConvPerChannel. That takes
// its limits from the parameters; the operator around it does not.
#include <algorithm>

#include "tensorflow/lite/kernels/internal/reference/integer_ops/depthwise_conv.h"
#include "test/firmware/kernels/weighted.h"

namespace mcu_eval_test {
namespace {

using mcu_eval::kernels::Depthwise8;
using mcu_eval::kernels::Forms;

void Run(Trial& trial) {
  Random& random = trial.random;
  Depthwise8 plan = {};
  plan.window = DrawDepthwise(random, &plan.multiplier);
  const Window& w = plan.window;
  plan.in_zero_point = DrawZeroPoint8(random);
  plan.output = DrawOutput(random, DrawZeroPoint8(random), -128, 127);
  const int32_t depth = w.kernel_h * w.kernel_w;

  auto* input = Array<int8_t>(trial, "input", InputCount(w));
  auto* weights = Array<int8_t>(trial, "weights", size_t(w.out_c) * depth);
  auto* want = Array<int8_t>(trial, "reference's output", OutputCount(w));
  DrawBytes(random, input, InputCount(w));
  DrawBytes(random, weights, size_t(w.out_c) * depth);
  // Converters write no -128, and some forms are for such weights alone.
  if (random.Chance(70)) {
    for (size_t i = 0; i < size_t(w.out_c) * depth; ++i) {
      weights[i] = std::max<int8_t>(weights[i], -127);
    }
  }
  const Ends8& ends =
      DrawEnds8(trial, weights, w.out_c, depth, 1, w.out_c, plan.in_zero_point);
  plan.weights = weights;
  plan.channels = ends.channels;
  Text text = trial.Describe();
  DescribeWindow(text, w);
  text.Add("multiplier ").Add(plan.multiplier);

  auto params = ReferenceParams<tflite::DepthwiseParams>(w, plan.in_zero_point,
                                                         plan.output);
  params.depth_multiplier = static_cast<int16_t>(plan.multiplier);
  tflite::reference_integer_ops::DepthwiseConvPerChannel(
      params, ends.multipliers, ends.shifts, InputShape(w), input,
      {{1, w.kernel_h, w.kernel_w, w.out_c}}, weights, {{w.out_c}}, ends.bias,
      OutputShape(w), want);
  HoldForms(trial, &Forms::depthwise8, plan, want, OutputCount(w), input);
}

const Subject g_depthwise8("depthwise8", Run);

}  // namespace
}  // namespace mcu_eval_test
