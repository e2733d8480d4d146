#include "firmware/infer/infer.h"

#include <cstring>
#include <new>

#include "firmware/infer/kernels/memory.h"
#include "firmware/infer/ops.h"
#include "firmware/infer/reporter.h"
#include "firmware/infer/text.h"
#include "firmware/infer/validate.h"
#include "tensorflow/lite/micro/micro_interpreter.h"

namespace mcu_eval {
namespace {

// The runtime writes its allocator into the arena before it checks anything.
constexpr size_t kLeastArena = 256;

struct State {
  const tflite::Model* model = nullptr;
  const tflite::SubGraph* graph = nullptr;
  tflite::MicroInterpreter* interpreter = nullptr;  // null: nothing to run
  uint32_t arena_used = 0;
};

State g_state;
Reporter g_reporter;
TableResolver g_resolver;
// Never destroyed: its kernels have nothing to free.
alignas(tflite::MicroInterpreter) uint8_t
    g_interpreter[sizeof(tflite::MicroInterpreter)];

bool Ready() { return g_state.interpreter != nullptr; }

void ArenaTooSmall(ModelStatus* status, uint32_t wanted, bool exact,
                   size_t arena_bytes) {
  status->reason = ModelReason::kArenaTooSmall;
  status->arena_wanted = (wanted + 15) / 16 * 16;
  status->arena_wanted_exact = exact;
  Text(status->detail, kDetailBytes)
      .Add("the model wants ")
      .Add(exact ? "" : "at least ")
      .Add(int64_t{status->arena_wanted})
      .Add(" bytes of arena, the board has ")
      .Add(static_cast<int64_t>(arena_bytes));
}

// What the runtime ran out of, as the arena that it would have taken.
void Explain(ModelStatus* status, const uint8_t* model, size_t arena_bytes) {
  const Shortage& shortage = g_reporter.shortage();
  const uint32_t arena = static_cast<uint32_t>(arena_bytes);
  switch (shortage.kind) {
    case Shortage::kPlan:
      return ArenaTooSmall(status, arena - shortage.available + shortage.bytes,
                           true, arena_bytes);
    case Shortage::kTail:
      return ArenaTooSmall(status,
                           arena + shortage.bytes + LeastActivationBytes(model),
                           false, arena_bytes);
    case Shortage::kPlanner:
      return ArenaTooSmall(status, arena + shortage.bytes, false, arena_bytes);
    case Shortage::kNone:
      status->reason = ModelReason::kRuntimeRefused;
      Text(status->detail, kDetailBytes).Add(g_reporter.message());
  }
}

TensorInfo Describe(int32_t index) {
  TensorInfo info = {};
  const TensorView view = ViewTensor(*g_state.model, index);
  info.index = index;
  info.type = static_cast<TensorType>(view.type);
  info.rank = static_cast<uint8_t>(view.rank);
  for (int i = 0; i < view.rank; ++i) info.dims[i] = view.dim(i);
  info.bytes = static_cast<uint32_t>(view.elements) *
               static_cast<uint32_t>(TypeBytes(view.type));
  info.scale = view.scale;
  info.zero_point = view.zero_point;
  const auto* name = g_state.graph->tensors()->Get(index)->name();
  info.name = name == nullptr ? "" : name->c_str();
  return info;
}

TensorInfo NoTensor() {
  TensorInfo info = {};
  info.index = -1;
  info.name = "";
  return info;
}

KernelSet KernelSetOf(const tflite::Operator& node, const OpEntry& entry) {
  const TfLiteType type =
      g_state.interpreter->tensor(node.inputs()->Get(0))->type;
  return entry.ours != nullptr && kernels::IsOurs(type) ? entry.ours->set(type)
                                                        : KernelSet::kReference;
}

// Operator that writes the tensor; 0 for graph inputs, which live from there.
int FirstWritten(int32_t index) {
  const auto& nodes = *g_state.graph->operators();
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (int32_t output : *nodes.Get(i)->outputs()) {
      if (output == index) return static_cast<int>(i);
    }
  }
  return 0;
}

}  // namespace

ModelStatus Load(const uint8_t* model, size_t size, uint8_t* arena,
                 size_t arena_bytes) {
  g_state = {};
  g_reporter.Clear();
  ModelStatus status = Validate(model, size, arena, arena_bytes);
  if (status.ok() && arena_bytes < kLeastArena) {
    ArenaTooSmall(&status, kLeastArena + LeastActivationBytes(model), false,
                  arena_bytes);
  } else if (status.ok()) {
    g_state.model = tflite::GetModel(model);
    g_state.graph = g_state.model->subgraphs()->Get(0);
    // Same bytes on every boot, whatever the memory held.
    std::memset(arena, 0, arena_bytes);
    kernels::BeginScratch(g_state.graph->operators()->size());
    auto* interpreter = new (g_interpreter) tflite::MicroInterpreter(
        g_state.model, g_resolver, arena, arena_bytes, &g_reporter);
    if (interpreter->initialization_status() == kTfLiteOk &&
        interpreter->AllocateTensors() == kTfLiteOk) {
      g_state.arena_used =
          static_cast<uint32_t>(interpreter->arena_used_bytes());
      g_state.interpreter = interpreter;
      g_reporter.Clear();
    } else {
      Explain(&status, model, arena_bytes);
    }
  }
  return status;
}

uint32_t ArenaUsedBytes() { return g_state.arena_used; }

uint32_t ScratchBytes() {
  return Ready() ? static_cast<uint32_t>(kernels::ScratchBytes()) : 0;
}

size_t InputCount() { return Ready() ? g_state.graph->inputs()->size() : 0; }
size_t OutputCount() { return Ready() ? g_state.graph->outputs()->size() : 0; }
size_t TensorCount() { return Ready() ? g_state.graph->tensors()->size() : 0; }
size_t OperatorCount() {
  return Ready() ? g_state.graph->operators()->size() : 0;
}

TensorInfo InputInfo(size_t i) {
  if (i >= InputCount()) return NoTensor();
  return Describe(g_state.graph->inputs()->Get(i));
}

TensorInfo OutputInfo(size_t i) {
  if (i >= OutputCount()) return NoTensor();
  return Describe(g_state.graph->outputs()->Get(i));
}

TensorInfo TensorAt(size_t tensor_index) {
  if (tensor_index >= TensorCount()) return NoTensor();
  return Describe(static_cast<int32_t>(tensor_index));
}

OperatorInfo OperatorAt(size_t i) {
  OperatorInfo info = {};
  info.name = "";
  if (i >= OperatorCount()) return info;
  const auto index = g_state.graph->operators()->Get(i)->opcode_index();
  const auto* code = g_state.model->operator_codes()->Get(index);
  info.builtin_code = static_cast<uint32_t>(code->builtin_code());
  info.version = static_cast<uint32_t>(code->version());
  info.kernels = KernelSetOf(*g_state.graph->operators()->Get(i),
                             *FindOpEntry(code->builtin_code()));
  info.name = tflite::EnumNameBuiltinOperator(code->builtin_code());
  return info;
}

uint8_t* InputData(size_t i) {
  return i < InputCount() ? g_state.interpreter->input(i)->data.uint8 : nullptr;
}

const uint8_t* OutputData(size_t i) {
  return i < OutputCount() ? g_state.interpreter->output(i)->data.uint8
                           : nullptr;
}

const uint8_t* IntactTensorData(size_t tensor_index) {
  if (tensor_index >= TensorCount()) return nullptr;
  const TfLiteTensor* wanted = g_state.interpreter->tensor(tensor_index);
  const uint8_t* begin = wanted->data.uint8;
  if (wanted->allocation_type == kTfLiteMmapRo) return begin;
  const int written = FirstWritten(static_cast<int32_t>(tensor_index));
  for (size_t i = 0; i < TensorCount(); ++i) {
    const TfLiteTensor* other = g_state.interpreter->tensor(i);
    if (other == wanted || other->allocation_type == kTfLiteMmapRo) continue;
    const uint8_t* data = other->data.uint8;
    const bool overlaps =
        data < begin + wanted->bytes && begin < data + other->bytes;
    if (overlaps && FirstWritten(static_cast<int32_t>(i)) > written) {
      return nullptr;
    }
  }
  return begin;
}

bool Invoke() {
  if (!Ready()) return false;
  g_reporter.Clear();
  return g_state.interpreter->Invoke() == kTfLiteOk;
}

const char* LastError() { return g_reporter.message(); }

const char* RuntimeName() { return "TFLM 2020-07 (tfmicro 0.1.0)"; }

}  // namespace mcu_eval

// The runtime's last word before a failed assertion spins for ever: fault
// instead, so that the port can tell of it.
extern "C" void DebugLog(const char*) { __builtin_trap(); }
