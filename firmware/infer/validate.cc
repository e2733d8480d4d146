#include "firmware/infer/validate.h"

#include <cmath>

#include "firmware/infer/op_check.h"
#include "firmware/infer/ops.h"
#include "firmware/infer/text.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace mcu_eval {
namespace {

// Sizes are multiplied and summed in the runtime's int.
constexpr int64_t kMaxTensorBytes = 1 << 28;
constexpr int64_t kMaxAllBytes = 1 << 30;

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

bool Validator::Container() {
  if (size_ < 16 || size_ > 0x7FFFFFFF) {
    return Fail(ModelReason::kNotTflite, "a model of ",
                static_cast<int64_t>(size_), " bytes is not a .tflite");
  }
  flatbuffers::Verifier verifier(data_, size_);
  if (!tflite::ModelBufferHasIdentifier(data_) ||
      !tflite::VerifyModelBuffer(verifier)) {
    return Fail(ModelReason::kNotTflite, "no sound .tflite in the ",
                static_cast<int64_t>(size_), " bytes of the model");
  }
  model_ = tflite::GetModel(data_);
  if (model_->version() != 3) {
    return Fail(ModelReason::kBadSchemaVersion, "schema version ",
                model_->version(), ", expected 3");
  }
  const auto* graphs = model_->subgraphs();
  const int64_t count = graphs == nullptr ? 0 : graphs->size();
  if (count != 1 || graphs->Get(0) == nullptr) {
    return Fail(ModelReason::kBadSubgraphs, "the model has ", count,
                " subgraphs, expected 1");
  }
  graph_ = graphs->Get(0);
  if (model_->operator_codes() == nullptr || model_->buffers() == nullptr ||
      graph_->tensors() == nullptr || graph_->operators() == nullptr ||
      graph_->inputs() == nullptr || graph_->outputs() == nullptr ||
      graph_->operators()->size() == 0 || graph_->inputs()->size() == 0 ||
      graph_->outputs()->size() == 0) {
    status_.reason = ModelReason::kNotTflite;
    Text(status_.detail, kDetailBytes)
        .Add("the model lacks operators, tensors, buffers, inputs or outputs");
    return false;
  }
  tensors_ = graph_->tensors()->size();
  return true;
}

bool Validator::OperatorCodes() {
  const auto& codes = *model_->operator_codes();
  const auto& nodes = *graph_->operators();
  for (size_t i = 0; i < nodes.size(); ++i) {
    const int64_t number = static_cast<int64_t>(i);
    const uint32_t index = nodes.Get(i)->opcode_index();
    status_.op_index = static_cast<int32_t>(i);
    if (index >= codes.size()) {
      return Fail(ModelReason::kBadIndex, "operator ", number,
                  " has an operator code out of range");
    }
    const auto code = codes.Get(index)->builtin_code();
    if (code < tflite::BuiltinOperator_MIN ||
        code > tflite::BuiltinOperator_MAX) {
      return Fail(ModelReason::kUnsupportedOp, "operator code ", code,
                  " is newer than this runtime");
    }
    Text text(status_.detail, kDetailBytes);
    text.Add("operator ").Add(number).Add(" (");
    text.Add(code == tflite::BuiltinOperator_CUSTOM &&
                     codes.Get(index)->custom_code() != nullptr
                 ? codes.Get(index)->custom_code()->c_str()
                 : tflite::EnumNameBuiltinOperator(code));
    text.Add(')');
    const OpEntry* entry = FindOpEntry(code);
    if (entry == nullptr) {
      text.Add(" is not supported by this firmware");
      status_.reason = ModelReason::kUnsupportedOp;
      return false;
    }
    const int version = codes.Get(index)->version();
    if (version < entry->min_version || version > entry->max_version) {
      text.Add(" has version ").Add(version).Add(", supported are ");
      text.Add(entry->min_version).Add(" to ").Add(entry->max_version);
      status_.reason = ModelReason::kUnsupportedVersion;
      return false;
    }
    const auto* custom = nodes.Get(i)->custom_options();
    if (custom != nullptr && custom->size() > 0) {
      text.Add(" has custom options");
      status_.reason = ModelReason::kBadParameter;
      return false;
    }
  }
  status_.op_index = -1;
  status_.detail[0] = 0;
  return true;
}

bool Validator::Tensors() {
  if (tensors_ > capacity_) {
    status_.arena_wanted = static_cast<uint32_t>(tensors_);
    return Fail(ModelReason::kArenaTooSmall, "the arena is too small for ",
                static_cast<int64_t>(tensors_), " tensors");
  }
  int64_t all = 0;
  for (size_t i = 0; i < tensors_; ++i) {
    const tflite::Tensor* tensor = graph_->tensors()->Get(i);
    states_[i] = kUnknown;
    if (tensor->is_variable()) {
      return FailTensor(ModelReason::kVariableTensor, i,
                        " is variable; models with state are not supported");
    }
    if (!TensorShape(i, *tensor) || !TensorQuantization(i, *tensor) ||
        !TensorData(i, *tensor)) {
      return false;
    }
    const TensorView view = ViewTensor(*model_, static_cast<int32_t>(i));
    if (view.constant == nullptr) {
      all += view.elements * static_cast<int64_t>(TypeBytes(view.type));
    }
    if (all > kMaxAllBytes) {
      return FailTensor(ModelReason::kBadShape, i,
                        " brings the activations above 1 GB");
    }
  }
  return true;
}

bool Validator::TensorShape(size_t index, const tflite::Tensor& tensor) {
  const size_t bytes = TypeBytes(tensor.type());
  if (bytes == 0) {
    return FailTensor(ModelReason::kUnsupportedType, index,
                      " has a type that no kernel here takes");
  }
  int64_t product = static_cast<int64_t>(bytes);
  if (tensor.shape() == nullptr) return true;
  if (tensor.shape()->size() > kMaxRank) {
    return FailTensor(ModelReason::kBadShape, index,
                      " has more dimensions than the runtime's 5");
  }
  for (int32_t dim : *tensor.shape()) {
    if (dim < 1 || dim > kMaxTensorBytes / product) {
      return FailTensor(ModelReason::kBadShape, index,
                        " has a dimension below 1, or over 256 MB");
    }
    product *= dim;
  }
  return true;
}

bool Validator::TensorData(size_t index, const tflite::Tensor& tensor) {
  const auto& buffers = *model_->buffers();
  if (tensor.buffer() >= buffers.size() ||
      buffers.Get(tensor.buffer()) == nullptr) {
    return FailTensor(ModelReason::kBadIndex, index,
                      " has a buffer index out of range");
  }
  const auto* data = buffers.Get(tensor.buffer())->data();
  if (data == nullptr || data->size() == 0) return true;
  const TensorView view = ViewTensor(*model_, static_cast<int32_t>(index));
  const size_t unit = TypeBytes(tensor.type());
  if (static_cast<uint64_t>(view.elements) * unit != data->size()) {
    return FailTensor(ModelReason::kBadBuffer, index,
                      " has constant data of another size than its shape");
  }
  if (reinterpret_cast<uintptr_t>(view.constant) % unit != 0) {
    return FailTensor(ModelReason::kBadBuffer, index,
                      " has constant data that is not aligned");
  }
  states_[index] = kIsConstant;
  return true;
}

bool Validator::TensorQuantization(size_t index, const tflite::Tensor& tensor) {
  const auto* q = tensor.quantization();
  if (q == nullptr) return true;
  const size_t scales = q->scale() == nullptr ? 0 : q->scale()->size();
  const size_t zeros = q->zero_point() == nullptr ? 0 : q->zero_point()->size();
  if (scales == 0 && zeros == 0) return true;
  if (scales != zeros) {
    return FailTensor(ModelReason::kBadQuantization, index,
                      " has not as many zero points as scales");
  }
  // The verifier sees to the alignment of lengths only.
  if (reinterpret_cast<uintptr_t>(q->zero_point()->Data()) % 8 != 0) {
    return FailTensor(ModelReason::kBadQuantization, index,
                      " has zero points that are not aligned");
  }
  int64_t low = INT32_MIN, high = INT32_MAX;
  if (tensor.type() == tflite::TensorType_INT8) low = -128, high = 127;
  if (tensor.type() == tflite::TensorType_UINT8) low = 0, high = 255;
  if (tensor.type() == tflite::TensorType_INT16) low = -32768, high = 32767;
  // A dead channel's bias may have scale 0; nothing divides by it.
  const bool may_be_zero = tensor.type() == tflite::TensorType_INT32;
  for (size_t i = 0; i < scales; ++i) {
    const float scale = q->scale()->Get(i);
    if (!std::isfinite(scale) || scale < 0 || (scale == 0 && !may_be_zero)) {
      return FailTensor(ModelReason::kBadQuantization, index,
                        " has a scale that is not positive and finite");
    }
    if (q->zero_point()->Get(i) < low || q->zero_point()->Get(i) > high) {
      return FailTensor(ModelReason::kBadQuantization, index,
                        " has a zero point outside its type");
    }
  }
  if (scales == 1) return true;
  const int32_t axis = q->quantized_dimension();
  if (tensor.shape() == nullptr || axis < 0 ||
      axis >= static_cast<int32_t>(tensor.shape()->size()) ||
      static_cast<int64_t>(scales) != tensor.shape()->Get(axis)) {
    return FailTensor(ModelReason::kBadQuantization, index,
                      " has not one scale for each channel");
  }
  return true;
}

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

bool Validator::Operators() {
  const auto& codes = *model_->operator_codes();
  for (size_t i = 0; i < graph_->operators()->size(); ++i) {
    OpCheck check(*model_, static_cast<int32_t>(i), &status_);
    const auto index = graph_->operators()->Get(i)->opcode_index();
    if (!FindOpEntry(codes.Get(index)->builtin_code())->check(check)) {
      return false;
    }
  }
  return true;
}

}  // namespace

ModelStatus Validate(const uint8_t* data, size_t size, uint8_t* scratch,
                     size_t scratch_bytes) {
  return Validator(data, size, scratch, scratch_bytes).Run();
}

uint32_t LeastActivationBytes(const uint8_t* data) {
  const tflite::Model& model = *tflite::GetModel(data);
  int64_t most = 0;
  for (const tflite::Operator* op : *model.subgraphs()->Get(0)->operators()) {
    int64_t sum = 0;
    for (const auto* list : {op->inputs(), op->outputs()}) {
      for (int32_t index : *list) {
        const TensorView view = ViewTensor(model, index);
        const int64_t bytes =
            view.elements * static_cast<int64_t>(TypeBytes(view.type));
        if (view.constant == nullptr) sum += (bytes + 15) / 16 * 16;
      }
    }
    most = sum > most ? sum : most;
  }
  return static_cast<uint32_t>(most);
}

}  // namespace mcu_eval
