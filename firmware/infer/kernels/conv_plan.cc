#include "firmware/infer/kernels/conv_plan.h"

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
  return {in[0],    in[1],      in[2],      in[3],      out[1],
          out[2],   out[3],     kernel_h,   kernel_w,   stride_h,
          stride_w, dilation_h, dilation_w, pad.height, pad.width};
}

Output OutputOf(TfLiteContext* context, TfLiteTensor* output,
                TfLiteFusedActivation activation) {
  Output result = {output->params.zero_point, 0, 0};
  tflite::CalculateActivationRangeQuantized(context, activation, output,
                                            &result.min, &result.max);
  return result;
}

const Channel8* ChannelsOf8(TfLiteContext* context,
                            const WeightedTensors& tensors, int32_t channels,
                            int32_t depth, int32_t channel_stride,
                            int32_t weight_stride, const Output& output) {
  auto* result = Keep<Channel8>(context, channels);
  if (result == nullptr) return nullptr;
  const auto* quantization = static_cast<const TfLiteAffineQuantization*>(
      tensors.weights->quantization.params);
  const TfLiteFloatArray* scales = quantization->scale;
  const int32_t zero_point = tensors.input->params.zero_point;
  // Furthest an input lies from its zero point.
  const int32_t reach = zero_point < 0 ? 127 - zero_point : zero_point + 128;
  for (int32_t c = 0; c < channels; ++c) {
    const int8_t* weight = tensors.weights->data.int8 + c * channel_stride;
    int32_t sum = 0, size = 0;
    for (int32_t k = 0; k < depth; ++k, weight += weight_stride) {
      sum += *weight;
      size += *weight < 0 ? -*weight : *weight;
    }
    const int32_t bias =
        tensors.bias == nullptr ? 0 : tensors.bias->data.i32[c];
    Channel8& channel = result[c];
    channel.bias = static_cast<int32_t>(static_cast<uint32_t>(bias) -
                                        static_cast<uint32_t>(zero_point) *
                                            static_cast<uint32_t>(sum));
    const double scale =
        static_cast<double>(tensors.input->params.scale) *
        static_cast<double>(scales->data[scales->size > 1 ? c : 0]) /
        static_cast<double>(tensors.output->params.scale);
    int shift = 0;
    tflite::QuantizeMultiplier(scale, &channel.multiplier, &shift);
    channel.left = static_cast<int8_t>(shift > 0 ? shift : 0);
    channel.right = static_cast<int8_t>(shift > 0 ? 0 : -shift);
    const int64_t bound =
        int64_t{reach} * size + (bias < 0 ? -int64_t{bias} : bias);
    channel.is_short = IsShort(bound, channel.multiplier, channel.left,
                               channel.right, output.zero_point);
  }
  return result;
}

}  // namespace mcu_eval::kernels
