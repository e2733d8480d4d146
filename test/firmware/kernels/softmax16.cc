// SOFTMAX, int16, held to TFLM's SoftmaxInt16 on this project's tables, which
// are those of later vintages and held to them with whole models. It takes
// memory from the heap, which images have none of: there every form is held to
// the portable one.
#include "firmware/infer/kernels/softmax_tables.h"
#include "tensorflow/lite/kernels/internal/quantization_util.h"
#include "tensorflow/lite/kernels/internal/reference/softmax.h"
#include "test/firmware/kernels/draw.h"

namespace mcu_eval_test {
namespace {

using mcu_eval::kernels::Forms;
using mcu_eval::kernels::kExpTable;
using mcu_eval::kernels::kReciprocalTable;
using mcu_eval::kernels::Softmax16;

#if defined(__linux__)
void Reference(const Softmax16& plan, const int16_t* input, int16_t* want) {
  tflite::SoftmaxParams params = {};
  params.input_multiplier = plan.multiplier;
  params.input_left_shift = plan.left - plan.right;
  // Not written.
  params.exp_lut = const_cast<int16_t*>(kExpTable);
  params.one_over_one_plus_x_lut = const_cast<int16_t*>(kReciprocalTable);
  const tflite::RuntimeShape shape({plan.rows, plan.depth});
  tflite::reference_ops::SoftmaxInt16(params, shape, input, shape, want);
}
#else
void Reference(const Softmax16& plan, const int16_t* input, int16_t* want) {
  const auto& portable = mcu_eval::kernels::kPortableForms.softmax16;
  portable.run(plan, input, want,
               pool::Take("scratch", portable.scratch_bytes(plan)));
}
#endif

void Run(Trial& trial) {
  Random& random = trial.random;
  Softmax16 plan = {};
  plan.rows = random.Chance(60) ? 1 : DrawCount(random, 1, 6);
  plan.depth =
      random.Chance(10) ? random.Int32(300, 2000) : DrawCount(random, 1, 60);
  // A step of the input between next to nothing and a tenth of the table.
  const double scale = static_cast<double>(random.Int(1, 1 << 20)) /
                       static_cast<double>(int64_t{1} << random.Int(20, 45));
  int shift = 0;
  tflite::QuantizeMultiplier(scale / (10.0 / 65535.0), &plan.multiplier,
                             &shift);
  // Differences of 65,535 steps stay within 32 bits, as the reference asks.
  if (shift > 14) shift = 14;
  plan.left = shift > 0 ? shift : 0;
  plan.right = shift > 0 ? 0 : -shift;
  const size_t count = size_t(plan.rows) * plan.depth;
  auto* input = Array<int16_t>(trial, "input", count);
  auto* want = Array<int16_t>(trial, "reference's output", count);
  DrawWords(random, input, count);
  trial.Describe()
      .Add("rows ")
      .Add(plan.rows)
      .Add(" depth ")
      .Add(plan.depth)
      .Add(" multiplier ")
      .Add(plan.multiplier)
      .Add(" shift ")
      .Add(shift);
  Reference(plan, input, want);
  HoldForms(trial, &Forms::softmax16, plan, want, count, input);
}

const Subject g_softmax16("softmax16", Run);

}  // namespace
}  // namespace mcu_eval_test
