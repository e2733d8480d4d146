// From sums of products to the output's grid, bit for bit as TFLite does it.
//
// Source: TFLite's MultiplyByQuantizedMultiplier. 32-bit sums are rounded twice
// (a rounding doubling high multiplication, then a rounding shift), 64-bit sums
// once, with a multiplier of 16 bits. Departures, none of which can be seen in
// a result: multipliers are kept as fractions of 2^32, so that a high
// multiplication needs no doubling (SMMULR, and SMMLAR with the factor as
// addend where the fraction's top bit makes it a negative word); a multiplier
// of 0 is a shift that leaves nothing; the last rounding is taken in the last
// bit, together with the zero point.
#ifndef MCU_EVAL_INFER_KERNELS_REQUANTIZE_H_
#define MCU_EVAL_INFER_KERNELS_REQUANTIZE_H_

#include <cstdint>

namespace mcu_eval::kernels {

// Zero point of the output and the limits of its fused activation.
struct Output {
  int32_t zero_point;
  int32_t min, max;
};

// How one output channel ends whose sums have 32 bits. The scale is
// fraction * 2^(left - right - 32); left or right is 0.
struct Channel8 {
  // The bias less in_zero_point times the sum of the channel's weights, so
  // that inputs need no offset and padding is filled with the zero point.
  // Modulo 2^32: only the whole sum is known to fit.
  int32_t bias;
  uint32_t fraction;    // even, 2^31 to 2^32 - 2: twice TFLite's multiplier
  uint8_t before_last;  // right - 1, at most 31, for ShortForm()
  uint8_t left;
  uint8_t right;
  // Whether ShortForm() may be used: right is 2 or more. Any sum will do; with
  // 1 the zero point could carry the largest ones out of 32 bits.
  bool is_short;
};

// How one output channel ends whose sums have 64 bits: the result is
// (base + sum * fraction) >> (32 + right), `sum` being without the bias.
struct Channel16 {
  int64_t base;      // bias and rounding, times the fraction
  int32_t fraction;  // TFLite's multiplier of 15 bits, times 2^zeros
  uint8_t zeros;     // 0 to 16
  int8_t right;      // below 0 only where zeros is 16, above it where 0
  // Whether no sum without the bias can leave 32 bits, and right is not below
  // 0: the high word of SMLAL, shifted.
  bool is_short;
};

inline int32_t Clamp(int32_t value, const Output& output) {
  value += output.zero_point;
  if (value < output.min) return output.min;
  return value > output.max ? output.max : value;
}

// `sum` times the channel's scale, rounded twice, any shifts. Sums that `left`
// carries beyond 32 bits wrap, as in the oracle.
inline int32_t Rescale(int32_t sum, const Channel8& channel) {
  const int32_t shifted =
      static_cast<int32_t>(static_cast<uint32_t>(sum) << channel.left);
  // At most 2^63 - 2^32 either way.
  const int32_t high = static_cast<int32_t>(
      (int64_t{shifted} * channel.fraction + (int64_t{1} << 31)) >> 32);
  if (channel.right == 0) return high;
  const int64_t half = int64_t{1} << (channel.right - 1);
  return static_cast<int32_t>((int64_t{high} + (high < 0 ? -1 : 0) + half) >>
                              channel.right);
}

// Twice a zero point and half a step: what ShortForm() adds.
inline int32_t RoundingOf(const Output& output) {
  return 2 * output.zero_point + 1;
}

// Whether ShortForm() clamped to int8 ends all of an operator's channels.
inline bool IsPlain(const Channel8* channels, int32_t count,
                    const Output& output) {
  if (output.min != -128 || output.max != 127) return false;
  for (int32_t c = 0; c < count; ++c) {
    if (!channels[c].is_short) return false;
  }
  return true;
}

// Rescale() plus the zero point where Channel8::is_short; five instructions on
// a DSP: SMMLAR, ADD asr #31, ASR, ADD, SSAT asr #1.
inline int32_t ShortForm(int32_t sum, const Channel8& channel,
                         int32_t rounding) {
  const int32_t high = static_cast<int32_t>(
      (int64_t{sum} * channel.fraction + (int64_t{1} << 31)) >> 32);
  return (((high + (high >> 31)) >> channel.before_last) + rounding) >> 1;
}

inline int8_t Requantize8(int32_t sum, const Channel8& channel,
                          const Output& output) {
  return static_cast<int8_t>(Clamp(Rescale(sum, channel), output));
}

// The same for int16, zero point 0: 32-bit sums as above, and 64-bit ones,
// which are without the bias.
inline int16_t Requantize16(int32_t sum, const Channel8& channel,
                            const Output& output) {
  return static_cast<int16_t>(Clamp(Rescale(sum, channel), output));
}
inline int16_t Requantize16(int64_t sum, const Channel16& channel,
                            const Output& output) {
  const int32_t multiplier = channel.fraction >> channel.zeros;
  const int64_t scaled = ((channel.base >> channel.zeros) + sum * multiplier) >>
                         (32 - channel.zeros + channel.right);
  return static_cast<int16_t>(Clamp(static_cast<int32_t>(scaled), output));
}

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_REQUANTIZE_H_
