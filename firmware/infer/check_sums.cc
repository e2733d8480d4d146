// What CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED share: a bias, and sums
// of products in 32 bits, whose overflow is undefined.
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

}  // namespace

bool CheckBias(OpCheck& op, int64_t channels) {
  if (op.inputs() < 3) return true;
  const TensorView bias = op.in(2);
  const bool is_float = op.in(0).type == tflite::TensorType_FLOAT32;
  return op.Type(bias, {is_float ? tflite::TensorType_FLOAT32
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
  const int64_t channels = filter.dim(channel_axis);
  const int64_t depth = filter.elements / channels;
  const int64_t stride = channel_axis == 0 ? 1 : channels;
  const int32_t low = input.type == tflite::TensorType_INT8 ? -128 : 0;
  const int32_t reach =
      std::max(input.zero_point - low, low + 255 - input.zero_point);
  for (int64_t c = 0; c < channels; ++c) {
    const int64_t first = channel_axis == 0 ? c * depth : c;
    int64_t bound = 0;
    for (int64_t k = 0; k < depth; ++k) {
      bound +=
          std::abs(WeightAt(filter, first + k * stride) - filter.zero_point);
    }
    bound *= reach;
    if (op.inputs() == 3) {
      int32_t bias;
      std::memcpy(&bias, op.in(2).constant + 4 * c, sizeof(bias));
      bound += std::abs(int64_t{bias});
    }
    const uint32_t scale = filter.scales > 1 ? static_cast<uint32_t>(c) : 0;
    int shift = 0;
    std::frexp(double{input.scale} *
                   double{filter.quantization->scale()->Get(scale)} /
                   double{output.scale},
               &shift);
    // One more than frexp says, where the multiplier rounds up to a power of 2.
    if (std::ldexp(static_cast<double>(bound), std::max(0, shift + 1)) >=
        0x1p31) {
      return op.Fail(ModelReason::kBadQuantization, filter,
                     "and its bias can overflow 32 bits");
    }
  }
  return true;
}

}  // namespace mcu_eval
