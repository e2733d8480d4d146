#if defined(__ARM_FEATURE_DSP)

#include "firmware/infer/kernels/panel_dsp.h"

#include <cstring>

namespace mcu_eval::kernels::dsp {
namespace {

// One group of two columns of int8: spread as weights are.
#define MCU_EVAL_WIDEN_PAIR8  \
  "ldr r9, [%[a]], #4\n"      \
  "ldr r11, [%[b]], #4\n"     \
  "sxtb16 r8, r9\n"           \
  "sxtb16 r9, r9, ror #8\n"   \
  "sxtb16 r10, r11\n"         \
  "sxtb16 r11, r11, ror #8\n" \
  "stm %[to]!, {r8, r9, r10, r11}\n"

// Of int16: halves change places.
#define MCU_EVAL_WIDEN_PAIR16      \
  "ldrd r8, r9, [%[a]], #8\n"      \
  "ldrd r10, r11, [%[b]], #8\n"    \
  "pkhbt r12, r8, r9, lsl #16\n"   \
  "pkhtb r9, r9, r8, asr #16\n"    \
  "pkhbt r8, r10, r11, lsl #16\n"  \
  "pkhtb r11, r11, r10, asr #16\n" \
  "strd r12, r9, [%[to]], #8\n"    \
  "strd r8, r11, [%[to]], #8\n"

#define MCU_EVAL_WIDEN_ONE8 \
  "ldr r8, [%[a]], #4\n"    \
  "sxtb16 r9, r8\n"         \
  "sxtb16 r8, r8, ror #8\n" \
  "strd r9, r8, [%[to]], #8\n"

#define MCU_EVAL_WIDEN_ONE16     \
  "ldrd r8, r9, [%[a]], #8\n"    \
  "pkhbt r10, r8, r9, lsl #16\n" \
  "pkhtb r9, r9, r8, asr #16\n"  \
  "strd r10, r9, [%[to]], #8\n"

#define MCU_EVAL_FOUR(group) group group group group
#define MCU_EVAL_PAIR_OPERANDS                 \
  : [a] "+r"(a), [b] "+r"(b), [to] "+r"(panel) \
  :                                       \
  : "r8", "r9", "r10", "r11", "r12", "memory"
#define MCU_EVAL_ONE_OPERANDS     \
  : [a] "+r"(a), [to] "+r"(panel)         \
  :                                       \
  : "r8", "r9", "r10", "memory"

}  // namespace

uint32_t* WidenPair(const int8_t* a, const int8_t* b, int32_t groups,
                    uint32_t* panel) {
  for (; groups >= 4; groups -= 4) {
    asm volatile(MCU_EVAL_FOUR(MCU_EVAL_WIDEN_PAIR8) MCU_EVAL_PAIR_OPERANDS);
  }
  for (; groups > 0; --groups) {
    asm volatile(MCU_EVAL_WIDEN_PAIR8 MCU_EVAL_PAIR_OPERANDS);
  }
  return panel;
}

uint32_t* WidenPair(const int16_t* a, const int16_t* b, int32_t groups,
                    uint32_t* panel) {
  for (; groups >= 4; groups -= 4) {
    asm volatile(MCU_EVAL_FOUR(MCU_EVAL_WIDEN_PAIR16) MCU_EVAL_PAIR_OPERANDS);
  }
  for (; groups > 0; --groups) {
    asm volatile(MCU_EVAL_WIDEN_PAIR16 MCU_EVAL_PAIR_OPERANDS);
  }
  return panel;
}

uint32_t* WidenOne(const int8_t* a, int32_t groups, uint32_t* panel) {
  for (; groups >= 4; groups -= 4) {
    asm volatile(MCU_EVAL_FOUR(MCU_EVAL_WIDEN_ONE8) MCU_EVAL_ONE_OPERANDS);
  }
  for (; groups > 0; --groups) {
    asm volatile(MCU_EVAL_WIDEN_ONE8 MCU_EVAL_ONE_OPERANDS);
  }
  return panel;
}

uint32_t* WidenOne(const int16_t* a, int32_t groups, uint32_t* panel) {
  for (; groups >= 4; groups -= 4) {
    asm volatile(MCU_EVAL_FOUR(MCU_EVAL_WIDEN_ONE16) MCU_EVAL_ONE_OPERANDS);
  }
  for (; groups > 0; --groups) {
    asm volatile(MCU_EVAL_WIDEN_ONE16 MCU_EVAL_ONE_OPERANDS);
  }
  return panel;
}

}  // namespace mcu_eval::kernels::dsp

#endif  // __ARM_FEATURE_DSP
