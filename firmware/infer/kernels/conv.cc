// CONV_2D as the runtime calls it.
#include "firmware/infer/kernels/conv_plan.h"
#include "firmware/infer/kernels/kernel.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace mcu_eval::kernels {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const auto& params =
      *static_cast<const TfLiteConvParams*>(node->builtin_data);
  const WeightedTensors tensors = WeightedTensorsOf(context, node);
  const int* filter = tensors.weights->dims->data;
  const Window window = WindowOf(
      tensors.input, tensors.output, filter[1], filter[2], params.stride_height,
      params.stride_width, params.dilation_height_factor,
      params.dilation_width_factor, params.padding);
  const Forms& forms = ActiveForms();
  return tensors.input->type == kTfLiteInt16
             ? PrepareConv(context, node, window, params.activation,
                           forms.conv16)
             : PrepareConv(context, node, window, params.activation,
                           forms.conv8);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const Forms& forms = ActiveForms();
  return tflite::GetInput(context, node, 0)->type == kTfLiteInt16
             ? InvokeConv(context, node, forms.conv16)
             : InvokeConv(context, node, forms.conv8);
}

KernelSet Set(TfLiteType type) {
  return type == kTfLiteInt16 ? ActiveForms().conv16.set
                              : ActiveForms().conv8.set;
}

}  // namespace

const Kernel kConv = {Prepare, Invoke, Set};

}  // namespace mcu_eval::kernels
