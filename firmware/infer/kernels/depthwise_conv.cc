// DEPTHWISE_CONV_2D as the runtime calls it.
#include "firmware/infer/kernels/conv_plan.h"
#include "firmware/infer/kernels/kernel.h"

namespace mcu_eval::kernels {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const auto& params =
      *static_cast<const TfLiteDepthwiseConvParams*>(node->builtin_data);
  const WeightedTensors tensors = WeightedTensorsOf(context, node);
  const int* filter = tensors.weights->dims->data;
  auto* plan = Keep<Depthwise8>(context);
  if (plan == nullptr) return kTfLiteError;
  plan->window = WindowOf(tensors.input, tensors.output, filter[1], filter[2],
                          params.stride_height, params.stride_width,
                          params.dilation_height_factor,
                          params.dilation_width_factor, params.padding);
  plan->multiplier = plan->window.out_c / plan->window.in_c;
  plan->in_zero_point = tensors.input->params.zero_point;
  plan->weights = tensors.weights->data.int8;
  plan->output = OutputOf(context, tensors.output, params.activation);
  plan->packed = nullptr;
  plan->channels = ChannelsOf8(context, tensors, filter[3],
                               filter[1] * filter[2], 1, filter[3]);
  if (plan->channels == nullptr) return kTfLiteError;
  node->user_data = plan;
  return Settle(context, ActiveForms().depthwise8, plan);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& plan = *static_cast<const Depthwise8*>(node->user_data);
  const WeightedTensors tensors = WeightedTensorsOf(context, node);
  ActiveForms().depthwise8.run(plan, tensors.input->data.int8,
                               tensors.output->data.int8, Scratch());
  return kTfLiteOk;
}

KernelSet Set(TfLiteType) { return ActiveForms().depthwise8.set; }

}  // namespace

const Kernel kDepthwiseConv = {Prepare, Invoke, Set};

}  // namespace mcu_eval::kernels
