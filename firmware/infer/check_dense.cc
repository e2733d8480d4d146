#include "firmware/infer/op_check.h"

namespace mcu_eval {

using tflite::TensorType_FLOAT32;
using tflite::TensorType_INT16;
using tflite::TensorType_INT8;
using tflite::TensorType_UINT8;

bool CheckFullyConnected(OpCheck& op) {
  const auto* options = op.op().builtin_options_as_FullyConnectedOptions();
  if (!op.Counts(2, 3, 1) || !op.Options(options)) return false;
  const TensorView input = op.in(0), filter = op.in(1), output = op.out();
  if (!CheckWeightTypes(op)) return false;
  if (!op.Constant(filter) || !op.Rank(filter, 2, 2) || !op.Rank(input, 1, 4))
    return false;
  if (options->weights_format() !=
      tflite::FullyConnectedOptionsWeightsFormat_DEFAULT) {
    return op.Fail(ModelReason::kBadParameter, "its weights are shuffled");
  }
  const int64_t units = filter.dim(0), depth = filter.dim(1);
  if (input.elements % depth != 0) {
    return op.Fail(ModelReason::kBadShape, input, "does not fit the weights");
  }
  if (!op.Shape(output, {input.elements / depth, units})) return false;
  if (!op.Activation(options->fused_activation_function(), output))
    return false;
  if (!CheckBias(op, units) || !CheckWeightScales(op, 0)) return false;
  // With one scale for all units the oracle asks for the bias's, too.
  return filter.scales != 1 || input.type == TensorType_FLOAT32 ||
         CheckBiasScale(op);
}

}  // namespace mcu_eval
