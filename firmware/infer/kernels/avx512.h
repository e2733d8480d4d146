// AVX512's intrinsics. GCC 12 takes the undefined vectors of its own header for
// mistakes, at some optimisation levels.
#ifndef MCU_EVAL_INFER_KERNELS_AVX512_H_
#define MCU_EVAL_INFER_KERNELS_AVX512_H_

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop

#endif  // MCU_EVAL_INFER_KERNELS_AVX512_H_
