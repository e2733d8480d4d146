#include "firmware/infer/validate.h"

#include "firmware/infer/op_check.h"
#include "firmware/infer/ops.h"
#include "firmware/infer/validator.h"

namespace mcu_eval {

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

namespace {

// Whether the file leaves a dimension to a caller who resizes the model, which
// the runtime cannot: its shape would be a guess.
bool IsOpen(const tflite::Model& model, int32_t tensor) {
  const auto* signature =
      model.subgraphs()->Get(0)->tensors()->Get(tensor)->shape_signature();
  if (signature == nullptr) return false;
  for (int32_t extent : *signature) {
    if (extent < 0) return true;
  }
  return false;
}

bool CheckSettled(OpCheck& op, const tflite::Model& model) {
  for (const auto* tensors : {op.op().inputs(), op.op().outputs()}) {
    for (int32_t tensor : *tensors) {
      if (!IsOpen(model, tensor)) continue;
      return op.Fail(ModelReason::kBadShape, ViewTensor(model, tensor),
                     "has an open dimension: convert the model with a batch "
                     "of 1");
    }
  }
  return true;
}

}  // namespace

bool Validator::Operators() {
  const auto& codes = *model_->operator_codes();
  for (size_t i = 0; i < graph_->operators()->size(); ++i) {
    OpCheck check(*model_, static_cast<int32_t>(i), &status_);
    const auto index = graph_->operators()->Get(i)->opcode_index();
    if (!CheckSettled(check, *model_) ||
        !FindOpEntry(codes.Get(index)->builtin_code())->check(check)) {
      return false;
    }
  }
  return true;
}

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
