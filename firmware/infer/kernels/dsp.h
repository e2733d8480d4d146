// The kernels for Armv7E-M with DSP.
#ifndef MCU_EVAL_INFER_KERNELS_DSP_H_
#define MCU_EVAL_INFER_KERNELS_DSP_H_

#include "firmware/infer/kernels/plan.h"

namespace mcu_eval::kernels::dsp {

size_t ConvScratch8(const Conv8& plan);
void RunConv8(const Conv8& plan, const int8_t* input, int8_t* output,
              uint8_t* scratch);

size_t ConvScratch16(const Conv16& plan);
void RunConv16(const Conv16& plan, const int16_t* input, int16_t* output,
               uint8_t* scratch);

size_t DepthwiseScratch8(const Depthwise8& plan);
void RunDepthwise8(const Depthwise8& plan, const int8_t* input, int8_t* output,
                   uint8_t* scratch);
size_t DepthwiseScratch16(const Depthwise16& plan);
void RunDepthwise16(const Depthwise16& plan, const int16_t* input,
                    int16_t* output, uint8_t* scratch);

void RunAverage8(const Pool& plan, const int8_t* input, int8_t* output,
                 uint8_t* scratch);
void RunAverage16(const Pool& plan, const int16_t* input, int16_t* output,
                  uint8_t* scratch);
void RunMax8(const Pool& plan, const int8_t* input, int8_t* output,
             uint8_t* scratch);
void RunMax16(const Pool& plan, const int16_t* input, int16_t* output,
              uint8_t* scratch);

size_t AddScratch8(const Add& plan);
void RunAdd8(const Add& plan, const int8_t* a, const int8_t* b, int8_t* output,
             uint8_t* scratch);
void RunAdd16(const Add& plan, const int16_t* a, const int16_t* b,
              int16_t* output, uint8_t* scratch);
void RunMul8(const Mul& plan, const int8_t* a, const int8_t* b, int8_t* output,
             uint8_t* scratch);
void RunMul16(const Mul& plan, const int16_t* a, const int16_t* b,
              int16_t* output, uint8_t* scratch);

}  // namespace mcu_eval::kernels::dsp

#endif  // MCU_EVAL_INFER_KERNELS_DSP_H_
