// Copies and fills by words: the C library of the microcontrollers' builds is
// made small and goes byte by byte.
#ifndef MCU_EVAL_INFER_KERNELS_COPY_H_
#define MCU_EVAL_INFER_KERNELS_COPY_H_

#include <cstddef>
#include <cstdint>

namespace mcu_eval::kernels {

// `to` and `from` do not overlap; neither need be aligned.
void CopyBytes(void* to, const void* from, size_t bytes);

// Elements of 1 or 2 bytes.
void FillElements(void* to, int32_t value, size_t count, size_t element_bytes);

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_COPY_H_
