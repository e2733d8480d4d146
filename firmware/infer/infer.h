// The inference engine as the rest of the firmware sees it.
//
// Only firmware/infer/ knows which runtime stands behind these functions (TFLM
// of the pinned crate); moving to another one must not change this header.
//
// One model at a time, held in module state. Nothing here allocates: all
// working memory is the arena handed to Load(). Not reentrant, not for use in
// an interrupt handler. Deepest stack use is in Load() (the FlatBuffer
// verifier and the planner) and in Invoke().
#ifndef MCU_EVAL_INFER_INFER_H_
#define MCU_EVAL_INFER_INFER_H_

#include <cstddef>
#include <cstdint>

namespace mcu_eval {

// Element types, numbered as in the TFLite schema (TensorType).
enum class TensorType : uint8_t {
  kFloat32 = 0,
  kInt32 = 2,
  kUint8 = 3,
  kInt64 = 4,
  kBool = 6,
  kInt16 = 7,
  kInt8 = 9,
};

// Tensors of a higher rank are refused: the runtime's shape type would use the
// heap.
constexpr int kMaxRank = 5;

// Why there is no runnable model.
enum class ModelReason : uint8_t {
  kOk = 0,
  kNoModel = 1,              // the model region holds no header
  kBadHeader = 2,            // header damaged or of another version
  kBadSize = 3,              // size 0, or beyond the region
  kBadCrc = 4,               // bytes differ from what the header promises
  kNotTflite = 5,            // no FlatBuffer with identifier TFL3, or damaged
  kBadSchemaVersion = 6,     // schema version is not 3
  kBadSubgraphs = 7,         // not exactly one subgraph
  kBadIndex = 8,             // tensor, buffer or operator code out of range
  kUnsupportedOp = 9,        // no kernel here, or not one we can validate
  kUnsupportedVersion = 10,  // kernel exists, not this version of the op
  kUnsupportedType = 11,     // tensor type the op's kernel does not take
  kOptionalInput = 12,       // input -1 where the kernel needs a tensor
  kVariableTensor = 13,      // stateful models are refused
  kBadBuffer = 14,           // constant's bytes != shape x type
  kBadShape = 15,            // shape differs from what the op produces
  kBadParameter = 16,        // stride, axis, padding ... out of range
  kBadQuantization = 17,  // scale or zero point missing, insane or mismatched
  kArenaTooSmall = 18,    // see arena_wanted
  kRuntimeRefused = 19,   // validated, yet the runtime's Prepare failed
};

constexpr size_t kDetailBytes = 160;

// Result of Load() and of validation. A plain value, copied freely.
struct ModelStatus {
  ModelReason reason = ModelReason::kNoModel;
  int32_t op_index = -1;      // operator at fault in execution order, or -1
  int32_t tensor_index = -1;  // tensor at fault, or -1
  // kArenaTooSmall: bytes of arena the model wants on this machine. Exact if
  // arena_wanted_exact, else a lower bound (the runtime gave up before the
  // whole need was known).
  uint32_t arena_wanted = 0;
  bool arena_wanted_exact = false;
  // One English sentence for the user, NUL-terminated, ASCII.
  char detail[kDetailBytes] = {};

  bool ok() const { return reason == ModelReason::kOk; }
};

// Returns the stable upper-case name of a reason, such as "ARENA_TOO_SMALL".
const char* ModelReasonName(ModelReason reason);

struct TensorInfo {
  int32_t index;  // in the model's subgraph
  TensorType type;
  uint8_t rank;
  int32_t dims[kMaxRank];
  uint32_t bytes;
  float scale;  // 0 if the tensor is not quantised; first of per-channel ones
  int32_t zero_point;
  const char* name;  // in the model, lives as long as it; never null
};

// Whose kernel runs an operator.
enum class KernelSet : uint8_t {
  kReference = 1,  // TFLM's reference kernels
  kPortable = 2,   // this project's, portable C++
  kDsp = 3,        // this project's, Armv7E-M DSP
  kMve = 4,        // this project's, Armv8.1-M MVE
  kAvx2 = 5,       // this project's, x86-64 AVX2
  kVnni = 6,       // this project's, x86-64 AVX512-VNNI
};

struct OperatorInfo {
  uint32_t builtin_code;  // BuiltinOperator of the schema
  uint32_t version;
  KernelSet kernels;
  const char* name;  // as in the schema: "CONV_2D"; never null
};

// Validates `size` bytes at `model`, then prepares them to run in `arena`.
//
// `model` must be 16-byte aligned and outlive the next Load(); `arena` must be
// 16-byte aligned and disjoint from it. After a failure there is no model and
// all functions below behave as for one without tensors. May be called again.
ModelStatus Load(const uint8_t* model, size_t size, uint8_t* arena,
                 size_t arena_bytes);

// Bytes of the arena in use by the loaded model, 0 without one; the scratch of
// its kernels is among them.
uint32_t ArenaUsedBytes();
uint32_t ScratchBytes();

size_t InputCount();
size_t OutputCount();
size_t TensorCount();
size_t OperatorCount();

// `i` must be below the count, else an all-zero TensorInfo with index -1 is
// returned.
TensorInfo InputInfo(size_t i);
TensorInfo OutputInfo(size_t i);
TensorInfo TensorAt(size_t tensor_index);
OperatorInfo OperatorAt(size_t i);

// Memory of input `i`, InputInfo(i).bytes long, or null. The runtime reuses it
// during Invoke(): write the whole input before every call.
uint8_t* InputData(size_t i);

// Memory of output `i` after Invoke(), or null. Valid until the next input is
// written.
const uint8_t* OutputData(size_t i);

// Memory of any tensor whose bytes are intact after Invoke() (constants, and
// activations that no later tensor was laid over, such as the last softmax's
// input), or null if there is no such tensor or its memory was reused.
const uint8_t* IntactTensorData(size_t tensor_index);

// Runs the model once on the bytes in InputData(). False if there is no model
// or a kernel failed; LastError() then says why.
bool Invoke();

// Called just before and just after each operator of Invoke(), with its number
// in execution order.
struct NodeHooks {
  void (*before)(void* context, size_t node);
  void (*after)(void* context, size_t node);
  void* context;
};

// Puts hooks around the operators of the next Invoke(); null takes them away.
// They are not part of Invoke(), so that a caller can count around it alone.
void SetNodeHooks(const NodeHooks* hooks);

// Runs an operator that does nothing in the way of all others, hooks included:
// what the hooks cost is the difference it makes to set them.
void InvokeNothing();

// Latest message of the runtime, NUL-terminated, "" if none since Load().
const char* LastError();

// Runtime and its vintage, such as "tflm-2020-07".
const char* RuntimeName();

}  // namespace mcu_eval

#endif  // MCU_EVAL_INFER_INFER_H_
