#include "firmware/infer/op_check.h"

namespace mcu_eval {

using tflite::TensorType_FLOAT32;
using tflite::TensorType_INT16;
using tflite::TensorType_INT8;
using tflite::TensorType_UINT8;

bool CheckFullyConnected(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_FullyConnectedOptions();
  if (!op.Counts(2, 3, 1) || !op.Options(options)) return false;
  const TensorView input = op.in(0), filter = op.in(1), output = op.out();
  if (!op.Type(input, {TensorType_INT8, TensorType_UINT8, TensorType_FLOAT32}))
    return false;
  if (!op.SameType(input, filter) || !op.SameType(input, output)) return false;
  if (!op.Constant(filter) || !op.Rank(filter, 2, 2) || !op.Rank(input, 1, 4))
    return false;
  if (options->weights_format() !=
      tflite::FullyConnectedOptionsWeightsFormat_DEFAULT) {
    return op.Fail(ModelReason::kBadParameter, "its weights are shuffled");
  }
  const int64_t units = filter.dim(0), depth = filter.dim(1);
  if (input.elements % depth != 0) {
    return op.Fail(ModelReason::kBadShape, input, "does not fit the weights");
  }
  if (!op.Shape(output, {input.elements / depth, units})) return false;
  if (!op.Activation(options->fused_activation_function(), output))
    return false;
  if (!CheckBias(op, units)) return false;
  if (input.type == TensorType_FLOAT32) return true;
  // The runtime would use the first of several weight scales for all units.
  if (!op.PerTensor(input) || !op.PerTensor(filter) || !op.PerTensor(output))
    return false;
  return CheckBiasScale(op) &&
         op.Multiplier(double{input.scale} * double{filter.scale} /
                       double{output.scale}) &&
         CheckAccumulators(op, 0);
}

bool CheckSoftmax(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_SoftmaxOptions();
  if (!op.Counts(1, 1, 1) || !op.Options(options)) return false;
  const TensorView input = op.in(0), output = op.out();
  if (!op.Type(input, {TensorType_INT8, TensorType_UINT8, TensorType_FLOAT32}))
    return false;
  if (!op.Rank(input, 1, 4) || !op.SameShape(output, input)) return false;
  const float beta = options->beta();
  if (!(beta > 0 && beta <= 0x1p15f)) {
    return op.Fail(ModelReason::kBadParameter, "its beta is out of range");
  }
  if (input.type == TensorType_FLOAT32) return op.SameType(input, output);

  const bool to_int16 =
      input.type == TensorType_INT8 && output.type == TensorType_INT16;
  if (!to_int16 && !op.SameType(input, output)) return false;
  if (!op.PerTensor(input) || !op.PerTensor(output)) return false;
  const int32_t lowest = to_int16                        ? -32768
                         : input.type == TensorType_INT8 ? -128
                                                         : 0;
  if (output.zero_point != lowest ||
      (!to_int16 && input.type == TensorType_INT8 &&
       output.scale != 1.f / 256)) {
    return op.Fail(ModelReason::kBadQuantization, output,
                   "must cover 0 to 1 in scale and zero point");
  }
  // Exponentials, of at most 1 each, are summed with 12 integer bits. The
  // quotient by a sum of 2^9 is shifted right by 32 for 8-bit outputs, which is
  // undefined: machines differ.
  const int32_t most = to_int16 ? 4095 : 511;
  if (input.dim(input.rank - 1) > most) {
    return op.Fail(ModelReason::kBadShape, input,
                   to_int16 ? "has over 4095 classes" : "has over 511 classes");
  }
  // The kernel asserts a multiplier above 1.
  if (!(double{beta} * double{input.scale} * (1 << 26) > 1)) {
    return op.Fail(ModelReason::kBadQuantization, input,
                   "has a scale too small for beta");
  }
  return true;
}

}  // namespace mcu_eval
