// This project's kernels as the runtime calls them. A kernel takes int8 and
// int16 activations; nodes of other types are left to the reference.
#ifndef MCU_EVAL_INFER_KERNELS_KERNEL_H_
#define MCU_EVAL_INFER_KERNELS_KERNEL_H_

#include "firmware/infer/infer.h"
#include "tensorflow/lite/c/common.h"

namespace mcu_eval::kernels {

struct Kernel {
  // Keeps its plan in node->user_data.
  TfLiteStatus (*prepare)(TfLiteContext* context, TfLiteNode* node);
  TfLiteStatus (*invoke)(TfLiteContext* context, TfLiteNode* node);
  // Of the form in use; `type` is that of the activations.
  KernelSet (*set)(TfLiteType type);
};

inline bool IsOurs(TfLiteType type) {
  return type == kTfLiteInt8 || type == kTfLiteInt16;
}

extern const Kernel kConv;
extern const Kernel kFullyConnected;
extern const Kernel kDepthwiseConv;
extern const Kernel kAveragePool;
extern const Kernel kMaxPool;
extern const Kernel kSoftmax;
extern const Kernel kAdd;
extern const Kernel kMul;
extern const Kernel kReshape;
extern const Kernel kPad;
extern const Kernel kConcatenation;

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_KERNEL_H_
