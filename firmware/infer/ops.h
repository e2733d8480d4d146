// The operators this firmware runs: one table for the validator and for the
// runtime's resolver, so that they cannot differ.
#ifndef MCU_EVAL_INFER_OPS_H_
#define MCU_EVAL_INFER_OPS_H_

#include "firmware/infer/infer.h"
#include "firmware/infer/kernels/kernel.h"
#include "firmware/infer/op_check.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace mcu_eval {

struct OpEntry {
  tflite::BuiltinOperator code;
  int min_version;
  int max_version;
  const kernels::Kernel* ours;  // null: the reference takes all types
  bool (*check)(OpCheck& op);
  TfLiteRegistration* (*registration)();  // wrapped, see ops.cc
};

// Entry of `code` in any version, or null.
const OpEntry* FindOpEntry(tflite::BuiltinOperator code);

// Resolves from the table, without a copy in RAM of its own.
class TableResolver : public tflite::MicroOpResolver {
 public:
  const TfLiteRegistration* FindOp(tflite::BuiltinOperator op,
                                   int version) const override;
  const TfLiteRegistration* FindOp(const char* op, int version) const override;
  TfLiteStatus AddBuiltin(tflite::BuiltinOperator op,
                          TfLiteRegistration* registration,
                          int version) override;
  BuiltinParseFunction GetOpDataParser(
      tflite::BuiltinOperator op) const override;
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_INFER_OPS_H_
