// Element by element operators.
#include <algorithm>
#include <cmath>

#include "firmware/infer/op_check.h"

namespace mcu_eval {
namespace {

using tflite::TensorType_BOOL;
using tflite::TensorType_FLOAT32;
using tflite::TensorType_INT16;
using tflite::TensorType_INT32;
using tflite::TensorType_INT64;
using tflite::TensorType_INT8;
using tflite::TensorType_UINT8;

bool IsByte(const TensorView& tensor) {
  return tensor.type == TensorType_INT8 || tensor.type == TensorType_UINT8;
}

// Output is the broadcast of both inputs; the kernels broadcast up to rank 4.
bool CheckBroadcast(OpCheck& op) {
  const TensorView a = op.in(0), b = op.in(1), output = op.out();
  if (!op.Rank(a, 0, 4) || !op.Rank(b, 0, 4)) return false;
  const int rank = std::max(a.rank, b.rank);
  if (!op.Rank(output, rank, rank)) return false;
  for (int i = 0; i < rank; ++i) {
    const int in_a = a.rank - rank + i, in_b = b.rank - rank + i;
    const int32_t da = in_a < 0 ? 1 : a.dim(in_a);
    const int32_t db = in_b < 0 ? 1 : b.dim(in_b);
    if (da != db && da != 1 && db != 1) {
      return op.Fail(ModelReason::kBadShape, b, "does not broadcast");
    }
    if (output.dim(i) != std::max(da, db)) {
      return op.Fail(ModelReason::kBadShape, output,
                     "is not the broadcast of the inputs");
    }
  }
  return true;
}

bool CheckArithmetic(OpCheck& op, tflite::ActivationFunctionType activation) {
  const TensorView a = op.in(0), b = op.in(1), output = op.out();
  return op.SameType(a, b) && op.SameType(a, output) && CheckBroadcast(op) &&
         op.PerTensor(a) && op.PerTensor(b) && op.PerTensor(output) &&
         op.Symmetric(a) && op.Symmetric(b) && op.Symmetric(output) &&
         op.Activation(activation, output);
}

// ADD and SUB bring both inputs to twice the larger scale, less 20 bits, or 15
// for int16.
bool CheckSumScales(OpCheck& op) {
  const TensorView a = op.in(0), b = op.in(1), output = op.out();
  if (output.type == TensorType_FLOAT32) return true;
  const int left = output.type == TensorType_INT16 ? 15 : 20;
  const double twice = 2 * double{std::max(a.scale, b.scale)};
  return op.BelowOne(double{a.scale} / twice) &&
         op.BelowOne(double{b.scale} / twice) &&
         op.BelowOne(twice / ((1 << left) * double{output.scale}));
}

bool CheckSameShapeUnary(OpCheck& op) {
  return op.Counts(1, 1, 1) && op.SameShape(op.out(), op.in(0));
}

}  // namespace

bool CheckAdd(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_AddOptions();
  return op.Counts(2, 2, 1) && op.Options(options) &&
         op.Type(op.in(0), {TensorType_INT8, TensorType_INT16, TensorType_UINT8,
                            TensorType_FLOAT32}) &&
         CheckArithmetic(op, options->fused_activation_function()) &&
         CheckSumScales(op);
}

bool CheckSub(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_SubOptions();
  return op.Counts(2, 2, 1) && op.Options(options) &&
         op.Type(op.in(0),
                 {TensorType_INT8, TensorType_UINT8, TensorType_FLOAT32}) &&
         CheckArithmetic(op, options->fused_activation_function()) &&
         CheckSumScales(op);
}

bool CheckMul(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_MulOptions();
  if (!op.Counts(2, 2, 1) || !op.Options(options)) return false;
  const TensorView a = op.in(0), b = op.in(1), output = op.out();
  if (!op.Type(a, {TensorType_INT8, TensorType_INT16, TensorType_UINT8,
                   TensorType_FLOAT32}) ||
      !CheckArithmetic(op, options->fused_activation_function())) {
    return false;
  }
  if (output.type == TensorType_FLOAT32) return true;
  const double multiplier =
      double{a.scale} * double{b.scale} / double{output.scale};
  // Products of int16 leave no bit for a shift to the left.
  return output.type == TensorType_INT16 ? op.BelowOne(multiplier)
                                         : op.Multiplier(multiplier);
}

bool CheckMinMax(OpCheck& op) {
  if (!op.Counts(2, 2, 1)) return false;
  const TensorView a = op.in(0), b = op.in(1), output = op.out();
  if (!op.Type(a, {TensorType_INT8, TensorType_UINT8, TensorType_FLOAT32,
                   TensorType_INT32, TensorType_INT64})) {
    return false;
  }
  if (!op.SameType(a, b) || !op.SameType(a, output)) return false;
  if (!CheckBroadcast(op)) return false;
  if (!IsByte(a)) return true;
  // The kernels do not rescale.
  return op.PerTensor(a) && op.PerTensor(b) && op.PerTensor(output) &&
         op.SameQuantization(a, b) && op.SameQuantization(a, output);
}

bool CheckCompare(OpCheck& op) {
  if (!op.Counts(2, 2, 1)) return false;
  const TensorView a = op.in(0), b = op.in(1);
  if (!op.Type(a, {TensorType_INT8, TensorType_UINT8, TensorType_FLOAT32,
                   TensorType_INT32, TensorType_INT64})) {
    return false;
  }
  if (!op.SameType(a, b) || !op.Type(op.out(), {TensorType_BOOL})) return false;
  if (!CheckBroadcast(op)) return false;
  if (!IsByte(a)) return true;
  return op.PerTensor(a) && op.PerTensor(b) && op.BelowOne(double{a.scale}) &&
         op.BelowOne(double{b.scale});
}

bool CheckEqual(OpCheck& op) {
  if (!op.Counts(2, 2, 1)) return false;
  if (op.in(0).type != TensorType_BOOL) return CheckCompare(op);
  return CheckLogicalBinary(op);
}

bool CheckLogicalBinary(OpCheck& op) {
  return op.Counts(2, 2, 1) && op.Type(op.in(0), {TensorType_BOOL}) &&
         op.Type(op.in(1), {TensorType_BOOL}) &&
         op.Type(op.out(), {TensorType_BOOL}) && CheckBroadcast(op);
}

bool CheckLogicalNot(OpCheck& op) {
  return CheckSameShapeUnary(op) && op.Type(op.in(0), {TensorType_BOOL}) &&
         op.Type(op.out(), {TensorType_BOOL});
}

bool CheckFloatUnary(OpCheck& op) {
  return CheckSameShapeUnary(op) && op.Type(op.in(0), {TensorType_FLOAT32}) &&
         op.Type(op.out(), {TensorType_FLOAT32});
}

bool CheckRelu(OpCheck& op) {
  if (!CheckSameShapeUnary(op)) return false;
  const TensorView input = op.in(0), output = op.out();
  if (!op.Type(input, {TensorType_INT8, TensorType_UINT8, TensorType_FLOAT32}))
    return false;
  if (!op.SameType(input, output)) return false;
  if (!IsByte(input)) return true;
  // The kernels do not rescale; six is cast from its quotient.
  return op.PerTensor(input) && op.PerTensor(output) &&
         op.SameQuantization(input, output) &&
         op.Activation(tflite::ActivationFunctionType_RELU6, input);
}

bool CheckSigmoid(OpCheck& op) {
  if (!CheckSameShapeUnary(op)) return false;
  const TensorView input = op.in(0), output = op.out();
  if (!op.Type(input, {TensorType_INT8, TensorType_FLOAT32})) return false;
  if (!op.SameType(input, output)) return false;
  if (input.type == TensorType_FLOAT32) return true;
  if (!op.PerTensor(input) || !op.PerTensor(output)) return false;
  // The kernels take the input in 4 integer bits: shifts of 0 to 30.
  if (!(input.scale >= 0x1p-28f && input.scale < 8)) {
    return op.Fail(ModelReason::kBadQuantization, input,
                   "has a scale out of the kernel's range");
  }
  const bool is_tanh = op.is(tflite::BuiltinOperator_TANH);
  if (output.zero_point != (is_tanh ? 0 : -128) ||
      output.scale != (is_tanh ? 1.f / 128 : 1.f / 256)) {
    return op.Fail(ModelReason::kBadQuantization, output,
                   "must cover the function's whole range");
  }
  return true;
}

bool CheckPrelu(OpCheck& op) {
  if (!op.Counts(2, 2, 1)) return false;
  const TensorView input = op.in(0), alpha = op.in(1), output = op.out();
  if (!op.Type(input, {TensorType_INT8, TensorType_UINT8, TensorType_FLOAT32}))
    return false;
  if (!op.SameType(input, alpha) || !op.SameType(input, output)) return false;
  if (!CheckBroadcast(op) || !op.SameShape(output, input)) return false;
  if (!IsByte(input)) return true;
  if (!op.PerTensor(input) || !op.PerTensor(alpha) || !op.PerTensor(output))
    return false;
  const double rescale = double{input.scale} / double{output.scale};
  return op.Multiplier(rescale) && op.Multiplier(rescale * double{alpha.scale});
}

bool CheckQuantize(OpCheck& op) {
  if (!CheckSameShapeUnary(op)) return false;
  const TensorView input = op.in(0), output = op.out();
  if (!op.Type(input, {TensorType_FLOAT32, TensorType_INT16})) return false;
  if (!op.PerTensor(input) || !op.PerTensor(output)) return false;
  if (input.type == TensorType_FLOAT32) {
    return op.Type(output, {TensorType_INT8, TensorType_UINT8});
  }
  return op.Type(output, {TensorType_INT8}) &&
         op.Multiplier(double{input.scale / output.scale});
}

bool CheckDequantize(OpCheck& op) {
  if (!CheckSameShapeUnary(op)) return false;
  const TensorView input = op.in(0);
  return op.Type(input,
                 {TensorType_INT8, TensorType_UINT8, TensorType_INT16}) &&
         op.Type(op.out(), {TensorType_FLOAT32}) && op.PerTensor(input);
}

}  // namespace mcu_eval
