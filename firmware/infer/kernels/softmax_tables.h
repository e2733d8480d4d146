// Functions that the int16 softmax interpolates, in steps of 1/32768.
#ifndef MCU_EVAL_INFER_KERNELS_SOFTMAX_TABLES_H_
#define MCU_EVAL_INFER_KERNELS_SOFTMAX_TABLES_H_

#include <cstdint>

namespace mcu_eval::kernels {

// 512 steps and their end.
constexpr int kSoftmaxEntries = 513;

extern const int16_t kExpTable[kSoftmaxEntries];         // e^x, -10 .. 0
extern const int16_t kReciprocalTable[kSoftmaxEntries];  // 1/(1+x), 0 .. 1

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_SOFTMAX_TABLES_H_
