// What ADD and MUL share as the runtime calls them.
#ifndef MCU_EVAL_INFER_KERNELS_PAIR_PLAN_H_
#define MCU_EVAL_INFER_KERNELS_PAIR_PLAN_H_

#include "firmware/infer/kernels/forms.h"
#include "firmware/infer/kernels/memory.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace mcu_eval::kernels {

// How `a` and `b`, of rank 4 at most, broadcast to `output`.
Pairing PairingOf(const TfLiteTensor* a, const TfLiteTensor* b,
                  const TfLiteTensor* output);

template <typename Plan>
void WantPairScratch(const PairForm<Plan, int8_t>& form8,
                     const PairForm<Plan, int16_t>& form16, const Plan& plan,
                     TfLiteType type) {
  WantScratch(type == kTfLiteInt8 ? form8.scratch_bytes(plan)
                                  : form16.scratch_bytes(plan));
}

template <typename Plan>
TfLiteStatus RunPair(const PairForm<Plan, int8_t>& form8,
                     const PairForm<Plan, int16_t>& form16,
                     TfLiteContext* context, TfLiteNode* node) {
  const auto& plan = *static_cast<const Plan*>(node->user_data);
  const TfLiteTensor* a = tflite::GetInput(context, node, 0);
  const TfLiteTensor* b = tflite::GetInput(context, node, 1);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  if (a->type == kTfLiteInt8) {
    form8.run(plan, a->data.int8, b->data.int8, output->data.int8, Scratch());
  } else {
    form16.run(plan, a->data.i16, b->data.i16, output->data.i16, Scratch());
  }
  return kTfLiteOk;
}

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_PAIR_PLAN_H_
