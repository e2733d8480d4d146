// ADD as the runtime calls it.
#include <algorithm>

#include "firmware/infer/kernels/conv_plan.h"
#include "firmware/infer/kernels/kernel.h"
#include "firmware/infer/kernels/pair_plan.h"
#include "tensorflow/lite/kernels/internal/quantization_util.h"

namespace mcu_eval::kernels {
namespace {

// Shift to the right of a multiplier below 1.
int32_t Quantize(double real, int32_t* multiplier) {
  int shift = 0;
  tflite::QuantizeMultiplier(real, multiplier, &shift);
  return -shift;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const auto& params = *static_cast<const TfLiteAddParams*>(node->builtin_data);
  const TfLiteTensor* inputs[2] = {tflite::GetInput(context, node, 0),
                                   tflite::GetInput(context, node, 1)};
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  auto* plan = Keep<Add>(context);
  if (plan == nullptr) return kTfLiteError;
  plan->pairing = PairingOf(inputs[0], inputs[1], output);
  plan->left = output->type == kTfLiteInt8 ? 20 : 15;
  const double twice =
      2 * static_cast<double>(
              std::max(inputs[0]->params.scale, inputs[1]->params.scale));
  for (int i = 0; i < 2; ++i) {
    auto& input = plan->inputs[i];
    input.zero_point = inputs[i]->params.zero_point;
    input.right = Quantize(static_cast<double>(inputs[i]->params.scale) / twice,
                           &input.multiplier);
  }
  plan->right = Quantize(
      twice / ((1 << plan->left) * static_cast<double>(output->params.scale)),
      &plan->multiplier);
  plan->output = OutputOf(context, output, params.activation);
  node->user_data = plan;
  const Forms& forms = ActiveForms();
  WantPairScratch(forms.add8, forms.add16, *plan, output->type);
  return kTfLiteOk;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const Forms& forms = ActiveForms();
  return RunPair(forms.add8, forms.add16, context, node);
}

KernelSet Set(TfLiteType type) {
  const Forms& forms = ActiveForms();
  return type == kTfLiteInt8 ? forms.add8.set : forms.add16.set;
}

}  // namespace

const Kernel kAdd = {Prepare, Invoke, Set};

}  // namespace mcu_eval::kernels
