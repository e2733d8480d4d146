// Judges a .tflite before the runtime sees it. The runtime trusts its model:
// it follows indices, sizes and shapes of the file without a check.
#ifndef MCU_EVAL_INFER_VALIDATE_H_
#define MCU_EVAL_INFER_VALIDATE_H_

#include "firmware/infer/infer.h"

namespace mcu_eval {

// Checks, in this order: FlatBuffer and identifier, schema version, one
// subgraph, operator codes, tensors (shape, type, constant data,
// quantisation), the graph (indices, order, every tensor written once and
// read), and each operator (version, types, options, output shapes, scales).
//
// `data` must be 16-byte aligned. `scratch` needs one byte for each tensor of
// the model; the arena will do. A model with more tensors than that gets
// kArenaTooSmall. Allocates nothing; recursion is bounded by the verifier's
// depth.
ModelStatus Validate(const uint8_t* data, size_t size, uint8_t* scratch,
                     size_t scratch_bytes);

// Lower bound of the bytes that activations take in the arena: the largest sum
// over the tensors of one operator. The model must have passed Validate().
uint32_t LeastActivationBytes(const uint8_t* data);

}  // namespace mcu_eval

#endif  // MCU_EVAL_INFER_VALIDATE_H_
