// The kernels in portable C++: for any machine, and what the other forms are
// held to.
#ifndef MCU_EVAL_INFER_KERNELS_PORTABLE_H_
#define MCU_EVAL_INFER_KERNELS_PORTABLE_H_

#include "firmware/infer/kernels/plan.h"

namespace mcu_eval::kernels::portable {

size_t ConvScratch8(const Conv8& plan);
void RunConv8(const Conv8& plan, const int8_t* input, int8_t* output,
              uint8_t* scratch);

}  // namespace mcu_eval::kernels::portable

#endif  // MCU_EVAL_INFER_KERNELS_PORTABLE_H_
