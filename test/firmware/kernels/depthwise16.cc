// DEPTHWISE_CONV_2D, int16, held to TFLM's DepthwiseConvPerChannel.
#include "tensorflow/lite/kernels/internal/reference/integer_ops/depthwise_conv.h"
#include "test/firmware/kernels/weighted.h"

namespace mcu_eval_test {
namespace {

using mcu_eval::kernels::Depthwise16;
using mcu_eval::kernels::Forms;

void Run(Trial& trial) {
  Random& random = trial.random;
  Depthwise16 plan = {};
  plan.window = DrawDepthwise(random, &plan.multiplier);
  const Window& w = plan.window;
  plan.output = DrawOutput(random, 0, -32768, 32767);
  const int32_t depth = w.kernel_h * w.kernel_w;

  auto* input = Array<int16_t>(trial, "input", InputCount(w));
  auto* weights = Array<int8_t>(trial, "weights", size_t(w.out_c) * depth);
  auto* want = Array<int16_t>(trial, "reference's output", OutputCount(w));
  DrawWords(random, input, InputCount(w));
  DrawBytes(random, weights, size_t(w.out_c) * depth);
  const Ends16& ends = DrawEnds16(trial, weights, w.out_c, depth, 1, w.out_c);
  plan.weights = weights;
  plan.channels = ends.channels;
  Text text = trial.Describe();
  DescribeWindow(text, w);
  text.Add("multiplier ").Add(plan.multiplier);

  auto params = ReferenceParams<tflite::DepthwiseParams>(w, 0, plan.output);
  params.depth_multiplier = static_cast<int16_t>(plan.multiplier);
  tflite::reference_integer_ops::DepthwiseConvPerChannel(
      params, ends.multipliers, ends.shifts, InputShape(w), input,
      {{1, w.kernel_h, w.kernel_w, w.out_c}}, weights, {{w.out_c}}, ends.bias,
      OutputShape(w), want);
  HoldForms(trial, &Forms::depthwise16, plan, want, OutputCount(w), input);
}

const Subject g_depthwise16("depthwise16", Run);

}  // namespace
}  // namespace mcu_eval_test
