// SOFTMAX, int8, held to TFLM's.
#include "tensorflow/lite/kernels/internal/quantization_util.h"
#include "tensorflow/lite/kernels/internal/reference/softmax.h"
#include "test/firmware/kernels/draw.h"

namespace mcu_eval_test {
namespace {

using mcu_eval::kernels::Forms;
using mcu_eval::kernels::Softmax8;

void Run(Trial& trial) {
  Random& random = trial.random;
  Softmax8 plan = {};
  plan.rows = random.Chance(60) ? 1 : DrawCount(random, 1, 6);
  plan.depth =
      random.Chance(10) ? random.Int32(300, 511) : DrawCount(random, 1, 60);
  // beta times scale: from nearly nothing to steps that leave one class.
  const double scale = static_cast<double>(random.Int(1, 1 << 20)) /
                       static_cast<double>(int64_t{1} << random.Int(10, 40));
  int left = 0;
  tflite::PreprocessSoftmaxScaling(1.0, scale < 0x1p-25 ? 0x1p-25 : scale, 5,
                                   &plan.multiplier, &left);
  plan.left = left;
  plan.least = -tflite::CalculateInputRadius(5, left);
  const size_t count = size_t(plan.rows) * plan.depth;
  auto* input = Array<int8_t>(trial, "input", count);
  auto* want = Array<int8_t>(trial, "reference's output", count);
  DrawBytes(random, input, count);
  trial.Describe()
      .Add("rows ")
      .Add(plan.rows)
      .Add(" depth ")
      .Add(plan.depth)
      .Add(" multiplier ")
      .Add(plan.multiplier)
      .Add(" left ")
      .Add(plan.left);
  tflite::SoftmaxParams params = {};
  params.input_multiplier = plan.multiplier;
  params.input_left_shift = plan.left;
  params.diff_min = plan.least;
  const tflite::RuntimeShape shape({plan.rows, plan.depth});
  tflite::reference_ops::Softmax(params, shape, input, shape, want);
  HoldForms(trial, &Forms::softmax8, plan, want, count, input);
}

const Subject g_softmax8("softmax8", Run);

}  // namespace
}  // namespace mcu_eval_test
