// CONV_2D, int16 activations, held to TFLM's ConvPerChannel; with biases of
// int32 to a plain loop, since that takes only those of int64.
#include "tensorflow/lite/kernels/internal/reference/integer_ops/conv.h"
#include "test/firmware/kernels/weighted.h"

namespace mcu_eval_test {
namespace {

using mcu_eval::kernels::Conv16;
using mcu_eval::kernels::Forms;

// The window's sum at one output.
int32_t SumAt(const Conv16& plan, const int16_t* input, int32_t batch,
              int32_t y, int32_t x, int32_t c) {
  const Window& w = plan.window;
  int32_t sum = 0;
  for (int32_t k = 0; k < plan.depth(); ++k) {
    const int32_t tap = k / w.in_c;
    const int32_t in_y =
        y * w.stride_h - w.pad_top + tap / w.kernel_w * w.dilation_h;
    const int32_t in_x =
        x * w.stride_w - w.pad_left + tap % w.kernel_w * w.dilation_w;
    if (in_y < 0 || in_y >= w.in_h || in_x < 0 || in_x >= w.in_w) continue;
    sum +=
        plan.weights[c * plan.depth() + k] *
        input[((batch * w.in_h + in_y) * w.in_w + in_x) * w.in_c + k % w.in_c];
  }
  return sum;
}

void Narrow(const Conv16& plan, const Ends8& ends, const int16_t* input,
            int16_t* want) {
  const Window& w = plan.window;
  for (size_t i = 0; i < OutputCount(w); ++i) {
    const auto at = static_cast<int32_t>(i);
    const int32_t c = at % w.out_c, x = at / w.out_c % w.out_w;
    const int32_t row = at / w.out_c / w.out_w;
    const int32_t sum =
        SumAt(plan, input, row / w.out_h, row % w.out_h, x, c) + ends.bias[c];
    const int32_t value = tflite::MultiplyByQuantizedMultiplier(
        sum, ends.multipliers[c], ends.shifts[c]);
    want[i] = static_cast<int16_t>(
        std::min(std::max(value, plan.output.min), plan.output.max));
  }
}

void Run(Trial& trial) {
  Random& random = trial.random;
  Conv16 plan = {};
  plan.window = DrawWindow(random, {80, 6, 3, 3, 30000}, false);
  const Window& w = plan.window;
  plan.output = DrawOutput(random, 0, -32768, 32767);
  const int32_t depth = plan.depth();

  auto* input = Array<int16_t>(trial, "input", InputCount(w));
  auto* weights = Array<int8_t>(trial, "weights", size_t(w.out_c) * depth);
  auto* want = Array<int16_t>(trial, "reference's output", OutputCount(w));
  DrawWords(random, input, InputCount(w));
  DrawBytes(random, weights, size_t(w.out_c) * depth);
  plan.weights = weights;
  Text text = trial.Describe();
  DescribeWindow(text, w);
  const Ends8* narrow = nullptr;
  if (random.Chance(25) &&
      DrawNarrowEnds(trial, weights, w.out_c, depth, &narrow)) {
    text.Add("narrow");
    plan.narrow = narrow->channels;
    Narrow(plan, *narrow, input, want);
  } else {
    const Ends16& ends = DrawEnds16(trial, weights, w.out_c, depth, depth, 1);
    plan.channels = ends.channels;
    tflite::reference_integer_ops::ConvPerChannel(
        ReferenceParams<tflite::ConvParams>(w, 0, plan.output),
        ends.multipliers, ends.shifts, InputShape(w), input,
        {{w.out_c, w.kernel_h, w.kernel_w, w.in_c}}, weights, {{w.out_c}},
        ends.bias, OutputShape(w), want);
  }
  HoldForms(trial, &Forms::conv16, plan, want, OutputCount(w), input);
}

const Subject g_conv16("conv16", Run);

}  // namespace
}  // namespace mcu_eval_test
