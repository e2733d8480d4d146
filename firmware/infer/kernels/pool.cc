// AVERAGE_POOL_2D and MAX_POOL_2D as the runtime calls them.
#include "firmware/infer/kernels/conv_plan.h"
#include "firmware/infer/kernels/kernel.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace mcu_eval::kernels {
namespace {

template <typename Element>
using PoolForm = Form<Pool, Element>;

template <PoolForm<int8_t> Forms::*k8, PoolForm<int16_t> Forms::*k16>
TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const auto& params =
      *static_cast<const TfLitePoolParams*>(node->builtin_data);
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  auto* plan = Keep<Pool>(context);
  if (plan == nullptr) return kTfLiteError;
  plan->window =
      WindowOf(input, output, params.filter_height, params.filter_width,
               params.stride_height, params.stride_width, 1, 1, params.padding);
  plan->output = OutputOf(context, output, params.activation);
  node->user_data = plan;
  const Forms& forms = ActiveForms();
  WantScratch(input->type == kTfLiteInt8 ? (forms.*k8).scratch_bytes(*plan)
                                         : (forms.*k16).scratch_bytes(*plan));
  return kTfLiteOk;
}

template <PoolForm<int8_t> Forms::*k8, PoolForm<int16_t> Forms::*k16>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& plan = *static_cast<const Pool*>(node->user_data);
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  const Forms& forms = ActiveForms();
  if (input->type == kTfLiteInt8) {
    (forms.*k8).run(plan, input->data.int8, output->data.int8, Scratch());
  } else {
    (forms.*k16).run(plan, input->data.i16, output->data.i16, Scratch());
  }
  return kTfLiteOk;
}

template <PoolForm<int8_t> Forms::*k8, PoolForm<int16_t> Forms::*k16>
KernelSet Set(TfLiteType type) {
  const Forms& forms = ActiveForms();
  return type == kTfLiteInt8 ? (forms.*k8).set : (forms.*k16).set;
}

}  // namespace

const Kernel kAveragePool = {Prepare<&Forms::average8, &Forms::average16>,
                             Invoke<&Forms::average8, &Forms::average16>,
                             Set<&Forms::average8, &Forms::average16>};
const Kernel kMaxPool = {Prepare<&Forms::max8, &Forms::max16>,
                         Invoke<&Forms::max8, &Forms::max16>,
                         Set<&Forms::max8, &Forms::max16>};

}  // namespace mcu_eval::kernels
