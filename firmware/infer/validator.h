// The steps of Validate(), each in a file of its own: validate.cc,
// validate_tensors.cc, validate_graph.cc.
#ifndef MCU_EVAL_INFER_VALIDATOR_H_
#define MCU_EVAL_INFER_VALIDATOR_H_

#include "firmware/infer/infer.h"
#include "firmware/infer/text.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace mcu_eval {

// What is known of a tensor while the graph is walked.
enum TensorState : uint8_t {
  kUnknown = 0,
  kIsConstant = 1,
  kWritten = 2,  // by an operator, or a graph input
  kRead = 4,     // by an operator, or a graph output
};

class Validator {
 public:
  Validator(const uint8_t* data, size_t size, uint8_t* states, size_t capacity)
      : data_(data), size_(size), states_(states), capacity_(capacity) {}

  ModelStatus Run() {
    if (Container() && OperatorCodes() && Tensors() && Graph() && Operators()) {
      status_.reason = ModelReason::kOk;
    }
    return status_;
  }

 private:
  bool Fail(ModelReason reason, const char* what, int64_t value,
            const char* tail = "") {
    status_.reason = reason;
    Text(status_.detail, kDetailBytes).Add(what).Add(value).Add(tail);
    return false;
  }
  bool FailTensor(ModelReason reason, size_t index, const char* what) {
    status_.tensor_index = static_cast<int32_t>(index);
    return Fail(reason, "tensor ", static_cast<int64_t>(index), what);
  }

  bool Container();
  bool OperatorCodes();
  bool Tensors();
  bool TensorShape(size_t index, const tflite::Tensor& tensor);
  bool TensorData(size_t index, const tflite::Tensor& tensor);
  bool TensorQuantization(size_t index, const tflite::Tensor& tensor);
  bool Graph();
  bool Node(size_t index);
  bool Operators();
  bool InRange(const flatbuffers::Vector<int32_t>* list, const char* what,
               size_t number);

  const uint8_t* data_;
  size_t size_;
  uint8_t* states_;
  size_t capacity_;
  const tflite::Model* model_ = nullptr;
  const tflite::SubGraph* graph_ = nullptr;
  size_t tensors_ = 0;
  ModelStatus status_;
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_INFER_VALIDATOR_H_
