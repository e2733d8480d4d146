#include <cmath>

#include "firmware/infer/op_check.h"

namespace mcu_eval {
namespace {

using tflite::TensorType_FLOAT32;
using tflite::TensorType_INT16;
using tflite::TensorType_INT8;
using tflite::TensorType_UINT8;

bool IsNear(float scale, float wanted) {
  return std::abs(scale - wanted) <= wanted / 1000;
}

// Outputs cover 0 to 1 with all their grid.
bool CheckSoftmaxOutput(OpCheck& op, const TensorView& input,
                        const TensorView& output) {
  bool fits = false;
  if (output.type == TensorType_INT16 && input.type == TensorType_INT16) {
    fits = output.zero_point == 0 && IsNear(output.scale, 1.f / 32768);
  } else if (output.type == TensorType_INT16) {
    fits = output.zero_point == -32768 && IsNear(output.scale, 1.f / 65536);
  } else if (output.type == TensorType_INT8) {
    fits = output.zero_point == -128 && output.scale == 1.f / 256;
  } else {
    fits = output.zero_point == 0;
  }
  return fits || op.Fail(ModelReason::kBadQuantization, output,
                         "must cover 0 to 1 in scale and zero point");
}

// 8-bit inputs: exponentials, of at most 1 each, are summed with 12 integer
// bits. The quotient by a sum of 2^9 is shifted right by 32 for 8-bit outputs,
// which is undefined: machines differ, and tflite-micro aborts.
bool CheckSoftmax8(OpCheck& op, const TensorView& input, bool to_int16,
                   double beta) {
  const int32_t most = to_int16 ? 4095 : 511;
  if (input.dim(input.rank - 1) > most) {
    return op.Fail(ModelReason::kBadShape, input,
                   to_int16 ? "has over 4095 classes" : "has over 511 classes");
  }
  // The kernel asserts a multiplier above 1.
  return beta * double{input.scale} * (1 << 26) > 1 ||
         op.Fail(ModelReason::kBadQuantization, input,
                 "has a scale too small for beta");
}

// int16 inputs: differences go to steps of 10/65535 in 32 bits, exponentials,
// of 15 bits, are summed in as many.
bool CheckSoftmax16(OpCheck& op, const TensorView& input, double beta) {
  if (input.dim(input.rank - 1) > INT16_MAX) {
    return op.Fail(ModelReason::kBadShape, input, "has over 32767 classes");
  }
  return op.Symmetric(input) &&
         op.Multiplier(double{input.scale} * beta / (10.0 / 65535.0));
}

}  // namespace

bool CheckSoftmax(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_SoftmaxOptions();
  if (!op.Counts(1, 1, 1) || !op.Options(options)) return false;
  const TensorView input = op.in(0), output = op.out();
  if (!op.Type(input, {TensorType_INT8, TensorType_INT16, TensorType_UINT8,
                       TensorType_FLOAT32})) {
    return false;
  }
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
  if (!CheckSoftmaxOutput(op, input, output)) return false;
  return input.type == TensorType_INT16
             ? CheckSoftmax16(op, input, double{beta})
             : CheckSoftmax8(op, input, to_int16, double{beta});
}

}  // namespace mcu_eval
