// Two inputs that broadcast to one output, drawn, for ADD and MUL.
#ifndef MCU_EVAL_TEST_FIRMWARE_KERNELS_PAIRS_H_
#define MCU_EVAL_TEST_FIRMWARE_KERNELS_PAIRS_H_

#include "test/firmware/kernels/draw.h"

namespace mcu_eval_test {

struct PairShapes {
  mcu_eval::kernels::Pairing pairing;
  int32_t out[4];
  int32_t in[2][4];
  size_t out_count;
  size_t in_count[2];

  // Where output element `i` finds input `which`, by the definition of
  // broadcasting.
  size_t Source(size_t i, int which) const;
};

PairShapes DrawPair(Trial& trial);

// Both inputs in full, filled, in guarded memory.
template <typename Element>
struct PairInputs {
  const Element* values[2];
};
PairInputs<int8_t> DrawPairInputs8(Trial& trial, const PairShapes& shapes);
PairInputs<int16_t> DrawPairInputs16(Trial& trial, const PairShapes& shapes);

}  // namespace mcu_eval_test

#endif  // MCU_EVAL_TEST_FIRMWARE_KERNELS_PAIRS_H_
