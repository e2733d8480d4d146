// One column by fours of channels: see tile_dsp.h. 21 instructions for 16
// products: every word of weights is spread for one column only.
#if defined(__ARM_FEATURE_DSP)

#include "firmware/infer/kernels/ends_dsp.h"

// Two rows, of which `row` points at the first: their sums are `first` and
// `second`.
#define MCU_EVAL_QUAD_ROWS(row, first, second) \
  "ldr.w r0, [" row                            \
  ", r9]\n"                                    \
  "ldr.w r1, [" row                            \
  "], #4\n"                                    \
  "sxtb16 lr, r0\n"                            \
  "sxtb16 r0, r0, ror #8\n"                    \
  "smlad " second ", lr, r11, " second         \
  "\n"                                         \
  "sxtb16 lr, r1\n"                            \
  "sxtb16 r1, r1, ror #8\n"                    \
  "smlad " first ", lr, r11, " first           \
  "\n"                                         \
  "smlad " second ", r0, r12, " second         \
  "\n"                                         \
  "smlad " first ", r1, r12, " first "\n"

// r2-r5: sums. r6: panel, r7: its end. r8, r8 + r9, r10, r10 + r9: rows.
// r11, r12: two words of the panel.
#define MCU_EVAL_QUAD_GROUP                                        \
  "ldrd r11, r12, [r6], #8\n" MCU_EVAL_QUAD_ROWS("r8", "r2", "r3") \
      MCU_EVAL_QUAD_ROWS("r10", "r4", "r5")

#define MCU_EVAL_QUAD_BEGIN MCU_EVAL_BEGIN "ldr r10, [r0, #44]\n"

#define MCU_EVAL_QUAD_LOOP                                           \
  MCU_EVAL_ENTER                                                     \
  ".p2align 2\n"                                                     \
  "2:\n" MCU_EVAL_QUAD_GROUP MCU_EVAL_QUAD_GROUP MCU_EVAL_QUAD_GROUP \
      MCU_EVAL_QUAD_GROUP                                            \
  "cmp r6, r7\n"                                                     \
  "bne.w 2b\n"                                                       \
  "ldr r0, [sp]\n"

#define MCU_EVAL_QUAD_NEXT   \
  "ldr r0, [sp]\n"           \
  "stm r0, {r11, r12, lr}\n" \
  "ldr r1, [r0, #32]\n"      \
  "ldr r6, [r0, #36]\n"      \
  "add r8, r8, r1\n"         \
  "add r10, r10, r1\n"       \
  "cmp r11, r6\n"            \
  "bne.w 1b\n" MCU_EVAL_RETURN

// clang-format off
#define MCU_EVAL_QUAD_END8(a, at_a, b, at_b)                      \
  "ldrd r0, r1, [r11, #" at_a "]\n"                               \
  "ldrd r6, r10, [r11, #" at_b "]\n"                              \
  MCU_EVAL_END8(a, "r0", "r1", "lr", b, "r6", "r10", "lr", "r12")

#define MCU_EVAL_QUAD_END16(sum, base, fraction, right, limit)            \
  "ldr r6, [r11, #" fraction "]\n"                                        \
  "ldrsb r12, [r11, #" right "]\n"                                        \
  MCU_EVAL_END16(sum, "r6", "r12", "[r11, #" base "]", "r0", "r1", limit, \
                 "lr")

#define MCU_EVAL_QUAD16(limit)                       \
  MCU_EVAL_QUAD_BEGIN                                \
  "1:\n"                                             \
  "movs r2, #0\n"                                    \
  "movs r3, #0\n"                                    \
  "movs r4, #0\n"                                    \
  "movs r5, #0\n"                                    \
  MCU_EVAL_QUAD_LOOP                                 \
  "ldm r0, {r11, r12, lr}\n"                         \
  MCU_EVAL_QUAD_END16("r2", "0", "8", "13", limit)   \
  MCU_EVAL_QUAD_END16("r3", "16", "24", "29", limit) \
  MCU_EVAL_QUAD_END16("r4", "32", "40", "45", limit) \
  MCU_EVAL_QUAD_END16("r5", "48", "56", "61", limit) \
  "add r11, #64\n"                                   \
  MCU_EVAL_QUAD_NEXT
// clang-format on

namespace mcu_eval::kernels::dsp {

extern "C" __attribute__((naked)) void McuEvalQuad8(Tile*) {
  asm volatile(
      MCU_EVAL_QUAD_BEGIN
      "ldr r11, [r0]\n"
      "1:\n"
      "ldr r2, [r11]\n"
      "ldr r3, [r11, #12]\n"
      "ldr r4, [r11, #24]\n"
      "ldr r5, [r11, #36]\n" MCU_EVAL_QUAD_LOOP
      "ldm r0, {r11, r12, lr}\n"
      "str r10, [sp, #8]\n"
      MCU_EVAL_QUAD_END8("r2", "4", "r3", "16")
      MCU_EVAL_QUAD_END8("r4", "28", "r5", "40")
      "ldr r10, [sp, #8]\n"
      "add r11, #48\n" MCU_EVAL_QUAD_NEXT);
}

extern "C" __attribute__((naked)) void McuEvalQuad16(Tile*) {
  asm volatile(MCU_EVAL_QUAD16("ssat r1, #16,"));
}

extern "C" __attribute__((naked)) void McuEvalQuad16Relu(Tile*) {
  asm volatile(MCU_EVAL_QUAD16("usat r1, #15,"));
}

extern "C" __attribute__((naked)) void McuEvalQuadSums(Tile*) {
  asm volatile(MCU_EVAL_QUAD_BEGIN
               "movs r2, #0\n"
               "movs r3, #0\n"
               "movs r4, #0\n"
               "movs r5, #0\n" MCU_EVAL_QUAD_LOOP
               "ldr r0, [r0, #8]\n"
               "stm r0, {r2, r3, r4, r5}\n" MCU_EVAL_RETURN);
}

}  // namespace mcu_eval::kernels::dsp

#endif  // __ARM_FEATURE_DSP
