// MUL as the runtime calls it.
#include <algorithm>

#include "firmware/infer/kernels/conv_plan.h"
#include "firmware/infer/kernels/kernel.h"
#include "firmware/infer/kernels/pair_plan.h"
#include "tensorflow/lite/kernels/internal/quantization_util.h"

namespace mcu_eval::kernels {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const auto& params = *static_cast<const TfLiteMulParams*>(node->builtin_data);
  const TfLiteTensor* a = tflite::GetInput(context, node, 0);
  const TfLiteTensor* b = tflite::GetInput(context, node, 1);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  auto* plan = Keep<Mul>(context);
  if (plan == nullptr) return kTfLiteError;
  plan->pairing = PairingOf(a, b, output);
  plan->zero_points[0] = a->params.zero_point;
  plan->zero_points[1] = b->params.zero_point;
  int shift = 0;
  tflite::QuantizeMultiplier(static_cast<double>(a->params.scale) *
                                 static_cast<double>(b->params.scale) /
                                 static_cast<double>(output->params.scale),
                             &plan->multiplier, &shift);
  plan->left = std::max(shift, 0);
  plan->right = std::max(-shift, 0);
  plan->output = OutputOf(context, output, params.activation);
  node->user_data = plan;
  const Forms& forms = ActiveForms();
  WantPairScratch(forms.mul8, forms.mul16, *plan, output->type);
  return kTfLiteOk;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const Forms& forms = ActiveForms();
  return RunPair(forms.mul8, forms.mul16, context, node);
}

KernelSet Set(TfLiteType type) {
  const Forms& forms = ActiveForms();
  return type == kTfLiteInt8 ? forms.mul8.set : forms.mul16.set;
}

}  // namespace

const Kernel kMul = {Prepare, Invoke, Set};

}  // namespace mcu_eval::kernels
