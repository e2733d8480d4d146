// The kernels with Armv8.1-M's vector extension for integers, and beside its
// vectors the loop and predication instructions that belong to it.
#ifndef MCU_EVAL_INFER_KERNELS_MVE_H_
#define MCU_EVAL_INFER_KERNELS_MVE_H_

#include "firmware/infer/kernels/plan.h"

namespace mcu_eval::kernels::mve {

size_t ConvScratch8(const Conv8& plan);
void RunConv8(const Conv8& plan, const int8_t* input, int8_t* output,
              uint8_t* scratch);

size_t DepthwiseScratch8(const Depthwise8& plan);
void RunDepthwise8(const Depthwise8& plan, const int8_t* input, int8_t* output,
                   uint8_t* scratch);

void RunAverage8(const Pool& plan, const int8_t* input, int8_t* output,
                 uint8_t* scratch);
void RunMax8(const Pool& plan, const int8_t* input, int8_t* output,
             uint8_t* scratch);

size_t AddScratch8(const Add& plan);
void RunAdd8(const Add& plan, const int8_t* a, const int8_t* b, int8_t* output,
             uint8_t* scratch);

}  // namespace mcu_eval::kernels::mve

#endif  // MCU_EVAL_INFER_KERNELS_MVE_H_
