// From sums of products to the output's grid, bit for bit as TFLite does it.
//
// Source: TFLite's MultiplyByQuantizedMultiplier (double rounding: a saturating
// rounding doubling high multiplication, then a rounding shift), with int64
// sums for int16 activations as in its 16x8 kernels.
#ifndef MCU_EVAL_INFER_KERNELS_REQUANTIZE_H_
#define MCU_EVAL_INFER_KERNELS_REQUANTIZE_H_

#include <cstdint>

namespace mcu_eval::kernels {

// Zero point of the output and the limits of its fused activation.
struct Output {
  int32_t zero_point;
  int32_t min, max;
};

// How one output channel of an int8 operator ends.
struct Channel8 {
  // The bias less in_zero_point times the sum of the channel's weights, so
  // that inputs need no offset and padding is filled with the zero point.
  // Modulo 2^32: only the whole sum is known to fit.
  int32_t bias;
  int32_t multiplier;  // 2^30 to 2^31 - 1, or 0
  int8_t left;         // shift before the multiplication, 0 or more
  int8_t right;        // shift after it, 0 or more
  // Whether ShortForm() gives the same result for every sum that this
  // channel's weights can produce.
  bool is_short;
};

// How one output channel of an int16 operator ends.
struct Channel16 {
  int64_t bias;
  int32_t multiplier;  // 16 bits, rounded from 31
  int8_t shift;        // to the right, 1 or more
  // Whether no sum without the bias can leave 32 bits.
  bool is_sum32;
};

inline int32_t Clamp(int32_t value, const Output& output) {
  value += output.zero_point;
  if (value < output.min) return output.min;
  return value > output.max ? output.max : value;
}

// `sum` times multiplier * 2^(left - right - 31), rounded twice. Sums that
// `left` carries beyond 32 bits wrap, as in the oracle.
inline int32_t Rescale(int32_t sum, int32_t multiplier, int left, int right) {
  const int32_t shifted =
      static_cast<int32_t>(static_cast<uint32_t>(sum) << left);
  // No saturation: the multiplier is never -2^31.
  const int32_t high = static_cast<int32_t>(
      (int64_t{shifted} * multiplier + (int64_t{1} << 30)) >> 31);
  if (right == 0) return high;
  const int64_t half = int64_t{1} << (right - 1);
  return static_cast<int32_t>((int64_t{high} + (high < 0 ? -1 : 0) + half) >>
                              right);
}

// The same where Channel8::is_short: all in 32 bits, output zero point within
// the last rounding. `high` may be had by SMMULR of sum << (left + 1).
inline int32_t ShortForm(int32_t sum, const Channel8& channel,
                         int32_t zero_point) {
  const int32_t shifted =
      static_cast<int32_t>(static_cast<uint32_t>(sum) << channel.left);
  const int32_t high = static_cast<int32_t>(
      (int64_t{shifted} * channel.multiplier + (int64_t{1} << 30)) >> 31);
  const int32_t offset = zero_point * (1 << channel.right) +
                         (channel.right == 0 ? 0 : 1 << (channel.right - 1));
  return (high + (channel.right == 0 ? 0 : high >> 31) + offset) >>
         channel.right;
}

// Whether ShortForm() is exact for all |sum| <= bound.
inline bool IsShort(int64_t bound, int32_t multiplier, int left, int right,
                    int32_t zero_point) {
  if (right > 30 || bound > INT32_MAX) return false;
  // One bit is left for SMMULR's doubling.
  if (bound >= (int64_t{1} << 31 >> (left + 1))) return false;
  const int64_t high = ((bound << left) * multiplier >> 31) + 2;
  const int64_t offset =
      (int64_t{zero_point < 0 ? -zero_point : zero_point} << right) +
      (int64_t{1} << right);
  return high + offset < (int64_t{1} << 31);
}

inline int8_t Requantize8(int32_t sum, const Channel8& channel,
                          const Output& output) {
  return static_cast<int8_t>(Clamp(
      Rescale(sum, channel.multiplier, channel.left, channel.right), output));
}

inline int16_t Requantize16(int64_t sum, const Channel16& channel,
                            const Output& output) {
  const int64_t half = int64_t{1} << (channel.shift - 1);
  return static_cast<int16_t>(Clamp(
      static_cast<int32_t>((sum * channel.multiplier + half) >> channel.shift),
      output));
}

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_REQUANTIZE_H_
