#include "firmware/infer/ops.h"

#include "firmware/infer/kernels/memory.h"
#include "tensorflow/lite/core/api/flatbuffer_conversions.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include "tensorflow/lite/kernels/op_macros.h"
#include "tensorflow/lite/micro/kernels/micro_ops.h"

namespace mcu_eval {
namespace {

using RegisterFunction = TfLiteRegistration* (*)();

NodeHooks g_hooks = {};  // all null: none
size_t g_node = 0;

using InvokeFunction = TfLiteStatus (*)(TfLiteContext*, TfLiteNode*);

// All operators pass here, so that the hooks cost each the same.
__attribute__((noinline)) TfLiteStatus Run(InvokeFunction invoke,
                                           TfLiteContext* context,
                                           TfLiteNode* node) {
  if (g_hooks.before == nullptr) return invoke(context, node);
  g_hooks.before(g_hooks.context, g_node);
  const TfLiteStatus status = invoke(context, node);
  g_hooks.after(g_hooks.context, g_node++);
  return status;
}

TfLiteStatus DoNothing(TfLiteContext*, TfLiteNode*) { return kTfLiteOk; }

using kernels::Kernel;

// What a node's kernel is chosen by.
TfLiteType ActivationType(TfLiteContext* context, const TfLiteNode* node) {
  return tflite::GetInput(context, node, 0)->type;
}

template <RegisterFunction kRegister>
TfLiteStatus PrepareReference(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteRegistration* kernel = kRegister();
  if (kernel->init != nullptr) {
    node->user_data =
        kernel->init(context, static_cast<const char*>(node->builtin_data), 0);
    // The runtime's kernels would write through the null pointer of an arena
    // that is full.
    if (node->user_data == nullptr) return kTfLiteError;
  }
  return kernel->prepare == nullptr ? kTfLiteOk
                                    : kernel->prepare(context, node);
}

template <RegisterFunction kRegister, const Kernel* kOurs>
TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteStatus status =
      kOurs != nullptr && kernels::IsOurs(ActivationType(context, node))
          ? kOurs->prepare(context, node)
          : PrepareReference<kRegister>(context, node);
  return status == kTfLiteOk ? kernels::EndPrepare(context) : status;
}

template <RegisterFunction kRegister, const Kernel* kOurs>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  return Run(kOurs != nullptr && kernels::IsOurs(ActivationType(context, node))
                 ? kOurs->invoke
                 : kRegister()->invoke,
             context, node);
}

// All is done in Prepare, where the types are known.
template <tflite::BuiltinOperator kCode, RegisterFunction kRegister,
          const Kernel* kOurs>
TfLiteRegistration* Wrapped() {
  static TfLiteRegistration wrapped = {};
  wrapped = *kRegister();
  wrapped.builtin_code = kCode;
  wrapped.init = nullptr;
  wrapped.prepare = Prepare<kRegister, kOurs>;
  wrapped.invoke = Invoke<kRegister, kOurs>;
  return &wrapped;
}

#define MCU_EVAL_OP_WITH(name, min, max, check, kernel)      \
  {                                                          \
    tflite::BuiltinOperator_##name, min, max, kernel, check, \
        Wrapped<tflite::BuiltinOperator_##name,              \
                tflite::ops::micro::Register_##name, kernel> \
  }
// With a kernel of this project.
#define MCU_EVAL_OUR_OP(name, min, max, check, kernel) \
  MCU_EVAL_OP_WITH(name, min, max, check, &kernels::kernel)
// With the reference alone.
#define MCU_EVAL_OP(name, min, max, check) \
  MCU_EVAL_OP_WITH(name, min, max, check, nullptr)

// Versions as in the runtime's own list of all operators. Left out for want of
// a check: SVDF (has state), STRIDED_SLICE, L2_NORMALIZATION.
constexpr OpEntry kOps[] = {
    MCU_EVAL_OUR_OP(CONV_2D, 1, 4, CheckConv, kConv),
    MCU_EVAL_OUR_OP(DEPTHWISE_CONV_2D, 1, 5, CheckDepthwiseConv,
                    kDepthwiseConv),
    MCU_EVAL_OUR_OP(AVERAGE_POOL_2D, 1, 3, CheckPool, kAveragePool),
    MCU_EVAL_OUR_OP(MAX_POOL_2D, 1, 3, CheckPool, kMaxPool),
    MCU_EVAL_OUR_OP(FULLY_CONNECTED, 1, 7, CheckFullyConnected,
                    kFullyConnected),
    MCU_EVAL_OUR_OP(SOFTMAX, 1, 3, CheckSoftmax, kSoftmax),
    MCU_EVAL_OUR_OP(ADD, 1, 3, CheckAdd, kAdd),
    MCU_EVAL_OP(SUB, 1, 2, CheckSub),
    MCU_EVAL_OUR_OP(MUL, 1, 4, CheckMul, kMul),
    MCU_EVAL_OP(MAXIMUM, 1, 1, CheckMinMax),
    MCU_EVAL_OP(MINIMUM, 1, 1, CheckMinMax),
    MCU_EVAL_OP(EQUAL, 1, 2, CheckEqual),
    MCU_EVAL_OP(NOT_EQUAL, 1, 2, CheckEqual),
    MCU_EVAL_OP(GREATER, 1, 2, CheckCompare),
    MCU_EVAL_OP(GREATER_EQUAL, 1, 2, CheckCompare),
    MCU_EVAL_OP(LESS, 1, 2, CheckCompare),
    MCU_EVAL_OP(LESS_EQUAL, 1, 2, CheckCompare),
    MCU_EVAL_OP(LOGICAL_OR, 1, 1, CheckLogicalBinary),
    MCU_EVAL_OP(LOGICAL_AND, 1, 1, CheckLogicalBinary),
    MCU_EVAL_OP(LOGICAL_NOT, 1, 1, CheckLogicalNot),
    MCU_EVAL_OP(ABS, 1, 1, CheckFloatUnary),
    MCU_EVAL_OP(SIN, 1, 1, CheckFloatUnary),
    MCU_EVAL_OP(COS, 1, 1, CheckFloatUnary),
    MCU_EVAL_OP(LOG, 1, 1, CheckFloatUnary),
    MCU_EVAL_OP(SQRT, 1, 1, CheckFloatUnary),
    MCU_EVAL_OP(RSQRT, 1, 1, CheckFloatUnary),
    MCU_EVAL_OP(SQUARE, 1, 1, CheckFloatUnary),
    MCU_EVAL_OP(FLOOR, 1, 1, CheckFloatUnary),
    MCU_EVAL_OP(CEIL, 1, 1, CheckFloatUnary),
    MCU_EVAL_OP(ROUND, 1, 1, CheckFloatUnary),
    MCU_EVAL_OP(NEG, 1, 1, CheckFloatUnary),
    MCU_EVAL_OP(RELU, 1, 2, CheckRelu),
    MCU_EVAL_OP(RELU6, 1, 2, CheckRelu),
    MCU_EVAL_OP(LOGISTIC, 1, 2, CheckSigmoid),
    MCU_EVAL_OP(TANH, 1, 1, CheckSigmoid),
    MCU_EVAL_OP(PRELU, 1, 1, CheckPrelu),
    MCU_EVAL_OP(QUANTIZE, 1, 1, CheckQuantize),
    MCU_EVAL_OP(DEQUANTIZE, 1, 2, CheckDequantize),
    MCU_EVAL_OUR_OP(RESHAPE, 1, 1, CheckReshape, kReshape),
    MCU_EVAL_OUR_OP(PAD, 1, 3, CheckPad, kPad),
    MCU_EVAL_OUR_OP(PADV2, 1, 3, CheckPad, kPad),
    MCU_EVAL_OUR_OP(CONCATENATION, 1, 3, CheckConcatenation, kConcatenation),
    MCU_EVAL_OP(SPLIT, 1, 3, CheckSplit),
    MCU_EVAL_OP(PACK, 1, 2, CheckPack),
    MCU_EVAL_OP(UNPACK, 1, 2, CheckUnpack),
    MCU_EVAL_OP(MEAN, 1, 1, CheckMean),
    MCU_EVAL_OP(ARG_MAX, 1, 1, CheckArgMinMax),
    MCU_EVAL_OP(ARG_MIN, 1, 1, CheckArgMinMax),
    MCU_EVAL_OP(RESIZE_NEAREST_NEIGHBOR, 1, 2, CheckResizeNearest),
};

#undef MCU_EVAL_OP
#undef MCU_EVAL_OUR_OP
#undef MCU_EVAL_OP_WITH

}  // namespace

const OpEntry* FindOpEntry(tflite::BuiltinOperator code) {
  for (const OpEntry& entry : kOps) {
    if (entry.code == code) return &entry;
  }
  return nullptr;
}

void SetNodeHooks(const NodeHooks* hooks) {
  g_hooks = hooks == nullptr ? NodeHooks{} : *hooks;
  g_node = 0;
}

void InvokeNothing() { Run(DoNothing, nullptr, nullptr); }

const TfLiteRegistration* TableResolver::FindOp(tflite::BuiltinOperator op,
                                                int version) const {
  const OpEntry* entry = FindOpEntry(op);
  if (entry == nullptr || version < entry->min_version ||
      version > entry->max_version) {
    return nullptr;
  }
  return entry->registration();
}

const TfLiteRegistration* TableResolver::FindOp(const char*, int) const {
  return nullptr;
}

TfLiteStatus TableResolver::AddBuiltin(tflite::BuiltinOperator,
                                       TfLiteRegistration*, int) {
  return kTfLiteError;
}

tflite::MicroOpResolver::BuiltinParseFunction TableResolver::GetOpDataParser(
    tflite::BuiltinOperator) const {
  return tflite::ParseOpData;
}

}  // namespace mcu_eval
