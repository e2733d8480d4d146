// FULLY_CONNECTED as the runtime calls it: a 1x1 convolution over rows.
#include "firmware/infer/kernels/conv_plan.h"
#include "firmware/infer/kernels/kernel.h"

namespace mcu_eval::kernels {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const auto& params =
      *static_cast<const TfLiteFullyConnectedParams*>(node->builtin_data);
  const WeightedTensors tensors = WeightedTensorsOf(context, node);
  const int32_t units = tensors.weights->dims->data[0];
  const int32_t depth = tensors.weights->dims->data[1];
  const auto rows = static_cast<int32_t>(tensors.input->bytes) / depth;
  auto* plan = Keep<Conv8>(context);
  if (plan == nullptr) return kTfLiteError;
  plan->window = {1, 1, rows, depth, 1, rows, units, 1, 1, 1, 1, 1, 1, 0, 0};
  plan->in_zero_point = tensors.input->params.zero_point;
  plan->weights = tensors.weights->data.int8;
  plan->output = OutputOf(context, tensors.output, params.activation);
  plan->packed = nullptr;
  plan->channels = ChannelsOf8(context, tensors, units, depth, depth, 1);
  if (plan->channels == nullptr) return kTfLiteError;
  node->user_data = plan;
  return Settle(context, ActiveForms().dense8, plan);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& plan = *static_cast<const Conv8*>(node->user_data);
  const WeightedTensors tensors = WeightedTensorsOf(context, node);
  ActiveForms().dense8.run(plan, tensors.input->data.int8,
                           tensors.output->data.int8, Scratch());
  return kTfLiteOk;
}

KernelSet Set(TfLiteType) { return ActiveForms().dense8.set; }

}  // namespace

const Kernel kFullyConnected = {Prepare, Invoke, Set};

}  // namespace mcu_eval::kernels
