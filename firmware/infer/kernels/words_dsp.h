// Single instructions of Armv7E-M's DSP extension that compilers do not find,
// and words of memory of any alignment.
#ifndef MCU_EVAL_INFER_KERNELS_WORDS_DSP_H_
#define MCU_EVAL_INFER_KERNELS_WORDS_DSP_H_

#if defined(__ARM_FEATURE_DSP)

#include <cstdint>
#include <cstring>

namespace mcu_eval::kernels::dsp {

inline uint32_t WordAt(const void* from) {
  uint32_t word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

inline void StoreWord(void* to, uint32_t word) {
  std::memcpy(to, &word, sizeof(word));
}

// Bytes 0 and 2, or 1 and 3, as signed halves.
inline uint32_t EvenBytes(uint32_t word) {
  uint32_t halves;
  asm("sxtb16 %0, %1" : "=r"(halves) : "r"(word));
  return halves;
}
inline uint32_t OddBytes(uint32_t word) {
  uint32_t halves;
  asm("sxtb16 %0, %1, ror #8" : "=r"(halves) : "r"(word));
  return halves;
}

// The same added to the halves of `sums`.
inline uint32_t AddEvenBytes(uint32_t sums, uint32_t word) {
  asm("sxtab16 %0, %0, %1" : "+r"(sums) : "r"(word));
  return sums;
}
inline uint32_t AddOddBytes(uint32_t sums, uint32_t word) {
  asm("sxtab16 %0, %0, %1, ror #8" : "+r"(sums) : "r"(word));
  return sums;
}

// sum + a * b of signed halves; the name says which of `a`, then of `b`.
#define MCU_EVAL_MULTIPLY(name, instruction)                 \
  inline int32_t name(uint32_t a, uint32_t b, int32_t sum) { \
    int32_t result;                                          \
    asm(instruction " %0, %1, %2, %3"                        \
        : "=r"(result)                                       \
        : "r"(a), "r"(b), "r"(sum));                         \
    return result;                                           \
  }
MCU_EVAL_MULTIPLY(LowLow, "smlabb")
MCU_EVAL_MULTIPLY(LowHigh, "smlabt")
MCU_EVAL_MULTIPLY(HighLow, "smlatb")
MCU_EVAL_MULTIPLY(HighHigh, "smlatt")
#undef MCU_EVAL_MULTIPLY

// addend + (a * b + 2^31) / 2^32, to the left of the point.
inline int32_t AddHigh(int32_t addend, int32_t a, int32_t b) {
  int32_t result;
  asm("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(addend));
  return result;
}

// The larger of each pair of signed bytes, or of signed halves.
inline uint32_t MaxBytes(uint32_t a, uint32_t b) {
  uint32_t result;
  asm("ssub8 %0, %1, %2\n\tsel %0, %1, %2"
      : "=&r"(result)
      : "r"(a), "r"(b)
      : "cc");
  return result;
}
inline uint32_t MaxHalves(uint32_t a, uint32_t b) {
  uint32_t result;
  asm("ssub16 %0, %1, %2\n\tsel %0, %1, %2"
      : "=&r"(result)
      : "r"(a), "r"(b)
      : "cc");
  return result;
}

// Half of `value`, rounded down, saturated to an output's bits.
template <typename Element>
int32_t SaturatedHalf(int32_t value) {
  int32_t result;
  if constexpr (sizeof(Element) == 1) {
    asm("ssat %0, #8, %1, asr #1" : "=r"(result) : "r"(value));
  } else {
    asm("ssat %0, #16, %1, asr #1" : "=r"(result) : "r"(value));
  }
  return result;
}

}  // namespace mcu_eval::kernels::dsp

#endif  // __ARM_FEATURE_DSP

#endif  // MCU_EVAL_INFER_KERNELS_WORDS_DSP_H_
