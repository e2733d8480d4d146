// How output channels end, from what TFLite knows of them.
#ifndef MCU_EVAL_INFER_KERNELS_CHANNEL_H_
#define MCU_EVAL_INFER_KERNELS_CHANNEL_H_

#include "firmware/infer/kernels/requantize.h"

namespace mcu_eval::kernels {

// `multiplier` (0, or 2^30 to 2^31 - 1) and `shift` (-31 to 30, above 0 to the
// left) are those of TFLite's QuantizeMultiplier().
//
// `bias` is modulo 2^32, as Channel8 has it.
Channel8 MakeChannel8(uint32_t bias, int32_t multiplier, int shift);

// `reach` is the most that a sum without the bias can be, either way. Takes
// shifts up to 7 and, as the oracle does, scaled sums of 32 bits.
Channel16 MakeChannel16(int64_t bias, int32_t multiplier, int shift,
                        int64_t reach);

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_CHANNEL_H_
