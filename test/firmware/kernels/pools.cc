// AVERAGE_POOL_2D and MAX_POOL_2D, int8 and int16, held to TFLM's AveragePool
// and MaxPool.
#include "tensorflow/lite/kernels/internal/reference/integer_ops/pooling.h"
#include "test/firmware/kernels/weighted.h"

namespace mcu_eval_test {
namespace {

using mcu_eval::kernels::Forms;
using mcu_eval::kernels::Pool;

void Fill(Random& random, int8_t* values, size_t count) {
  DrawBytes(random, values, count);
}
void Fill(Random& random, int16_t* values, size_t count) {
  DrawWords(random, values, count);
}

template <typename Element, typename Kernel, typename Reference>
void Run(Trial& trial, Kernel Forms::*kernel, Reference reference) {
  Random& random = trial.random;
  Pool plan = {};
  plan.window = DrawWindow(random, {70, 8, 4, 1, 30000}, true);
  const Window& w = plan.window;
  constexpr int32_t kLow = sizeof(Element) == 1 ? -128 : -32768;
  const int32_t zero_point = sizeof(Element) == 1 ? DrawZeroPoint8(random) : 0;
  plan.output = DrawOutput(random, zero_point, kLow, -1 - kLow);

  auto* input = Array<Element>(trial, "input", InputCount(w));
  auto* want = Array<Element>(trial, "reference's output", OutputCount(w));
  Fill(random, input, InputCount(w));
  Text text = trial.Describe();
  DescribeWindow(text, w);

  tflite::PoolParams params = {};
  params.stride_height = w.stride_h;
  params.stride_width = w.stride_w;
  params.filter_height = w.kernel_h;
  params.filter_width = w.kernel_w;
  params.padding_values.height = static_cast<int16_t>(w.pad_top);
  params.padding_values.width = static_cast<int16_t>(w.pad_left);
  params.quantized_activation_min = plan.output.min;
  params.quantized_activation_max = plan.output.max;
  reference(params, InputShape(w), input, OutputShape(w), want);
  HoldForms(trial, kernel, plan, want, OutputCount(w),
            static_cast<const Element*>(input));
}

template <typename Element>
void Average(const tflite::PoolParams& params,
             const tflite::RuntimeShape& input_shape, const Element* input,
             const tflite::RuntimeShape& output_shape, Element* output) {
  tflite::reference_integer_ops::AveragePool(params, input_shape, input,
                                             output_shape, output);
}
template <typename Element>
void Max(const tflite::PoolParams& params,
         const tflite::RuntimeShape& input_shape, const Element* input,
         const tflite::RuntimeShape& output_shape, Element* output) {
  tflite::reference_integer_ops::MaxPool(params, input_shape, input,
                                         output_shape, output);
}

const Subject g_average8("average8", [](Trial& trial) {
  Run<int8_t>(trial, &Forms::average8, Average<int8_t>);
});
const Subject g_average16("average16", [](Trial& trial) {
  Run<int16_t>(trial, &Forms::average16, Average<int16_t>);
});
const Subject g_max8("max8", [](Trial& trial) {
  Run<int8_t>(trial, &Forms::max8, Max<int8_t>);
});
const Subject g_max16("max16", [](Trial& trial) {
  Run<int16_t>(trial, &Forms::max16, Max<int16_t>);
});

}  // namespace
}  // namespace mcu_eval_test
