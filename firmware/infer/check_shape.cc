// Operators that move elements, and those that reduce an axis.
#include <algorithm>
#include <cstring>

#include "firmware/infer/op_check.h"

namespace mcu_eval {
namespace {

using tflite::TensorType_FLOAT32;
using tflite::TensorType_INT16;
using tflite::TensorType_INT32;
using tflite::TensorType_INT64;
using tflite::TensorType_INT8;
using tflite::TensorType_UINT8;

// A constant's int32; its alignment was verified.
int32_t Int32At(const TensorView& tensor, int64_t i) {
  int32_t value;
  std::memcpy(&value, tensor.constant + 4 * i, sizeof(value));
  return value;
}

bool IsConstantInt32(OpCheck& op, const TensorView& tensor, int64_t elements) {
  if (!op.Type(tensor, {TensorType_INT32}) || !op.Constant(tensor))
    return false;
  return tensor.elements == elements ||
         op.Fail(ModelReason::kBadShape, tensor, "has a wrong length");
}

// Brings `axis` into 0 .. rank - 1.
bool ResolveAxis(OpCheck& op, int32_t axis, int rank, int* resolved) {
  if (axis < -rank || axis >= rank) {
    return op.Fail(ModelReason::kBadParameter, "its axis is out of range");
  }
  *resolved = axis < 0 ? axis + rank : axis;
  return true;
}

// `tensor` is `like` but for the length along `axis`.
bool SameBut(OpCheck& op, const TensorView& tensor, const TensorView& like,
             int axis, int64_t length) {
  bool same = tensor.rank == like.rank;
  for (int i = 0; same && i < like.rank; ++i) {
    same = tensor.dim(i) == (i == axis ? length : like.dim(i));
  }
  return same ||
         op.Fail(ModelReason::kBadShape, tensor, "does not fit along the axis");
}

// `small` is `large` without `axis`.
bool SameWithout(OpCheck& op, const TensorView& small, const TensorView& large,
                 int axis) {
  bool same = small.rank == large.rank - 1;
  for (int i = 0; same && i < small.rank; ++i) {
    same = small.dim(i) == large.dim(i < axis ? i : i + 1);
  }
  return same || op.Fail(ModelReason::kBadShape, small,
                         "is not its counterpart without the axis");
}

// For copies, whose kernels do not rescale.
bool SameElements(OpCheck& op, const TensorView& a, const TensorView& b) {
  return op.SameType(a, b) && op.PerTensor(a) && op.PerTensor(b) &&
         op.SameQuantization(a, b);
}

}  // namespace

bool CheckReshape(OpCheck& op) {
  if (!op.Counts(1, 2, 1)) return false;
  const TensorView input = op.in(0), output = op.out();
  if (input.elements != output.elements) {
    return op.Fail(ModelReason::kBadShape, output,
                   "has another number of elements than the input");
  }
  if (const auto* options = op.op().builtin_options_as_ReshapeOptions()) {
    // The runtime copies it into eight places.
    const auto* shape = options->new_shape();
    if (shape != nullptr && shape->size() > 8) {
      return op.Fail(ModelReason::kBadParameter, "its new shape is too long");
    }
  }
  return SameElements(op, input, output);
}

bool CheckPad(OpCheck& op) {
  const bool with_value = op.is(tflite::BuiltinOperator_PADV2);
  if (!op.Counts(2 + with_value, 2 + with_value, 1)) return false;
  const TensorView input = op.in(0), paddings = op.in(1), output = op.out();
  if (!op.Type(input, {TensorType_INT8, TensorType_INT16, TensorType_UINT8,
                       TensorType_FLOAT32, TensorType_INT32})) {
    return false;
  }
  if (!op.Rank(input, 1, 4) || !op.Rank(output, input.rank, input.rank))
    return false;
  // PAD of int16 fills with 0 in the oracle, whatever the zero point.
  if (!SameElements(op, input, output) || !op.Symmetric(input)) return false;
  if (!IsConstantInt32(op, paddings, 2 * input.rank)) return false;
  for (int i = 0; i < input.rank; ++i) {
    const int64_t before = Int32At(paddings, 2 * i);
    const int64_t after = Int32At(paddings, 2 * i + 1);
    if (before < 0 || after < 0 ||
        input.dim(i) + before + after != output.dim(i)) {
      return op.Fail(ModelReason::kBadShape, output,
                     "is not the padded input's shape");
    }
  }
  if (!with_value) return true;
  const TensorView value = op.in(2);
  if (value.elements != 1) {
    return op.Fail(ModelReason::kBadShape, value, "is not a scalar");
  }
  return SameElements(op, output, value);
}

bool CheckConcatenation(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_ConcatenationOptions();
  // The kernel holds ten inputs.
  if (!op.Counts(1, 10, 1) || !op.Options(options)) return false;
  if (options->fused_activation_function() !=
      tflite::ActivationFunctionType_NONE) {
    return op.Fail(ModelReason::kBadParameter,
                   "its fused activation has no kernel here");
  }
  const TensorView output = op.out();
  if (!op.Type(output,
               {TensorType_INT8, TensorType_INT16, TensorType_UINT8,
                TensorType_FLOAT32, TensorType_INT32, TensorType_INT64})) {
    return false;
  }
  int axis = 0;
  if (!op.Rank(output, 1, 4) || !op.PerTensor(output) ||
      !ResolveAxis(op, options->axis(), output.rank, &axis)) {
    return false;
  }
  int64_t length = 0;
  for (size_t i = 0; i < op.inputs(); ++i) {
    const TensorView input = op.in(i);
    if (!op.SameType(output, input) || !op.PerTensor(input)) return false;
    if (!op.Rank(input, output.rank, output.rank)) return false;
    if (!SameBut(op, input, output, axis, input.dim(axis))) return false;
    // Only the uint8 kernel rescales, through float.
    if (input.type != TensorType_UINT8 && !op.SameQuantization(output, input))
      return false;
    if (input.type == TensorType_UINT8 &&
        !op.Multiplier(double{input.scale} / double{output.scale})) {
      return false;
    }
    length += input.dim(axis);
  }
  return length == output.dim(axis) ||
         op.Fail(ModelReason::kBadShape, output,
                 "is not as long as its inputs together");
}

bool CheckSplit(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_SplitOptions();
  if (!op.Options(options) || !op.Counts(2, 2, op.outputs())) return false;
  const TensorView input = op.in(1);
  const int64_t parts = static_cast<int64_t>(op.outputs());
  if (parts < 1 || options->num_splits() != parts) {
    return op.Fail(ModelReason::kBadParameter, "its number of parts differs");
  }
  if (!op.Type(input, {TensorType_INT8, TensorType_UINT8, TensorType_INT16,
                       TensorType_INT32, TensorType_FLOAT32})) {
    return false;
  }
  int axis = 0;
  if (!op.Rank(input, 1, kMaxRank) || !IsConstantInt32(op, op.in(0), 1) ||
      !ResolveAxis(op, Int32At(op.in(0), 0), input.rank, &axis)) {
    return false;
  }
  if (input.dim(axis) % parts != 0) {
    return op.Fail(ModelReason::kBadShape, input, "cannot be split evenly");
  }
  for (size_t i = 0; i < op.outputs(); ++i) {
    if (!SameElements(op, input, op.out(i))) return false;
    if (!SameBut(op, op.out(i), input, axis, input.dim(axis) / parts))
      return false;
  }
  return true;
}

bool CheckPack(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_PackOptions();
  if (!op.Options(options) || !op.Counts(1, op.inputs(), 1)) return false;
  const TensorView output = op.out();
  if (!op.Type(output, {TensorType_INT8, TensorType_UINT8, TensorType_INT32,
                        TensorType_INT64, TensorType_FLOAT32})) {
    return false;
  }
  int axis = 0;
  if (!op.Rank(output, 1, kMaxRank) ||
      !ResolveAxis(op, options->axis(), output.rank, &axis)) {
    return false;
  }
  const int64_t count = static_cast<int64_t>(op.inputs());
  if (count < 1 || options->values_count() != count ||
      output.dim(axis) != count) {
    return op.Fail(ModelReason::kBadParameter, "its number of inputs differs");
  }
  for (size_t i = 0; i < op.inputs(); ++i) {
    if (!SameElements(op, output, op.in(i))) return false;
    if (!SameWithout(op, op.in(i), output, axis)) return false;
  }
  return true;
}

bool CheckUnpack(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_UnpackOptions();
  if (!op.Options(options) || !op.Counts(1, 1, op.outputs())) return false;
  const TensorView input = op.in(0);
  if (!op.Type(input, {TensorType_INT8, TensorType_UINT8, TensorType_INT32,
                       TensorType_FLOAT32})) {
    return false;
  }
  int axis = 0;
  if (!op.Rank(input, 1, kMaxRank) ||
      !ResolveAxis(op, options->axis(), input.rank, &axis)) {
    return false;
  }
  const int64_t count = static_cast<int64_t>(op.outputs());
  if (count < 1 || options->num() != count || input.dim(axis) != count) {
    return op.Fail(ModelReason::kBadParameter, "its number of outputs differs");
  }
  for (size_t i = 0; i < op.outputs(); ++i) {
    if (!SameElements(op, input, op.out(i))) return false;
    if (!SameWithout(op, op.out(i), input, axis)) return false;
  }
  return true;
}

bool CheckMean(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_ReducerOptions();
  if (!op.Counts(2, 2, 1) || !op.Options(options)) return false;
  const TensorView input = op.in(0), axes = op.in(1), output = op.out();
  // The kernel takes float images over height and width, and nothing else.
  if (!op.Type(input, {TensorType_FLOAT32}) ||
      !op.Type(output, {TensorType_FLOAT32}) || !op.Rank(input, 4, 4) ||
      !IsConstantInt32(op, axes, 2)) {
    return false;
  }
  const int32_t first = Int32At(axes, 0), second = Int32At(axes, 1);
  if (std::min(first, second) != 1 || std::max(first, second) != 2) {
    return op.Fail(ModelReason::kBadParameter, "its axes are not 1 and 2");
  }
  if (options->keep_dims()) {
    return op.Shape(output, {input.dim(0), 1, 1, input.dim(3)});
  }
  return op.Shape(output, {input.dim(0), input.dim(3)});
}

bool CheckArgMinMax(OpCheck& op) {
  if (!op.Counts(2, 2, 1)) return false;
  const TensorView input = op.in(0), output = op.out();
  int axis = 0;
  return op.Type(input,
                 {TensorType_INT8, TensorType_UINT8, TensorType_FLOAT32}) &&
         op.Type(output, {TensorType_INT32}) && op.Rank(input, 1, kMaxRank) &&
         IsConstantInt32(op, op.in(1), 1) &&
         ResolveAxis(op, Int32At(op.in(1), 0), input.rank, &axis) &&
         SameWithout(op, output, input, axis);
}

bool CheckResizeNearest(OpCheck& op) {
  const auto* options =
      op.op().builtin_options_as_ResizeNearestNeighborOptions();
  if (!op.Counts(2, 2, 1) || !op.Options(options)) return false;
  const TensorView input = op.in(0), size = op.in(1), output = op.out();
  if (!op.Type(input, {TensorType_INT8, TensorType_UINT8, TensorType_FLOAT32}))
    return false;
  if (!op.Rank(input, 4, 4) || !SameElements(op, input, output) ||
      !IsConstantInt32(op, size, 2)) {
    return false;
  }
  if (options->half_pixel_centers()) {
    return op.Fail(ModelReason::kBadParameter,
                   "half-pixel centers have no kernel here");
  }
  return op.Shape(
      output, {input.dim(0), Int32At(size, 0), Int32At(size, 1), input.dim(3)});
}

}  // namespace mcu_eval
