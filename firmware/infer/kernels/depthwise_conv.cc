// DEPTHWISE_CONV_2D as the runtime calls it.
#include "firmware/infer/kernels/conv_plan.h"
#include "firmware/infer/kernels/kernel.h"

namespace mcu_eval::kernels {
namespace {

// All but zero point and channels.
template <typename Plan>
Plan* PlanOf(TfLiteContext* context, const TfLiteNode* node,
             const WeightedTensors& tensors) {
  const auto& params =
      *static_cast<const TfLiteDepthwiseConvParams*>(node->builtin_data);
  const int* filter = tensors.weights->dims->data;
  auto* plan = Keep<Plan>(context);
  if (plan == nullptr) return nullptr;
  plan->window = WindowOf(tensors.input, tensors.output, filter[1], filter[2],
                          params.stride_height, params.stride_width,
                          params.dilation_height_factor,
                          params.dilation_width_factor, params.padding);
  plan->multiplier = plan->window.out_c / plan->window.in_c;
  plan->weights = tensors.weights->data.int8;
  plan->output = OutputOf(context, tensors.output, params.activation);
  plan->packed = nullptr;
  return plan;
}

template <typename Plan, typename Form>
TfLiteStatus Finish(TfLiteContext* context, TfLiteNode* node, const Form& form,
                    Plan* plan) {
  if (plan->channels == nullptr) return kTfLiteError;
  node->user_data = plan;
  return Settle(context, form, plan);
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const WeightedTensors tensors = WeightedTensorsOf(context, node);
  const int* filter = tensors.weights->dims->data;
  const int taps = filter[1] * filter[2], channels = filter[3];
  if (tensors.input->type == kTfLiteInt8) {
    auto* plan = PlanOf<Depthwise8>(context, node, tensors);
    if (plan == nullptr) return kTfLiteError;
    plan->in_zero_point = tensors.input->params.zero_point;
    plan->channels = ChannelsOf8(context, tensors, channels, taps, 1, channels);
    return Finish(context, node, ActiveForms().depthwise8, plan);
  }
  auto* plan = PlanOf<Depthwise16>(context, node, tensors);
  if (plan == nullptr) return kTfLiteError;
  plan->channels = ChannelsOf16(context, tensors, channels, taps, 1, channels);
  return Finish(context, node, ActiveForms().depthwise16, plan);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const WeightedTensors tensors = WeightedTensorsOf(context, node);
  const Forms& forms = ActiveForms();
  if (tensors.input->type == kTfLiteInt8) {
    forms.depthwise8.run(*static_cast<const Depthwise8*>(node->user_data),
                         tensors.input->data.int8, tensors.output->data.int8,
                         Scratch());
  } else {
    forms.depthwise16.run(*static_cast<const Depthwise16*>(node->user_data),
                          tensors.input->data.i16, tensors.output->data.i16,
                          Scratch());
  }
  return kTfLiteOk;
}

KernelSet Set(TfLiteType type) {
  const Forms& forms = ActiveForms();
  return type == kTfLiteInt8 ? forms.depthwise8.set : forms.depthwise16.set;
}

}  // namespace

const Kernel kDepthwiseConv = {Prepare, Invoke, Set};

}  // namespace mcu_eval::kernels
