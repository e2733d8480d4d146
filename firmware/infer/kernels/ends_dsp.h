// Assembly that pair_dsp.cc and quad_dsp.cc share: a loop's frame, and how sums
// become outputs. All registers are the loops' own.
#ifndef MCU_EVAL_INFER_KERNELS_ENDS_DSP_H_
#define MCU_EVAL_INFER_KERNELS_ENDS_DSP_H_

#include <cstddef>

#include "firmware/infer/kernels/tile_dsp.h"

namespace mcu_eval::kernels::dsp {

// The offsets that the assembly knows.
static_assert(offsetof(Tile, channels) == 0 && offsetof(Tile, rounding) == 4 &&
              offsetof(Tile, out0) == 8 && offsetof(Tile, out1) == 12 &&
              offsetof(Tile, panel) == 16 && offsetof(Tile, panel_end) == 20 &&
              offsetof(Tile, weights) == 24 && offsetof(Tile, stride) == 28 &&
              offsetof(Tile, step) == 32 &&
              offsetof(Tile, channels_end) == 36 &&
              offsetof(Tile, skip) == 40 && offsetof(Tile, weights2) == 44);
static_assert(sizeof(Channel8) == 12 && offsetof(Channel8, bias) == 0 &&
              offsetof(Channel8, fraction) == 4 &&
              offsetof(Channel8, before_last) == 8);
static_assert(sizeof(Channel16) == 16 && offsetof(Channel16, base) == 0 &&
              offsetof(Channel16, fraction) == 8 &&
              offsetof(Channel16, right) == 13);

}  // namespace mcu_eval::kernels::dsp

// Keeps the tile's address at [sp], the loop's entry at [sp, #4]; loads the
// registers that all tiles share: r7 end of panel, r8 weights, r9 stride.
#define MCU_EVAL_BEGIN       \
  "push {r0-r11, lr}\n"      \
  "ldr r1, [r0, #40]\n"      \
  "adr.w r2, 2f\n"           \
  "add r1, r2\n"             \
  "orr r1, #1\n"             \
  "str r1, [sp, #4]\n"       \
  "ldrd r7, r8, [r0, #20]\n" \
  "ldr r9, [r0, #28]\n"

// Into the unrolled loop, r6 being the panel's start and r0 the tile.
#define MCU_EVAL_ENTER  \
  "ldr r6, [r0, #16]\n" \
  "ldr pc, [sp, #4]\n"

#define MCU_EVAL_RETURN "pop {r0-r11, pc}\n"

// ShortForm() of two sums, stored at `out_a` and `out_b`, which move on; step
// by step in turns, since each waits for the one before. `fraction_*`,
// `shift_*` are the channels', `rounding` the output's.
#define MCU_EVAL_END8(a, fraction_a, shift_a, out_a, b, fraction_b, shift_b, \
                      out_b, rounding)                                       \
  "smmlar " a ", " a ", " fraction_a ", " a                                  \
  "\n"                                                                       \
  "smmlar " b ", " b ", " fraction_b ", " b                                  \
  "\n"                                                                       \
  "add " a ", " a ", " a                                                     \
  ", asr #31\n"                                                              \
  "add " b ", " b ", " b                                                     \
  ", asr #31\n"                                                              \
  "asr " a ", " a ", " shift_a                                               \
  "\n"                                                                       \
  "asr " b ", " b ", " shift_b                                               \
  "\n"                                                                       \
  "add " a ", " a ", " rounding                                              \
  "\n"                                                                       \
  "add " b ", " b ", " rounding                                              \
  "\n"                                                                       \
  "ssat " a ", #8, " a                                                       \
  ", asr #1\n"                                                               \
  "ssat " b ", #8, " b                                                       \
  ", asr #1\n"                                                               \
  "strb " a ", [" out_a                                                      \
  "], #1\n"                                                                  \
  "strb " b ", [" out_b "], #1\n"

// The high word of base + sum * fraction in `high`, shifted, limited, stored.
// `base` is an address operand; `low` and `high` are spent.
#define MCU_EVAL_END16(sum, fraction, shift, base, low, high, limit, out) \
  "ldrd " low ", " high ", " base                                         \
  "\n"                                                                    \
  "smlal " low ", " high ", " sum ", " fraction                           \
  "\n"                                                                    \
  "asr " high ", " high ", " shift "\n" limit " " high                    \
  "\n"                                                                    \
  "strh " high ", [" out "], #2\n"

#endif  // MCU_EVAL_INFER_KERNELS_ENDS_DSP_H_
