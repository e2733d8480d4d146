// Plans of convolutions and fully connected operators from the runtime's
// tensors.
#ifndef MCU_EVAL_INFER_KERNELS_CONV_PLAN_H_
#define MCU_EVAL_INFER_KERNELS_CONV_PLAN_H_

#include "firmware/infer/kernels/forms.h"
#include "firmware/infer/kernels/memory.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"

namespace mcu_eval::kernels {

// The tensors of an operator with weights, all checked by the validator.
struct WeightedTensors {
  const TfLiteTensor* input;
  const TfLiteTensor* weights;
  const TfLiteTensor* bias;  // null: none
  TfLiteTensor* output;
};
WeightedTensors WeightedTensorsOf(TfLiteContext* context,
                                  const TfLiteNode* node);

// Padding, strides and sizes of an image operator.
Window WindowOf(const TfLiteTensor* input, const TfLiteTensor* output,
                int32_t kernel_h, int32_t kernel_w, int32_t stride_h,
                int32_t stride_w, int32_t dilation_h, int32_t dilation_w,
                TfLitePadding padding);

Output OutputOf(TfLiteContext* context, TfLiteTensor* output,
                TfLiteFusedActivation activation);

// The ends of all channels, kept in the arena; null when it is full.
// Channel c's weights are the `depth` ones at c * channel_stride, each
// `weight_stride` after the one before. Biases are int32, or int64 for 16, or
// none.
const Channel8* ChannelsOf8(TfLiteContext* context,
                            const WeightedTensors& tensors, int32_t channels,
                            int32_t depth, int32_t channel_stride,
                            int32_t weight_stride);
const Channel16* ChannelsOf16(TfLiteContext* context,
                              const WeightedTensors& tensors, int32_t channels,
                              int32_t depth, int32_t channel_stride,
                              int32_t weight_stride);

// Lets the form pack its weights and ask for scratch.
template <typename Plan, typename Element>
TfLiteStatus Settle(TfLiteContext* context, const Form<Plan, Element>& form,
                    Plan* plan) {
  const size_t bytes = form.packed_bytes(*plan);
  if (bytes > 0) {
    auto* packed = Keep<uint8_t>(context, bytes);
    if (packed == nullptr) return kTfLiteError;
    form.pack(*plan, packed);
    plan->packed = packed;
  }
  WantScratch(form.scratch_bytes(*plan));
  return kTfLiteOk;
}

// Fills in how the channels of a convolution end, `plan` being complete
// otherwise; false when the arena is full.
bool SetChannels(TfLiteContext* context, const WeightedTensors& tensors,
                 Conv8* plan);
bool SetChannels(TfLiteContext* context, const WeightedTensors& tensors,
                 Conv16* plan);

// CONV_2D and FULLY_CONNECTED, whose weights are [out_c][...].
template <typename Plan, typename Element>
TfLiteStatus PrepareConv(TfLiteContext* context, TfLiteNode* node,
                         const Window& window, TfLiteFusedActivation activation,
                         const Form<Plan, Element>& form) {
  const WeightedTensors tensors = WeightedTensorsOf(context, node);
  auto* plan = Keep<Plan>(context);
  if (plan == nullptr) return kTfLiteError;
  *plan = {};
  plan->window = window;
  plan->weights = tensors.weights->data.int8;
  plan->output = OutputOf(context, tensors.output, activation);
  if (!SetChannels(context, tensors, plan)) return kTfLiteError;
  node->user_data = plan;
  return Settle(context, form, plan);
}

template <typename Plan, typename Element>
TfLiteStatus InvokeConv(TfLiteContext* context, TfLiteNode* node,
                        const Form<Plan, Element>& form) {
  const WeightedTensors tensors = WeightedTensorsOf(context, node);
  form.run(*static_cast<const Plan*>(node->user_data),
           tflite::GetTensorData<Element>(tensors.input),
           tflite::GetTensorData<Element>(tensors.output), Scratch());
  return kTfLiteOk;
}

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_CONV_PLAN_H_
