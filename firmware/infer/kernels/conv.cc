// CONV_2D as the runtime calls it.
#include "firmware/infer/kernels/conv_plan.h"
#include "firmware/infer/kernels/kernel.h"

namespace mcu_eval::kernels {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const auto& params =
      *static_cast<const TfLiteConvParams*>(node->builtin_data);
  const WeightedTensors tensors = WeightedTensorsOf(context, node);
  const int* filter = tensors.weights->dims->data;
  auto* plan = Keep<Conv8>(context);
  if (plan == nullptr) return kTfLiteError;
  plan->window = WindowOf(tensors.input, tensors.output, filter[1], filter[2],
                          params.stride_height, params.stride_width,
                          params.dilation_height_factor,
                          params.dilation_width_factor, params.padding);
  plan->in_zero_point = tensors.input->params.zero_point;
  plan->weights = tensors.weights->data.int8;
  plan->output = OutputOf(context, tensors.output, params.activation);
  plan->packed = nullptr;
  const int32_t depth = plan->depth();
  plan->channels = ChannelsOf8(context, tensors, filter[0], depth, depth, 1);
  if (plan->channels == nullptr) return kTfLiteError;
  node->user_data = plan;
  return Settle(context, ActiveForms().conv8, plan);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& plan = *static_cast<const Conv8*>(node->user_data);
  const WeightedTensors tensors = WeightedTensorsOf(context, node);
  ActiveForms().conv8.run(plan, tensors.input->data.int8,
                          tensors.output->data.int8, Scratch());
  return kTfLiteOk;
}

KernelSet Set(TfLiteType) { return ActiveForms().conv8.set; }

}  // namespace

const Kernel kConv = {Prepare, Invoke, Set};

}  // namespace mcu_eval::kernels
