// Two columns by pairs of channels: see tile_dsp.h.
#if defined(__ARM_FEATURE_DSP)

#include "firmware/infer/kernels/ends_dsp.h"

// r2, r3: first channel's sums of both columns; r4, r5: second channel's.
// r6: panel, r7: its end. r8: first row, r8 + r9: second. r10-lr: four words of
// the panel. The first row's load stands between products of the second's, so
// that an M7 need not wait for it; there is no register to hold both.
#define MCU_EVAL_PAIR_GROUP          \
  "ldr.w r0, [r8, r9]\n"             \
  "ldm.w r6!, {r10, r11, r12, lr}\n" \
  "sxtb16 r1, r0\n"                  \
  "sxtb16 r0, r0, ror #8\n"          \
  "smlad r4, r1, r10, r4\n"          \
  "smlad r5, r1, r12, r5\n"          \
  "ldr.w r1, [r8], #4\n"             \
  "smlad r4, r0, r11, r4\n"          \
  "smlad r5, r0, lr, r5\n"           \
  "sxtb16 r0, r1\n"                  \
  "sxtb16 r1, r1, ror #8\n"          \
  "smlad r2, r0, r10, r2\n"          \
  "smlad r3, r0, r12, r3\n"          \
  "smlad r2, r1, r11, r2\n"          \
  "smlad r3, r1, lr, r3\n"

#define MCU_EVAL_PAIR_LOOP                                           \
  MCU_EVAL_ENTER                                                     \
  ".p2align 2\n"                                                     \
  "2:\n" MCU_EVAL_PAIR_GROUP MCU_EVAL_PAIR_GROUP MCU_EVAL_PAIR_GROUP \
      MCU_EVAL_PAIR_GROUP                                            \
  "cmp r6, r7\n"                                                     \
  "bne 2b\n"                                                         \
  "ldr r0, [sp]\n"

// Rows and channels move on, outputs and channels are kept in the tile, at r0;
// again until the last channel.
#define MCU_EVAL_PAIR_NEXT        \
  "stm r0, {r10, r11, r12, lr}\n" \
  "ldrd r1, r6, [r0, #32]\n"      \
  "add r8, r8, r1\n"              \
  "cmp r10, r6\n"                 \
  "bne 1b\n" MCU_EVAL_RETURN

// clang-format off
#define MCU_EVAL_PAIR16(limit)                                              \
  MCU_EVAL_BEGIN                                                            \
  "1:\n"                                                                    \
  "movs r2, #0\n"                                                           \
  "movs r3, #0\n"                                                           \
  "movs r4, #0\n"                                                           \
  "movs r5, #0\n"                                                           \
  MCU_EVAL_PAIR_LOOP                                                        \
  "ldm r0, {r10, r11, r12, lr}\n"                                           \
  "ldr r6, [r10, #8]\n"                                                     \
  "ldrsb r11, [r10, #13]\n"                                                 \
  MCU_EVAL_END16("r2", "r6", "r11", "[r10]", "r0", "r1", limit, "r12")      \
  MCU_EVAL_END16("r3", "r6", "r11", "[r10]", "r0", "r1", limit, "lr")       \
  "ldr r6, [r10, #24]\n"                                                    \
  "ldrsb r11, [r10, #29]\n"                                                 \
  MCU_EVAL_END16("r4", "r6", "r11", "[r10, #16]", "r0", "r1", limit, "r12") \
  MCU_EVAL_END16("r5", "r6", "r11", "[r10, #16]", "r0", "r1", limit, "lr")  \
  "ldr r0, [sp]\n"                                                          \
  "add r10, #32\n"                                                          \
  MCU_EVAL_PAIR_NEXT
// clang-format on

namespace mcu_eval::kernels::dsp {

extern "C" __attribute__((naked)) void McuEvalPair8(Tile*) {
  asm volatile(
      MCU_EVAL_BEGIN
      "ldr r10, [r0]\n"
      "1:\n"
      "ldr r2, [r10]\n"
      "ldr r4, [r10, #12]\n"
      "mov r3, r2\n"
      "mov r5, r4\n" MCU_EVAL_PAIR_LOOP
      "ldm r0, {r10, r11, r12, lr}\n"
      "ldrd r1, r6, [r10, #4]\n"
      MCU_EVAL_END8("r2", "r1", "r6", "r12", "r3", "r1", "r6", "lr", "r11")
      "ldrd r1, r6, [r10, #16]\n"
      MCU_EVAL_END8("r4", "r1", "r6", "r12", "r5", "r1", "r6", "lr", "r11")
      "add r10, #24\n" MCU_EVAL_PAIR_NEXT);
}

extern "C" __attribute__((naked)) void McuEvalPair16(Tile*) {
  asm volatile(MCU_EVAL_PAIR16("ssat r1, #16,"));
}

extern "C" __attribute__((naked)) void McuEvalPair16Relu(Tile*) {
  asm volatile(MCU_EVAL_PAIR16("usat r1, #15,"));
}

extern "C" __attribute__((naked)) void McuEvalPairSums(Tile*) {
  asm volatile(MCU_EVAL_BEGIN
               "movs r2, #0\n"
               "movs r3, #0\n"
               "movs r4, #0\n"
               "movs r5, #0\n" MCU_EVAL_PAIR_LOOP
               "ldr r0, [r0, #8]\n"
               "stm r0, {r2, r3, r4, r5}\n" MCU_EVAL_RETURN);
}

}  // namespace mcu_eval::kernels::dsp

#endif  // __ARM_FEATURE_DSP
