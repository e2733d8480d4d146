// The kernels for Armv7E-M with DSP.
#ifndef MCU_EVAL_INFER_KERNELS_DSP_H_
#define MCU_EVAL_INFER_KERNELS_DSP_H_

#include "firmware/infer/kernels/plan.h"

namespace mcu_eval::kernels::dsp {

size_t ConvScratch8(const Conv8& plan);
void RunConv8(const Conv8& plan, const int8_t* input, int8_t* output,
              uint8_t* scratch);

}  // namespace mcu_eval::kernels::dsp

#endif  // MCU_EVAL_INFER_KERNELS_DSP_H_
