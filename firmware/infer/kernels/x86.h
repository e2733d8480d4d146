// The kernels for x86-64: what their forms point to. All may be called only on
// machines that have the instructions, see FormsOf().
#ifndef MCU_EVAL_INFER_KERNELS_X86_H_
#define MCU_EVAL_INFER_KERNELS_X86_H_

#include "firmware/infer/kernels/plan.h"

namespace mcu_eval::kernels {

// Kept memory and scratch are 16-byte aligned; vectors want more.
constexpr size_t kVectorBytes = 64;

template <typename T>
T* AlignVector(T* memory) {
  return reinterpret_cast<T*>(
      (reinterpret_cast<uintptr_t>(memory) + kVectorBytes - 1) / kVectorBytes *
      kVectorBytes);
}

namespace avx2 {

size_t ConvPacked8(const Conv8& plan);
void PackConv8(const Conv8& plan, uint8_t* packed);
size_t ConvScratch8(const Conv8& plan);
void RunConv8(const Conv8& plan, const int8_t* input, int8_t* output,
              uint8_t* scratch);

size_t ConvPacked16(const Conv16& plan);
void PackConv16(const Conv16& plan, uint8_t* packed);
size_t ConvScratch16(const Conv16& plan);
void RunConv16(const Conv16& plan, const int16_t* input, int16_t* output,
               uint8_t* scratch);

size_t DepthwisePacked8(const Depthwise8& plan);
void PackDepthwise8(const Depthwise8& plan, uint8_t* packed);
size_t DepthwiseScratch8(const Depthwise8& plan);
void RunDepthwise8(const Depthwise8& plan, const int8_t* input, int8_t* output,
                   uint8_t* scratch);

size_t DepthwisePacked16(const Depthwise16& plan);
void PackDepthwise16(const Depthwise16& plan, uint8_t* packed);
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

void RunAdd8(const Add& plan, const int8_t* a, const int8_t* b, int8_t* output,
             uint8_t* scratch);
void RunAdd16(const Add& plan, const int16_t* a, const int16_t* b,
              int16_t* output, uint8_t* scratch);
void RunMul8(const Mul& plan, const int8_t* a, const int8_t* b, int8_t* output,
             uint8_t* scratch);
void RunMul16(const Mul& plan, const int16_t* a, const int16_t* b,
              int16_t* output, uint8_t* scratch);

}  // namespace avx2

namespace vnni {

size_t ConvPacked8(const Conv8& plan);
void PackConv8(const Conv8& plan, uint8_t* packed);
size_t ConvScratch8(const Conv8& plan);
void RunConv8(const Conv8& plan, const int8_t* input, int8_t* output,
              uint8_t* scratch);

}  // namespace vnni
}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_X86_H_
