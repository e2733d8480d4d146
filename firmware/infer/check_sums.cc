// What CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED share: types, scales of
// weights, a bias, and sums of products, whose overflow is undefined.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "firmware/infer/op_check.h"

namespace mcu_eval {
namespace {

int32_t WeightAt(const TensorView& filter, int64_t i) {
  const uint8_t byte = filter.constant[i];
  return filter.type == tflite::TensorType_INT8 ? static_cast<int8_t>(byte)
                                                : byte;
}

// Furthest an input can lie from its zero point.
int32_t Reach(const TensorView& input) {
  if (input.type == tflite::TensorType_INT16) return 1 << 15;
  const int32_t low = input.type == tflite::TensorType_INT8 ? -128 : 0;
  return std::max(input.zero_point - low, low + 255 - input.zero_point);
}

double ScaleAt(const OpCheck& op, uint32_t channel) {
  const TensorView filter = op.in(1);
  const uint32_t i = filter.scales > 1 ? channel : 0;
  return double{op.in(0).scale} * double{filter.quantization->scale()->Get(i)} /
         double{op.out().scale};
}

// Whether sums have 64 bits: with int16 inputs, unless the bias has 32, as in
// the oracle.
bool IsWide(const OpCheck& op) {
  return op.in(0).type == tflite::TensorType_INT16 &&
         (op.inputs() < 3 || op.in(2).type == tflite::TensorType_INT64);
}

// 0 where there is none.
double BiasAt(const OpCheck& op, int64_t c) {
  if (op.inputs() < 3) return 0;
  const TensorView bias = op.in(2);
  if (bias.type == tflite::TensorType_INT64) {
    int64_t value;
    std::memcpy(&value, bias.constant + 8 * c, sizeof(value));
    return static_cast<double>(value);
  }
  int32_t value;
  std::memcpy(&value, bias.constant + 4 * c, sizeof(value));
  return value;
}

bool FitsNarrow(double bound, double scale) {
  int shift = 0;
  std::frexp(scale, &shift);
  // One more than frexp says, where the multiplier rounds up to a power of 2.
  return std::ldexp(bound, std::max(0, shift + 1)) < 0x1p31;
}

// The multiplier's last of 15 bits is rounded.
bool FitsWide(double bound, double scale) {
  return bound < 0x1p47 && bound * scale * (1 + 0x1p-13) < 0x1p31;
}

bool CheckAccumulators(OpCheck& op, int channel_axis) {
  const TensorView input = op.in(0), filter = op.in(1);
  const bool is_wide = IsWide(op);
  const int64_t channels = filter.dim(channel_axis);
  const int64_t depth = filter.elements / channels;
  const int64_t stride = channel_axis == 0 ? 1 : channels;
  for (int64_t c = 0; c < channels; ++c) {
    const int64_t first = channel_axis == 0 ? c * depth : c;
    int64_t size = 0;
    for (int64_t k = 0; k < depth; ++k) {
      size +=
          std::abs(WeightAt(filter, first + k * stride) - filter.zero_point);
    }
    const double bound =
        static_cast<double>(size * Reach(input)) + std::abs(BiasAt(op, c));
    const double scale = ScaleAt(op, static_cast<uint32_t>(c));
    if (!(is_wide ? FitsWide(bound, scale) : FitsNarrow(bound, scale))) {
      return op.Fail(ModelReason::kBadQuantization, filter,
                     is_wide ? "and its bias can overflow 48 bits, or 32 once "
                               "scaled"
                             : "and its bias can overflow 32 bits");
    }
  }
  return true;
}

}  // namespace

bool CheckWeightTypes(OpCheck& op) {
  const TensorView input = op.in(0), filter = op.in(1);
  if (!op.Type(input, {tflite::TensorType_INT8, tflite::TensorType_INT16,
                       tflite::TensorType_UINT8, tflite::TensorType_FLOAT32})) {
    return false;
  }
  if (!op.SameType(input, op.out())) return false;
  return input.type == tflite::TensorType_INT16
             ? op.Type(filter, {tflite::TensorType_INT8})
             : op.SameType(input, filter);
}

bool CheckBias(OpCheck& op, int64_t channels) {
  if (op.inputs() < 3) return true;
  const TensorView bias = op.in(2);
  if (!op.Constant(bias) || !op.Shape(bias, {channels})) return false;
  switch (op.in(0).type) {
    case tflite::TensorType_FLOAT32:
      return op.Type(bias, {tflite::TensorType_FLOAT32});
    case tflite::TensorType_INT16:
      // The oracle's depthwise convolution takes no others.
      return op.is(tflite::BuiltinOperator_DEPTHWISE_CONV_2D)
                 ? op.Type(bias, {tflite::TensorType_INT64})
                 : op.Type(bias, {tflite::TensorType_INT64,
                                  tflite::TensorType_INT32});
    default:
      return op.Type(bias, {tflite::TensorType_INT32});
  }
}

bool CheckBiasScale(OpCheck& op) {
  if (op.inputs() < 3) return true;
  const double product = double{op.in(0).scale} * double{op.in(1).scale};
  const double drift = std::abs(product - double{op.in(2).scale});
  return drift / double{op.out().scale} <= 0.02 ||
         op.Fail(ModelReason::kBadQuantization, op.in(2),
                 "must have scale input x filter");
}

bool CheckWeightScales(OpCheck& op, int channel_axis) {
  const TensorView input = op.in(0), filter = op.in(1), output = op.out();
  if (input.type == tflite::TensorType_FLOAT32) return true;
  if (!op.PerTensor(input) || !op.PerTensor(output)) return false;
  if (!op.Symmetric(input) || !op.Symmetric(output)) return false;
  if (filter.scales == 0) {
    return op.Fail(ModelReason::kBadQuantization, filter, "is not quantised");
  }
  if (filter.type == tflite::TensorType_UINT8) {
    if (!op.PerTensor(filter) || !CheckBiasScale(op)) return false;
  } else if (filter.scales > 1 &&
             (filter.scales !=
                  static_cast<uint32_t>(filter.dim(channel_axis)) ||
              filter.quantization->quantized_dimension() != channel_axis)) {
    return op.Fail(ModelReason::kBadQuantization, filter,
                   "has scales along another axis than its channels");
  }
  for (uint32_t i = 0; i < filter.scales; ++i) {
    if (filter.type == tflite::TensorType_INT8 &&
        filter.quantization->zero_point()->Get(i) != 0) {
      return op.Fail(ModelReason::kBadQuantization, filter,
                     "has a zero point that is not 0");
    }
    const double scale = ScaleAt(op, i);
    if (!(IsWide(op) ? op.WideMultiplier(scale) : op.Multiplier(scale))) {
      return false;
    }
  }
  return CheckAccumulators(op, channel_axis);
}

}  // namespace mcu_eval
