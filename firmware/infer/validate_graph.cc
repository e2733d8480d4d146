// What operators read and write: indices, order, every tensor written once and
// read.
#include "firmware/infer/validator.h"

namespace mcu_eval {

bool Validator::InRange(const flatbuffers::Vector<int32_t>* list,
                        const char* what, size_t number) {
  if (list == nullptr) {
    return Fail(ModelReason::kBadIndex, what, static_cast<int64_t>(number),
                " has no list of tensors");
  }
  for (int32_t tensor : *list) {
    if (tensor == -1) {
      return Fail(ModelReason::kOptionalInput, what,
                  static_cast<int64_t>(number),
                  " leaves out an optional input, which the runtime cannot");
    }
    if (tensor < 0 || static_cast<size_t>(tensor) >= tensors_) {
      return Fail(ModelReason::kBadIndex, what, static_cast<int64_t>(number),
                  " names a tensor out of range");
    }
  }
  return true;
}

bool Validator::Graph() {
  if (!InRange(graph_->inputs(), "graph input list ", 0) ||
      !InRange(graph_->outputs(), "graph output list ", 0)) {
    return false;
  }
  for (int32_t tensor : *graph_->inputs()) {
    if (states_[tensor] != kUnknown) {
      return FailTensor(ModelReason::kBadIndex, tensor,
                        " is a graph input twice, or a constant");
    }
    states_[tensor] = kWritten;
  }
  for (size_t i = 0; i < graph_->operators()->size(); ++i) {
    status_.op_index = static_cast<int32_t>(i);
    if (!Node(i)) return false;
  }
  status_.op_index = -1;
  for (int32_t tensor : *graph_->outputs()) {
    if (states_[tensor] == kIsConstant || !(states_[tensor] & kWritten)) {
      return FailTensor(ModelReason::kBadIndex, tensor,
                        " is a graph output that no operator writes");
    }
    states_[tensor] |= kRead;
  }
  for (size_t i = 0; i < tensors_; ++i) {
    if (!(states_[i] & (kIsConstant | kRead))) {
      return FailTensor(ModelReason::kBadIndex, i,
                        " is never read, which the runtime cannot plan");
    }
  }
  return true;
}

bool Validator::Node(size_t index) {
  const tflite::Operator& op = *graph_->operators()->Get(index);
  if (!InRange(op.inputs(), "operator ", index) ||
      !InRange(op.outputs(), "operator ", index)) {
    return false;
  }
  for (int32_t tensor : *op.inputs()) {
    if (states_[tensor] == kUnknown) {
      return FailTensor(ModelReason::kBadIndex, tensor,
                        " is read before an operator writes it");
    }
    if (states_[tensor] != kIsConstant) states_[tensor] |= kRead;
  }
  for (int32_t tensor : *op.outputs()) {
    if (states_[tensor] != kUnknown) {
      return FailTensor(ModelReason::kBadIndex, tensor,
                        " is written twice, or is a constant");
    }
    states_[tensor] = kWritten;
  }
  return true;
}

}  // namespace mcu_eval
