// What CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED share: a bias, and sums
// of products, whose overflow is undefined.
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

}  // namespace

bool CheckBias(OpCheck& op, int64_t channels) {
  if (op.inputs() < 3) return true;
  const TensorView bias = op.in(2);
  const tflite::TensorType input = op.in(0).type;
  return op.Type(bias, {input == tflite::TensorType_FLOAT32
                            ? tflite::TensorType_FLOAT32
                        : input == tflite::TensorType_INT16
                            ? tflite::TensorType_INT64
                            : tflite::TensorType_INT32}) &&
         op.Constant(bias) && op.Shape(bias, {channels});
}

bool CheckBiasScale(OpCheck& op) {
  if (op.inputs() < 3) return true;
  const double product = double{op.in(0).scale} * double{op.in(1).scale};
  const double drift = std::abs(product - double{op.in(2).scale});
  return drift / double{op.out().scale} <= 0.02 ||
         op.Fail(ModelReason::kBadQuantization, op.in(2),
                 "must have scale input x filter");
}

bool CheckAccumulators(OpCheck& op, int channel_axis) {
  const TensorView input = op.in(0), filter = op.in(1), output = op.out();
  const bool is_wide = input.type == tflite::TensorType_INT16;
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
    const uint32_t scale = filter.scales > 1 ? static_cast<uint32_t>(c) : 0;
    const double real = double{input.scale} *
                        double{filter.quantization->scale()->Get(scale)} /
                        double{output.scale};
    if (!(is_wide ? FitsWide(bound, real) : FitsNarrow(bound, real))) {
      return op.Fail(ModelReason::kBadQuantization, filter,
                     is_wide ? "and its bias can overflow 48 bits, or 32 once "
                               "scaled"
                             : "and its bias can overflow 32 bits");
    }
  }
  return true;
}

}  // namespace mcu_eval
