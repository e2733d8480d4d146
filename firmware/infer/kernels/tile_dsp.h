// The inner loops of convolutions and fully connected operators in assembly,
// for Armv7E-M with DSP.
//
// Weights are read as they lie in the model, four int8 at a time, and spread by
// SXTB16 into two words of int16: elements 0 and 2, then 1 and 3. Columns are
// int16 in the same order (panels), so that each SMLAD sums two products.
//
// A pair of columns and a pair of channels go together: 15 instructions for 16
// products. One channel with four columns would take 13, but load 9 words
// instead of 6; since LDM costs a cycle a word, an M4 would take 22 cycles for
// them instead of 21, and an M7, which can load beside SMLAD but not within
// LDM, would lose more.
#ifndef MCU_EVAL_INFER_KERNELS_TILE_DSP_H_
#define MCU_EVAL_INFER_KERNELS_TILE_DSP_H_

#include <cstdint>

#include "firmware/infer/kernels/requantize.h"

namespace mcu_eval::kernels::dsp {

// What the loops are given; the assembly knows the offsets. The first four
// members and nothing else are changed: they end where the next tile begins.
struct Tile {
  const void* channels;  // Channel8 or Channel16, as the loop says
  int32_t rounding;      // RoundingOf() the output, for int8
  void* out0;            // the first column's outputs, or the sums
  void* out1;            // the second column's
  const uint32_t* panel;
  const uint32_t* panel_end;
  // Rows of weights, any alignment; four bytes are read for every group, also
  // for the last, which may reach over the end of a row.
  const int8_t* weights;
  int32_t stride;            // from one row to the next, bytes
  int32_t step;              // from the end of a row to the next tile's, bytes
  const void* channels_end;  // one tile at least
  int32_t skip;              // see Skip()
  const int8_t* weights2;    // third row of a quad
};

// Groups of four elements are unrolled four times; the loop is entered where
// what is left over is a whole number of rounds.
constexpr int32_t kPairGroupBytes = 15 * 4;
constexpr int32_t kQuadGroupBytes = 21 * 4;
inline int32_t Skip(int32_t groups, int32_t bytes) {
  return (-groups & 3) * bytes;
}

// Two columns by pairs of channels. A panel holds for each group the four
// elements of the first column, then those of the second: 16 bytes.
//
// The ends: int8 by ShortForm(); int16 by Channel16::is_short, limited to all
// of int16 or to 0 and above; the bare sums of one tile, without bias, to out0:
// first channel's of both columns, second channel's of both.
extern "C" void McuEvalPair8(Tile* tile);
extern "C" void McuEvalPair16(Tile* tile);
extern "C" void McuEvalPair16Relu(Tile* tile);
extern "C" void McuEvalPairSums(Tile* tile);

// One column by fours of channels; a panel has 8 bytes a group.
extern "C" void McuEvalQuad8(Tile* tile);
extern "C" void McuEvalQuad16(Tile* tile);
extern "C" void McuEvalQuad16Relu(Tile* tile);
extern "C" void McuEvalQuadSums(Tile* tile);

}  // namespace mcu_eval::kernels::dsp

#endif  // MCU_EVAL_INFER_KERNELS_TILE_DSP_H_
