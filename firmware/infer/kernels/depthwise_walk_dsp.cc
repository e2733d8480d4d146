// Two outputs of a channel take 12 multiplications of pairs (SMLAD and its
// halves) and 6 loads for their 18 products, and nothing is sign-extended: the
// plane was, once for all windows.
//
// Registers of a walk: r0-r5 weights, r6 and r7 both columns of pairs, r8 and
// r9 pixels and then constants from the stack, r10 and r11 sums, r12 output, lr
// where the column ends. All others are taken: constants of the channel lie on
// the stack, where LDRD has two of them at a time.
#include "firmware/infer/kernels/depthwise_walk.h"

#if defined(__ARM_FEATURE_DSP)

#include <cstddef>

namespace mcu_eval::kernels::dsp {

static_assert(offsetof(Walk, end8) == 24 && offsetof(Walk, end16) == 24 &&
              offsetof(Walk, pixel_bytes) == 36 &&
              offsetof(Walk, row_bytes) == 40 && offsetof(Walk, end) == 44 &&
              offsetof(Walk, plane_skip) == 48 &&
              offsetof(Walk, output_skip) == 52 &&
              offsetof(Walk, column_bytes) == 56 &&
              offsetof(Walk, columns) == 60 &&
              offsetof(Walk, bias_or_fraction) == 64 && sizeof(Walk) == 72);

}  // namespace mcu_eval::kernels::dsp

// clang-format off
asm(R"(
  .syntax unified
  .thumb

  @ The walk's struct goes to the stack: members at their offsets from sp.
  .macro ENTER name
  .section .text.\name, "ax", %progbits
  .align 2
  .global \name
  .type \name, %function
  .thumb_func
\name:
  push {r4-r11, lr}
  add r0, r0, #36
  ldm r0, {r4-r12}
  push {r4-r12}
  sub r0, r0, #36
  ldm r0, {r4-r12}
  push {r4-r12}
  mov r6, r1
  ldr r8, [sp, #56]
  add r7, r1, r8
  mov r12, r2
  add lr, r1, r3
  ldm sp, {r0-r5}
  .endm

  .macro NEXT_COLUMN
  ldrd r8, r9, [sp, #48]
  add r6, r6, r8
  add r7, r7, r8
  add r12, r12, r9
  ldrd r8, r9, [sp, #56]
  .endm

  .macro LEAVE name
  subs r9, r9, #1
  str r9, [sp, #60]
  bne 1b
  add sp, sp, #72
  pop {r4-r11, pc}
  .size \name, . - \name
  .endm

  @ Sums of two neighbours from their second row on.
  .macro PAIR_ROWS step
  ldr r8, [r6, #16 - \step]
  ldr r9, [r7, #16 - \step]
  smlad r10, r8, r2, r10
  smlatb r11, r8, r2, r11
  smlabt r10, r9, r3, r10
  smlad r11, r9, r3, r11
  ldr r8, [r6, #32 - \step]
  ldr r9, [r7, #32 - \step]
  smlad r10, r8, r4, r10
  smlatb r11, r8, r4, r11
  smlabt r10, r9, r5, r10
  smlad r11, r9, r5, r11
  .endm

  .macro PAIR_INT8 name, step, low
  ENTER \name
1:
  ldr r8, [r6], #\step
  ldr r9, [r7], #\step
  ldr r11, [sp, #64]
  smlad r10, r8, r0, r11
  smlatb r11, r8, r0, r11
  smlabt r10, r9, r1, r10
  smlad r11, r9, r1, r11
  PAIR_ROWS \step
  ldrd r8, r9, [sp, #24]
  smmlar r10, r10, r8, r10
  smmlar r11, r11, r8, r11
  .if \low == 0
  add r10, r10, r10, asr #31
  add r11, r11, r11, asr #31
  .endif
  asr r10, r10, r9
  asr r11, r11, r9
  ldrd r8, r9, [sp, #32]
  add r10, r10, r8
  add r11, r11, r8
  ldr r8, [sp, #40]
  ssat r10, #8, r10, asr #1
  ssat r11, #8, r11, asr #1
  strb r10, [r12]
  strb r11, [r12, r9]
  add r12, r12, r8
  cmp r6, lr
  bne 1b
  NEXT_COLUMN
  add lr, lr, r8
  LEAVE \name
  .endm

  .macro PAIR_INT16 name, step, low
  ENTER \name
  str lr, [sp, #44]
1:
  ldr r8, [r6], #\step
  ldr r9, [r7], #\step
  smuad r10, r8, r0
  smultb r11, r8, r0
  smlabt r10, r9, r1, r10
  smlad r11, r9, r1, r11
  PAIR_ROWS \step
  ldrd r8, r9, [sp, #24]
  ldr lr, [sp, #64]
  smlal r8, r9, r10, lr
  ldrd r8, r10, [sp, #24]
  smlal r8, r10, r11, lr
  ldrd r8, r11, [sp, #32]
  asr r9, r9, r8
  asr r10, r10, r8
  ldrd r8, lr, [sp, #40]
  .if \low == 0
  ssat r9, #16, r9
  ssat r10, #16, r10
  .else
  usat r9, #15, r9
  usat r10, #15, r10
  .endif
  strh r9, [r12]
  strh r10, [r12, r11]
  add r12, r12, r8
  cmp r6, lr
  bne 1b
  NEXT_COLUMN
  add lr, lr, r8
  str lr, [sp, #44]
  LEAVE \name
  .endm

  @ The sum of one output from its second row on.
  .macro ONE_ROWS step
  ldr r8, [r6, #16 - \step]
  ldr r9, [r7, #16 - \step]
  smlad r10, r8, r1, r10
  smlabt r10, r9, r3, r10
  ldr r8, [r6, #32 - \step]
  ldr r9, [r7, #32 - \step]
  smlad r10, r8, r2, r10
  smlabb r10, r9, r4, r10
  .endm

  .macro ONE_INT8 name, step, low
  ENTER \name
  ldrd r5, r11, [sp, #24]
1:
  ldr r8, [r6], #\step
  ldr r9, [r7], #\step
  ldr r10, [sp, #64]
  smlad r10, r8, r0, r10
  smlabb r10, r9, r3, r10
  ONE_ROWS \step
  ldr r8, [sp, #32]
  ldr r9, [sp, #40]
  smmlar r10, r10, r5, r10
  .if \low == 0
  add r10, r10, r10, asr #31
  .endif
  asr r10, r10, r11
  add r10, r10, r8
  ssat r10, #8, r10, asr #1
  strb r10, [r12]
  add r12, r12, r9
  cmp r6, lr
  bne 1b
  NEXT_COLUMN
  add lr, lr, r8
  LEAVE \name
  .endm

  .macro ONE_INT16 name, step, low
  ENTER \name
  ldr r5, [sp, #64]
  ldr r11, [sp, #32]
1:
  ldr r8, [r6], #\step
  ldr r9, [r7], #\step
  smuad r10, r8, r0
  smlabb r10, r9, r3, r10
  ONE_ROWS \step
  ldrd r8, r9, [sp, #24]
  smlal r8, r9, r10, r5
  ldr r8, [sp, #40]
  asr r9, r9, r11
  .if \low == 0
  ssat r9, #16, r9
  .else
  usat r9, #15, r9
  .endif
  strh r9, [r12]
  add r12, r12, r8
  cmp r6, lr
  bne 1b
  NEXT_COLUMN
  add lr, lr, r8
  LEAVE \name
  .endm

  .macro WALKS stride, step
  PAIR_INT8 McuEvalWalkPair\stride\()Int8, \step, 0
  PAIR_INT8 McuEvalWalkPair\stride\()Int8Low, \step, 1
  PAIR_INT16 McuEvalWalkPair\stride\()Int16, \step, 0
  PAIR_INT16 McuEvalWalkPair\stride\()Int16Low, \step, 1
  ONE_INT8 McuEvalWalkOne\stride\()Int8, \step, 0
  ONE_INT8 McuEvalWalkOne\stride\()Int8Low, \step, 1
  ONE_INT16 McuEvalWalkOne\stride\()Int16, \step, 0
  ONE_INT16 McuEvalWalkOne\stride\()Int16Low, \step, 1
  .endm
  WALKS 1, 16
  WALKS 2, 32
  .text
)");
// clang-format on

#endif  // __ARM_FEATURE_DSP
