// Convolutions and pools: images are [batch, height, width, channels].
#include "firmware/infer/op_check.h"

namespace mcu_eval {
namespace {

using tflite::TensorType_FLOAT32;
using tflite::TensorType_INT16;
using tflite::TensorType_INT8;
using tflite::TensorType_UINT8;

// Input, filter, optional bias and output agree in type and quantisation.
bool CheckConvTensors(OpCheck& op, int channel_axis) {
  const TensorView input = op.in(0), filter = op.in(1);
  return CheckWeightTypes(op) && op.Rank(input, 4, 4) &&
         op.Rank(filter, 4, 4) && op.Constant(filter) &&
         CheckBias(op, filter.dim(channel_axis)) &&
         CheckWeightScales(op, channel_axis);
}

}  // namespace

bool CheckConv(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_Conv2DOptions();
  if (!op.Counts(2, 3, 1) || !op.Options(options)) return false;
  if (!CheckConvTensors(op, 0)) return false;
  const TensorView input = op.in(0), filter = op.in(1), output = op.out();
  if (filter.dim(3) != input.dim(3)) {
    return op.Fail(ModelReason::kBadShape, filter,
                   "has another number of input channels");
  }
  int64_t height = 0, width = 0;
  return op.Window(options->padding(), input.dim(1), filter.dim(1),
                   options->stride_h(), options->dilation_h_factor(),
                   &height) &&
         op.Window(options->padding(), input.dim(2), filter.dim(2),
                   options->stride_w(), options->dilation_w_factor(), &width) &&
         op.Shape(output, {input.dim(0), height, width, filter.dim(0)}) &&
         op.Activation(options->fused_activation_function(), output);
}

bool CheckDepthwiseConv(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_DepthwiseConv2DOptions();
  if (!op.Counts(2, 3, 1) || !op.Options(options)) return false;
  if (!CheckConvTensors(op, 3)) return false;
  const TensorView input = op.in(0), filter = op.in(1), output = op.out();
  if (filter.dim(0) != 1 || options->depth_multiplier() < 1 ||
      int64_t{input.dim(3)} * options->depth_multiplier() != filter.dim(3)) {
    return op.Fail(ModelReason::kBadShape, filter,
                   "does not fit input channels and depth multiplier");
  }
  const bool dilated =
      options->dilation_h_factor() != 1 || options->dilation_w_factor() != 1;
  const bool is_ours =
      input.type == TensorType_INT8 || input.type == TensorType_INT16;
  if (dilated && options->padding() == tflite::Padding_SAME && !is_ours) {
    return op.Fail(ModelReason::kBadParameter,
                   "dilation with SAME padding is computed wrongly by the "
                   "runtime");
  }
  int64_t height = 0, width = 0;
  if (!op.Window(options->padding(), input.dim(1), filter.dim(1),
                 options->stride_h(), options->dilation_h_factor(), &height) ||
      !op.Window(options->padding(), input.dim(2), filter.dim(2),
                 options->stride_w(), options->dilation_w_factor(), &width) ||
      !op.Shape(output, {input.dim(0), height, width, filter.dim(3)})) {
    return false;
  }
  return op.Activation(options->fused_activation_function(), output);
}

bool CheckPool(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_Pool2DOptions();
  if (!op.Counts(1, 1, 1) || !op.Options(options)) return false;
  const TensorView input = op.in(0), output = op.out();
  if (!op.Type(input, {TensorType_INT8, TensorType_INT16, TensorType_UINT8,
                       TensorType_FLOAT32})) {
    return false;
  }
  if (!op.SameType(input, output) || !op.Rank(input, 4, 4)) return false;
  if (!op.PerTensor(input) || !op.PerTensor(output)) return false;
  // The kernels do not rescale.
  if (!op.SameQuantization(input, output) || !op.Symmetric(input)) return false;
  // Sums stay within 32 bits.
  const int64_t most = input.type == TensorType_INT16 ? 1 << 15 : 1 << 23;
  if (int64_t{options->filter_height()} * options->filter_width() > most) {
    return op.Fail(ModelReason::kBadParameter, "its window is too large");
  }
  int64_t height = 0, width = 0;
  return op.Window(options->padding(), input.dim(1), options->filter_height(),
                   options->stride_h(), 1, &height) &&
         op.Window(options->padding(), input.dim(2), options->filter_width(),
                   options->stride_w(), 1, &width) &&
         op.Shape(output, {input.dim(0), height, width, input.dim(3)}) &&
         op.Activation(options->fused_activation_function(), output);
}

}  // namespace mcu_eval
