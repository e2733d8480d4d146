// What kernels keep in the arena: memory for as long as the model, and one
// scratch that all kernels share, as large as the greediest of them asks.
#ifndef MCU_EVAL_INFER_KERNELS_MEMORY_H_
#define MCU_EVAL_INFER_KERNELS_MEMORY_H_

#include <cstddef>
#include <cstdint>

#include "tensorflow/lite/c/common.h"

namespace mcu_eval::kernels {

// Kept memory for `count` elements, or null when the arena is full; only in
// Prepare, 16-byte aligned.
template <typename T>
T* Keep(TfLiteContext* context, size_t count = 1) {
  void* memory = nullptr;
  if (context->AllocatePersistentBuffer(context, count * sizeof(T), &memory) !=
      kTfLiteOk) {
    return nullptr;
  }
  return static_cast<T*>(memory);
}

// A model with `nodes` operators is about to be prepared.
void BeginScratch(size_t nodes);

// Asks for scratch; only in Prepare.
void WantScratch(size_t bytes);

// One more operator is prepared; with the last of them the scratch is taken
// from the arena, whose shortage the runtime reports.
TfLiteStatus EndPrepare(TfLiteContext* context);

// The scratch, 16-byte aligned; only in Invoke.
uint8_t* Scratch();
size_t ScratchBytes();

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_MEMORY_H_
