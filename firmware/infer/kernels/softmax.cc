// SOFTMAX as the runtime calls it.
#include <algorithm>

#include "firmware/infer/kernels/forms.h"
#include "firmware/infer/kernels/kernel.h"
#include "firmware/infer/kernels/memory.h"
#include "firmware/infer/kernels/portable.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/kernels/internal/quantization_util.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace mcu_eval::kernels {
namespace {

// Exponents have 5 bits before the binary point.
constexpr int kExponentBits = 5;
// What the exponential's table of the int16 form covers, in its steps.
constexpr double kTableStep = 10.0 / 65535.0;

TfLiteStatus Prepare8(TfLiteContext* context, TfLiteNode* node,
                      const TfLiteTensor* input, double beta) {
  auto* plan = Keep<Softmax8>(context);
  if (plan == nullptr) return kTfLiteError;
  plan->depth = input->dims->data[input->dims->size - 1];
  plan->rows = static_cast<int32_t>(input->bytes) / plan->depth;
  int left = 0;
  tflite::PreprocessSoftmaxScaling(beta,
                                   static_cast<double>(input->params.scale),
                                   kExponentBits, &plan->multiplier, &left);
  plan->left = left;
  plan->least = -tflite::CalculateInputRadius(kExponentBits, left);
  node->user_data = plan;
  const bool to_int16 =
      tflite::GetOutput(context, node, 0)->type == kTfLiteInt16;
  WantScratch(to_int16 ? portable::SoftmaxScratch8(*plan)
                       : ActiveForms().softmax8.scratch_bytes(*plan));
  return kTfLiteOk;
}

TfLiteStatus Prepare16(TfLiteContext* context, TfLiteNode* node,
                       const TfLiteTensor* input, double beta) {
  auto* plan = Keep<Softmax16>(context);
  if (plan == nullptr) return kTfLiteError;
  plan->depth = input->dims->data[input->dims->size - 1];
  plan->rows = static_cast<int32_t>(input->bytes / 2) / plan->depth;
  int shift = 0;
  tflite::QuantizeMultiplier(
      static_cast<double>(input->params.scale) * beta / kTableStep,
      &plan->multiplier, &shift);
  plan->left = std::max(shift, 0);
  plan->right = std::max(-shift, 0);
  node->user_data = plan;
  WantScratch(ActiveForms().softmax16.scratch_bytes(*plan));
  return kTfLiteOk;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const auto& params =
      *static_cast<const TfLiteSoftmaxParams*>(node->builtin_data);
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  const auto beta = static_cast<double>(params.beta);
  return input->type == kTfLiteInt8 ? Prepare8(context, node, input, beta)
                                    : Prepare16(context, node, input, beta);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  const Forms& forms = ActiveForms();
  if (input->type == kTfLiteInt16) {
    forms.softmax16.run(*static_cast<const Softmax16*>(node->user_data),
                        input->data.i16, output->data.i16, Scratch());
    return kTfLiteOk;
  }
  const auto& plan = *static_cast<const Softmax8*>(node->user_data);
  if (output->type == kTfLiteInt16) {
    portable::RunSoftmax8To16(plan, input->data.int8, output->data.i16,
                              Scratch());
  } else {
    forms.softmax8.run(plan, input->data.int8, output->data.int8, Scratch());
  }
  return kTfLiteOk;
}

KernelSet Set(TfLiteType type) {
  const Forms& forms = ActiveForms();
  return type == kTfLiteInt8 ? forms.softmax8.set : forms.softmax16.set;
}

}  // namespace

const Kernel kSoftmax = {Prepare, Invoke, Set};

}  // namespace mcu_eval::kernels
