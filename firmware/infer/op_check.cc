#include "firmware/infer/op_check.h"

#include "firmware/infer/text.h"

namespace mcu_eval {
namespace {

const tflite::SubGraph& Graph(const tflite::Model& model) {
  return *model.subgraphs()->Get(0);
}

bool IsSmallInteger(tflite::TensorType type) {
  return type == tflite::TensorType_INT8 || type == tflite::TensorType_UINT8 ||
         type == tflite::TensorType_INT16;
}

void AddShape(Text& text, const int32_t* dims, int rank) {
  text.Add('[');
  for (int i = 0; i < rank; ++i) {
    if (i > 0) text.Add(',');
    text.Add(dims[i]);
  }
  text.Add(']');
}

}  // namespace

size_t TypeBytes(tflite::TensorType type) {
  switch (type) {
    case tflite::TensorType_BOOL:
    case tflite::TensorType_INT8:
    case tflite::TensorType_UINT8:
      return 1;
    case tflite::TensorType_INT16:
      return 2;
    case tflite::TensorType_FLOAT32:
    case tflite::TensorType_INT32:
      return 4;
    case tflite::TensorType_INT64:
      return 8;
    default:
      return 0;
  }
}

TensorView ViewTensor(const tflite::Model& model, int32_t index) {
  const tflite::Tensor* tensor = Graph(model).tensors()->Get(index);
  TensorView view = {};
  view.index = index;
  view.type = tensor->type();
  view.elements = 1;
  if (const auto* shape = tensor->shape()) {
    view.rank = static_cast<int>(shape->size());
    view.dims = shape->data();
    for (int i = 0; i < view.rank; ++i) view.elements *= view.dims[i];
  }
  const auto* data = model.buffers()->Get(tensor->buffer())->data();
  if (data != nullptr && data->size() > 0) view.constant = data->data();
  const auto* q = tensor->quantization();
  if (q != nullptr && q->scale() != nullptr && q->zero_point() != nullptr &&
      q->scale()->size() > 0) {
    view.quantization = q;
    view.scales = q->scale()->size();
    view.scale = q->scale()->Get(0);
    view.zero_point = static_cast<int32_t>(q->zero_point()->Get(0));
  }
  return view;
}

OpCheck::OpCheck(const tflite::Model& model, int32_t op_index,
                 ModelStatus* status)
    : model_(model),
      op_(*Graph(model).operators()->Get(op_index)),
      op_index_(op_index),
      status_(status) {}

bool OpCheck::is(tflite::BuiltinOperator code) const {
  return model_.operator_codes()->Get(op_.opcode_index())->builtin_code() ==
         code;
}

TensorView OpCheck::in(size_t i) const {
  return ViewTensor(model_, op_.inputs()->Get(i));
}

TensorView OpCheck::out(size_t i) const {
  return ViewTensor(model_, op_.outputs()->Get(i));
}

bool OpCheck::Fail(ModelReason reason, const char* what) {
  status_->reason = reason;
  status_->op_index = op_index_;
  const auto code =
      model_.operator_codes()->Get(op_.opcode_index())->builtin_code();
  Text(status_->detail, kDetailBytes)
      .Add("operator ")
      .Add(op_index_)
      .Add(" (")
      .Add(tflite::EnumNameBuiltinOperator(code))
      .Add("): ")
      .Add(what);
  return false;
}

bool OpCheck::Fail(ModelReason reason, const TensorView& tensor,
                   const char* what) {
  status_->tensor_index = tensor.index;
  char text[96];
  Text(text, sizeof(text)).Add("tensor ").Add(tensor.index).Add(' ').Add(what);
  return Fail(reason, text);
}

bool OpCheck::Counts(size_t min_inputs, size_t max_inputs, size_t outputs) {
  if (inputs() >= min_inputs && inputs() <= max_inputs &&
      this->outputs() == outputs) {
    return true;
  }
  return Fail(ModelReason::kBadIndex, "wrong number of inputs or outputs");
}

bool OpCheck::Options(const void* options) {
  return options != nullptr ||
         Fail(ModelReason::kBadParameter, "its options are missing");
}

bool OpCheck::Type(const TensorView& tensor,
                   std::initializer_list<tflite::TensorType> types) {
  for (tflite::TensorType type : types) {
    if (tensor.type == type) return true;
  }
  char text[64];
  Text(text, sizeof(text))
      .Add("is ")
      .Add(tflite::EnumNameTensorType(tensor.type))
      .Add(", which has no kernel here");
  return Fail(ModelReason::kUnsupportedType, tensor, text);
}

bool OpCheck::SameType(const TensorView& a, const TensorView& b) {
  if (a.type == b.type) return true;
  return Fail(ModelReason::kUnsupportedType, b, "has another type");
}

bool OpCheck::Constant(const TensorView& tensor) {
  return tensor.constant != nullptr ||
         Fail(ModelReason::kBadParameter, tensor, "is not constant");
}

bool OpCheck::Rank(const TensorView& tensor, int min, int max) {
  if (tensor.rank >= min && tensor.rank <= max) return true;
  char text[64];
  Text(text, sizeof(text)).Add("has rank ").Add(tensor.rank);
  return Fail(ModelReason::kBadShape, tensor, text);
}

bool OpCheck::Shape(const TensorView& tensor,
                    std::initializer_list<int64_t> dims) {
  bool same = static_cast<size_t>(tensor.rank) == dims.size();
  for (int i = 0; same && i < tensor.rank; ++i) {
    same = tensor.dim(i) == dims.begin()[i];
  }
  if (same) return true;
  char buffer[80];
  Text text(buffer, sizeof(buffer));
  text.Add("is ");
  AddShape(text, tensor.dims, tensor.rank);
  text.Add(", not [");
  for (size_t i = 0; i < dims.size(); ++i) {
    if (i > 0) text.Add(',');
    text.Add(dims.begin()[i]);
  }
  text.Add(']');
  return Fail(ModelReason::kBadShape, tensor, buffer);
}

bool OpCheck::SameShape(const TensorView& tensor, const TensorView& like) {
  bool same = tensor.rank == like.rank;
  for (int i = 0; same && i < tensor.rank; ++i) {
    same = tensor.dim(i) == like.dim(i);
  }
  if (same) return true;
  char buffer[80];
  Text text(buffer, sizeof(buffer));
  text.Add("is ");
  AddShape(text, tensor.dims, tensor.rank);
  text.Add(", not ");
  AddShape(text, like.dims, like.rank);
  return Fail(ModelReason::kBadShape, tensor, buffer);
}

bool OpCheck::PerTensor(const TensorView& tensor) {
  if (!IsSmallInteger(tensor.type)) return true;
  if (tensor.scales == 0) {
    return Fail(ModelReason::kBadQuantization, tensor, "is not quantised");
  }
  if (tensor.scales > 1) {
    return Fail(ModelReason::kBadQuantization, tensor,
                "is quantised per channel, which has no kernel here");
  }
  // Room for all products and quotients of scales that kernels form in float.
  if (!(tensor.scale >= 0x1p-40f && tensor.scale <= 0x1p40f)) {
    return Fail(ModelReason::kBadQuantization, tensor, "has an insane scale");
  }
  return true;
}

bool OpCheck::Symmetric(const TensorView& tensor) {
  return tensor.type != tflite::TensorType_INT16 || tensor.zero_point == 0 ||
         Fail(ModelReason::kBadQuantization, tensor,
              "is int16 and has a zero point that is not 0");
}

bool OpCheck::SameQuantization(const TensorView& a, const TensorView& b) {
  if (!IsSmallInteger(a.type) ||
      (a.scale == b.scale && a.zero_point == b.zero_point)) {
    return true;
  }
  return Fail(ModelReason::kBadQuantization, b,
              "must have its input's scale and zero point");
}

bool OpCheck::BelowOne(double multiplier) {
  // Closer to 1 the kernels' rounding reaches it.
  if (multiplier > 0 && multiplier < 1 - 0x1p-30) return true;
  return Fail(ModelReason::kBadQuantization, "its scales do not fit together");
}

bool OpCheck::Multiplier(double multiplier) {
  if (multiplier > 0 && multiplier <= 0x1p14) return true;
  return Fail(ModelReason::kBadQuantization, "its scales do not fit together");
}

bool OpCheck::WideMultiplier(double multiplier) {
  // Closer to 2^7 its rounding reaches it.
  if (multiplier > 0 && multiplier < 0x1p7 - 0x1p-20) return true;
  return Fail(ModelReason::kBadQuantization, "its scales do not fit together");
}

bool OpCheck::Activation(tflite::ActivationFunctionType activation,
                         const TensorView& output) {
  switch (activation) {
    case tflite::ActivationFunctionType_NONE:
    case tflite::ActivationFunctionType_RELU:
      return true;
    case tflite::ActivationFunctionType_RELU_N1_TO_1:
    case tflite::ActivationFunctionType_RELU6:
      // Kernels cast the limit's quotient to int32.
      if (!IsSmallInteger(output.type) || 6.0f / output.scale < 1e9f) {
        return true;
      }
      return Fail(ModelReason::kBadQuantization, output,
                  "has a scale too small for its activation");
    default:
      return Fail(ModelReason::kBadParameter,
                  "its fused activation has no kernel here");
  }
}

bool OpCheck::Window(tflite::Padding padding, int64_t input, int64_t filter,
                     int64_t stride, int64_t dilation, int64_t* output) {
  // The kernels keep strides, dilations and paddings in 16 bits.
  constexpr int64_t kLimit = INT16_MAX;
  const int64_t window = (filter - 1) * dilation + 1;
  if (stride < 1 || stride > kLimit || dilation < 1 || dilation > kLimit ||
      filter < 1 || window > kLimit || input > kLimit) {
    return Fail(ModelReason::kBadParameter,
                "stride, dilation or window out of range");
  }
  if (padding == tflite::Padding_SAME) {
    *output = (input + stride - 1) / stride;
  } else if (padding == tflite::Padding_VALID) {
    *output = (input - window + stride) / stride;
  } else {
    return Fail(ModelReason::kBadParameter, "unknown padding");
  }
  if (*output < 1) {
    return Fail(ModelReason::kBadShape, "its window exceeds its input");
  }
  return true;
}

}  // namespace mcu_eval
