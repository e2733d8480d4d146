// Tensors one by one: shape, type, constant data, quantisation.
#include <cmath>

#include "firmware/infer/op_check.h"
#include "firmware/infer/validator.h"

namespace mcu_eval {
namespace {

// Sizes are multiplied and summed in the runtime's int.
constexpr int64_t kMaxTensorBytes = 1 << 28;
constexpr int64_t kMaxAllBytes = 1 << 30;

}  // namespace

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
  const bool may_be_zero = tensor.type() == tflite::TensorType_INT32 ||
                           tensor.type() == tflite::TensorType_INT64;
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

}  // namespace mcu_eval
