// Columns of activations as the assembly loops read them: groups of four
// elements as int16 in the order 0, 2, 1, 3, the order in which SXTB16 spreads
// weights.
#ifndef MCU_EVAL_INFER_KERNELS_WIDEN_DSP_H_
#define MCU_EVAL_INFER_KERNELS_WIDEN_DSP_H_

#include <cstdint>

namespace mcu_eval::kernels::dsp {

// Four elements of two columns of int8; of int16, whose halves change places;
// of one column alone. Columns lie anywhere: no LDRD, no LDM.
#define MCU_EVAL_WIDEN_PAIR8  \
  "ldr r9, [%[a]], #4\n"      \
  "ldr r11, [%[b]], #4\n"     \
  "sxtb16 r8, r9\n"           \
  "sxtb16 r9, r9, ror #8\n"   \
  "sxtb16 r10, r11\n"         \
  "sxtb16 r11, r11, ror #8\n" \
  "stm %[to]!, {r8, r9, r10, r11}\n"

#define MCU_EVAL_WIDEN_PAIR16      \
  "ldr r9, [%[a]], #4\n"           \
  "ldr r12, [%[a]], #4\n"          \
  "pkhbt r8, r9, r12, lsl #16\n"   \
  "pkhtb r9, r12, r9, asr #16\n"   \
  "ldr r11, [%[b]], #4\n"          \
  "ldr r12, [%[b]], #4\n"          \
  "pkhbt r10, r11, r12, lsl #16\n" \
  "pkhtb r11, r12, r11, asr #16\n" \
  "stm %[to]!, {r8, r9, r10, r11}\n"

#define MCU_EVAL_WIDEN_ONE8 \
  "ldr r8, [%[a]], #4\n"    \
  "sxtb16 r9, r8\n"         \
  "sxtb16 r8, r8, ror #8\n" \
  "strd r9, r8, [%[to]], #8\n"

#define MCU_EVAL_WIDEN_ONE16     \
  "ldr r9, [%[a]], #4\n"         \
  "ldr r10, [%[a]], #4\n"        \
  "pkhbt r8, r9, r10, lsl #16\n" \
  "pkhtb r9, r10, r9, asr #16\n" \
  "strd r8, r9, [%[to]], #8\n"

#define MCU_EVAL_FOUR_TIMES(group) group group group group
#define MCU_EVAL_WIDEN_PAIR_OPERANDS           \
  : [a] "+r"(a), [b] "+r"(b), [to] "+r"(panel) \
  :                                            \
  : "r8", "r9", "r10", "r11", "r12", "memory"
#define MCU_EVAL_WIDEN_ONE_OPERANDS \
  : [a] "+r"(a), [to] "+r"(panel)   \
  :                                 \
  : "r8", "r9", "r10", "memory"

// Two columns in turns, 16 bytes a group; both move on. Returns the end of what
// was written.
inline uint32_t* WidenPair(const int8_t** from_a, const int8_t** from_b,
                           int32_t groups, uint32_t* panel) {
  const int8_t* a = *from_a;
  const int8_t* b = *from_b;
  for (; groups >= 4; groups -= 4) {
    asm volatile(MCU_EVAL_FOUR_TIMES(MCU_EVAL_WIDEN_PAIR8)
                     MCU_EVAL_WIDEN_PAIR_OPERANDS);
  }
  for (; groups > 0; --groups) {
    asm volatile(MCU_EVAL_WIDEN_PAIR8 MCU_EVAL_WIDEN_PAIR_OPERANDS);
  }
  *from_a = a;
  *from_b = b;
  return panel;
}

inline uint32_t* WidenPair(const int16_t** from_a, const int16_t** from_b,
                           int32_t groups, uint32_t* panel) {
  const int16_t* a = *from_a;
  const int16_t* b = *from_b;
  for (; groups >= 4; groups -= 4) {
    asm volatile(MCU_EVAL_FOUR_TIMES(MCU_EVAL_WIDEN_PAIR16)
                     MCU_EVAL_WIDEN_PAIR_OPERANDS);
  }
  for (; groups > 0; --groups) {
    asm volatile(MCU_EVAL_WIDEN_PAIR16 MCU_EVAL_WIDEN_PAIR_OPERANDS);
  }
  *from_a = a;
  *from_b = b;
  return panel;
}

// One column, 8 bytes a group.
inline void WidenOne(const int8_t* a, int32_t groups, uint32_t* panel) {
  for (; groups >= 4; groups -= 4) {
    asm volatile(MCU_EVAL_FOUR_TIMES(MCU_EVAL_WIDEN_ONE8)
                     MCU_EVAL_WIDEN_ONE_OPERANDS);
  }
  for (; groups > 0; --groups) {
    asm volatile(MCU_EVAL_WIDEN_ONE8 MCU_EVAL_WIDEN_ONE_OPERANDS);
  }
}

inline void WidenOne(const int16_t* a, int32_t groups, uint32_t* panel) {
  for (; groups >= 4; groups -= 4) {
    asm volatile(MCU_EVAL_FOUR_TIMES(MCU_EVAL_WIDEN_ONE16)
                     MCU_EVAL_WIDEN_ONE_OPERANDS);
  }
  for (; groups > 0; --groups) {
    asm volatile(MCU_EVAL_WIDEN_ONE16 MCU_EVAL_WIDEN_ONE_OPERANDS);
  }
}

#undef MCU_EVAL_WIDEN_ONE_OPERANDS
#undef MCU_EVAL_WIDEN_PAIR_OPERANDS
#undef MCU_EVAL_FOUR_TIMES
#undef MCU_EVAL_WIDEN_ONE16
#undef MCU_EVAL_WIDEN_ONE8
#undef MCU_EVAL_WIDEN_PAIR16
#undef MCU_EVAL_WIDEN_PAIR8

}  // namespace mcu_eval::kernels::dsp

#endif  // MCU_EVAL_INFER_KERNELS_WIDEN_DSP_H_
