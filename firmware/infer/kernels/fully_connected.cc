// FULLY_CONNECTED as the runtime calls it: a 1x1 convolution over rows.
#include "firmware/infer/kernels/conv_plan.h"
#include "firmware/infer/kernels/kernel.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace mcu_eval::kernels {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const auto& params =
      *static_cast<const TfLiteFullyConnectedParams*>(node->builtin_data);
  const WeightedTensors tensors = WeightedTensorsOf(context, node);
  const int32_t units = tensors.weights->dims->data[0];
  const int32_t depth = tensors.weights->dims->data[1];
  const auto rows =
      static_cast<int32_t>(tflite::NumElements(tensors.input)) / depth;
  const Window window = {1, 1, rows, depth, 1, rows, units, 1,
                         1, 1, 1,    1,     1, 0,    0};
  const Forms& forms = ActiveForms();
  return tensors.input->type == kTfLiteInt16
             ? PrepareConv(context, node, window, params.activation,
                           forms.dense16)
             : PrepareConv(context, node, window, params.activation,
                           forms.dense8);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const Forms& forms = ActiveForms();
  return tflite::GetInput(context, node, 0)->type == kTfLiteInt16
             ? InvokeConv(context, node, forms.dense16)
             : InvokeConv(context, node, forms.dense8);
}

KernelSet Set(TfLiteType type) {
  return type == kTfLiteInt16 ? ActiveForms().dense16.set
                              : ActiveForms().dense8.set;
}

}  // namespace

const Kernel kFullyConnected = {Prepare, Invoke, Set};

}  // namespace mcu_eval::kernels
