// Rescaling where a multiplier stays as TFLite has it: element by element
// operators and softmax.
//
// Source: TFLite's MultiplyByQuantizedMultiplier for 32 bits: a rounding
// doubling high multiplication, then a rounding shift.
#ifndef MCU_EVAL_INFER_KERNELS_RESCALE_H_
#define MCU_EVAL_INFER_KERNELS_RESCALE_H_

#include <cstdint>

namespace mcu_eval::kernels {

// `value` / 2^right, to the nearest, halves away from zero; right up to 31.
inline int32_t RoundingShift(int32_t value, int32_t right) {
  if (right == 0) return value;
  const int64_t half = int64_t{1} << (right - 1);
  return static_cast<int32_t>((int64_t{value} + (value < 0 ? -1 : 0) + half) >>
                              right);
}

// `value` * multiplier * 2^(left - right - 31); the multiplier is 0 or more.
// Values that `left` carries beyond 32 bits wrap.
inline int32_t RescaleBy(int32_t value, int32_t multiplier, int32_t left,
                         int32_t right) {
  const auto shifted =
      static_cast<int32_t>(static_cast<uint32_t>(value) << left);
  return RoundingShift(
      static_cast<int32_t>(
          (int64_t{shifted} * multiplier + (int64_t{1} << 30)) >> 31),
      right);
}

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_RESCALE_H_
