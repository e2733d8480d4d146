// The kernels in portable C++: for any machine, and what the other forms are
// held to.
#ifndef MCU_EVAL_INFER_KERNELS_PORTABLE_H_
#define MCU_EVAL_INFER_KERNELS_PORTABLE_H_

#include "firmware/infer/kernels/plan.h"

namespace mcu_eval::kernels::portable {

size_t ConvScratch8(const Conv8& plan);
void RunConv8(const Conv8& plan, const int8_t* input, int8_t* output,
              uint8_t* scratch);

size_t ConvScratch16(const Conv16& plan);
void RunConv16(const Conv16& plan, const int16_t* input, int16_t* output,
               uint8_t* scratch);

void RunDepthwise8(const Depthwise8& plan, const int8_t* input, int8_t* output,
                   uint8_t* scratch);
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

void RunAdd8(const Add& plan, const int8_t* a, const int8_t* b, int8_t* output,
             uint8_t* scratch);
void RunAdd16(const Add& plan, const int16_t* a, const int16_t* b,
              int16_t* output, uint8_t* scratch);
void RunMul8(const Mul& plan, const int8_t* a, const int8_t* b, int8_t* output,
             uint8_t* scratch);
void RunMul16(const Mul& plan, const int16_t* a, const int16_t* b,
              int16_t* output, uint8_t* scratch);

size_t SoftmaxScratch8(const Softmax8& plan);
void RunSoftmax8(const Softmax8& plan, const int8_t* input, int8_t* output,
                 uint8_t* scratch);
// The same with an output grid of 1/65536 from -32768.
void RunSoftmax8To16(const Softmax8& plan, const int8_t* input, int16_t* output,
                     uint8_t* scratch);
void RunSoftmax16(const Softmax16& plan, const int16_t* input, int16_t* output,
                  uint8_t* scratch);

}  // namespace mcu_eval::kernels::portable

#endif  // MCU_EVAL_INFER_KERNELS_PORTABLE_H_
