#include "firmware/infer/kernels/conv_plan.h"

#include "firmware/infer/kernels/channel.h"
#include "tensorflow/lite/kernels/internal/quantization_util.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include "tensorflow/lite/kernels/padding.h"

namespace mcu_eval::kernels {

WeightedTensors WeightedTensorsOf(TfLiteContext* context,
                                  const TfLiteNode* node) {
  return {
      tflite::GetInput(context, node, 0), tflite::GetInput(context, node, 1),
      node->inputs->size > 2 ? tflite::GetOptionalInputTensor(context, node, 2)
                             : nullptr,
      tflite::GetOutput(context, node, 0)};
}

Window WindowOf(const TfLiteTensor* input, const TfLiteTensor* output,
                int32_t kernel_h, int32_t kernel_w, int32_t stride_h,
                int32_t stride_w, int32_t dilation_h, int32_t dilation_w,
                TfLitePadding padding) {
  const int* in = input->dims->data;
  const int* out = output->dims->data;
  int height = 0, width = 0;
  const TfLitePaddingValues pad = tflite::ComputePaddingHeightWidth(
      stride_h, stride_w, dilation_h, dilation_w, in[1], in[2], kernel_h,
      kernel_w, padding, &height, &width);
  // Steps that are never taken are 1, so that none times a row's elements
  // leaves 32 bits and forms for small steps serve.
  return {in[0],
          in[1],
          in[2],
          in[3],
          out[1],
          out[2],
          out[3],
          kernel_h,
          kernel_w,
          out[1] == 1 ? 1 : stride_h,
          out[2] == 1 ? 1 : stride_w,
          kernel_h == 1 ? 1 : dilation_h,
          kernel_w == 1 ? 1 : dilation_w,
          pad.height,
          pad.width};
}

Output OutputOf(TfLiteContext* context, TfLiteTensor* output,
                TfLiteFusedActivation activation) {
  Output result = {output->params.zero_point, 0, 0};
  tflite::CalculateActivationRangeQuantized(context, activation, output,
                                            &result.min, &result.max);
  return result;
}

namespace {

struct Scale {
  int32_t multiplier;
  int shift;
};

// Of output channel `c`. In double throughout, as the oracle has it: the
// runtime's own header multiplies a fully connected operator's scales in float.
Scale ScaleOf(const WeightedTensors& tensors, int32_t c) {
  const auto* quantization = static_cast<const TfLiteAffineQuantization*>(
      tensors.weights->quantization.params);
  const TfLiteFloatArray* scales = quantization->scale;
  Scale result = {};
  tflite::QuantizeMultiplier(
      static_cast<double>(tensors.input->params.scale) *
          static_cast<double>(scales->data[scales->size > 1 ? c : 0]) /
          static_cast<double>(tensors.output->params.scale),
      &result.multiplier, &result.shift);
  return result;
}

}  // namespace

const Channel8* ChannelsOf8(TfLiteContext* context,
                            const WeightedTensors& tensors, int32_t channels,
                            int32_t depth, int32_t channel_stride,
                            int32_t weight_stride) {
  auto* result = Keep<Channel8>(context, channels);
  if (result == nullptr) return nullptr;
  const auto zero_point =
      static_cast<uint32_t>(tensors.input->params.zero_point);
  for (int32_t c = 0; c < channels; ++c) {
    const int8_t* weight = tensors.weights->data.int8 + c * channel_stride;
    int32_t sum = 0;
    for (int32_t k = 0; k < depth; ++k) sum += weight[k * weight_stride];
    const int32_t bias =
        tensors.bias == nullptr ? 0 : tensors.bias->data.i32[c];
    const Scale scale = ScaleOf(tensors, c);
    result[c] = MakeChannel8(
        static_cast<uint32_t>(bias) - zero_point * static_cast<uint32_t>(sum),
        scale.multiplier, scale.shift);
  }
  return result;
}

const Channel16* ChannelsOf16(TfLiteContext* context,
                              const WeightedTensors& tensors, int32_t channels,
                              int32_t depth, int32_t channel_stride,
                              int32_t weight_stride) {
  auto* result = Keep<Channel16>(context, channels);
  if (result == nullptr) return nullptr;
  for (int32_t c = 0; c < channels; ++c) {
    const int8_t* weight = tensors.weights->data.int8 + c * channel_stride;
    int64_t size = 0;
    for (int32_t k = 0; k < depth; ++k) {
      const int32_t w = weight[k * weight_stride];
      size += w < 0 ? -w : w;
    }
    const int64_t bias =
        tensors.bias == nullptr ? 0 : tensors.bias->data.i64[c];
    const Scale scale = ScaleOf(tensors, c);
    result[c] = MakeChannel16(bias, scale.multiplier, scale.shift, size << 15);
  }
  return result;
}

bool SetChannels(TfLiteContext* context, const WeightedTensors& tensors,
                 Conv8* plan) {
  const int32_t depth = plan->depth();
  plan->in_zero_point = tensors.input->params.zero_point;
  plan->channels =
      ChannelsOf8(context, tensors, plan->window.out_c, depth, depth, 1);
  return plan->channels != nullptr;
}

bool SetChannels(TfLiteContext* context, const WeightedTensors& tensors,
                 Conv16* plan) {
  const int32_t channels = plan->window.out_c, depth = plan->depth();
  if (tensors.bias == nullptr || tensors.bias->type == kTfLiteInt64) {
    plan->channels = ChannelsOf16(context, tensors, channels, depth, depth, 1);
    return plan->channels != nullptr;
  }
  plan->narrow = ChannelsOf8(context, tensors, channels, depth, depth, 1);
  return plan->narrow != nullptr;
}

}  // namespace mcu_eval::kernels
