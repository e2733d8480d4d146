// What the per-operator checks of the validator are written with.
//
// When an OpCheck exists, the container has been verified: indices are in
// range, ranks are at most kMaxRank, dimensions positive, constants have the
// size of their shape, and no input is -1.
#ifndef MCU_EVAL_INFER_OP_CHECK_H_
#define MCU_EVAL_INFER_OP_CHECK_H_

#include <initializer_list>

#include "firmware/infer/infer.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace mcu_eval {

struct TensorView {
  int32_t index;
  tflite::TensorType type;
  int rank;
  const int32_t* dims;
  int64_t elements;
  const uint8_t* constant;  // null for an activation
  uint32_t scales;          // 0: not quantised; above 1: per channel
  float scale;              // first
  int32_t zero_point;       // first
  const tflite::QuantizationParameters* quantization;

  int32_t dim(int axis) const { return dims[axis]; }
};

TensorView ViewTensor(const tflite::Model& model, int32_t index);

// Bytes of one element, 0 for a type that no kernel here takes.
size_t TypeBytes(tflite::TensorType type);

// All member functions but Fail() return whether the model passed; those that
// return false have filled in the status.
class OpCheck {
 public:
  OpCheck(const tflite::Model& model, int32_t op_index, ModelStatus* status);

  const tflite::Operator& op() const { return op_; }
  bool is(tflite::BuiltinOperator code) const;
  size_t inputs() const { return op_.inputs()->size(); }
  size_t outputs() const { return op_.outputs()->size(); }
  TensorView in(size_t i) const;
  TensorView out(size_t i = 0) const;

  // Always false, so that a check can return it.
  bool Fail(ModelReason reason, const char* what);
  bool Fail(ModelReason reason, const TensorView& tensor, const char* what);

  bool Counts(size_t min_inputs, size_t max_inputs, size_t outputs);
  // Options of the right kind are there; their pointer is passed in.
  bool Options(const void* options);
  bool Type(const TensorView& tensor,
            std::initializer_list<tflite::TensorType> types);
  bool SameType(const TensorView& a, const TensorView& b);
  bool Constant(const TensorView& tensor);
  bool Rank(const TensorView& tensor, int min, int max);
  bool Shape(const TensorView& tensor, std::initializer_list<int64_t> dims);
  bool SameShape(const TensorView& tensor, const TensorView& like);

  // Integers of at most 16 bits must have one scale and zero point; other
  // types need none.
  bool PerTensor(const TensorView& tensor);
  // Zero point 0 where the type is int16: its kernels know no other.
  bool Symmetric(const TensorView& tensor);
  // Equal scale and zero point, where PerTensor() asks for them.
  bool SameQuantization(const TensorView& a, const TensorView& b);
  // 0 < multiplier < 1, as the kernels assert.
  bool BelowOne(double multiplier);
  // 0 < multiplier <= 2^14; beyond it lies no trained model, and products of
  // two bytes, which the kernels shift left first, leave 32 bits.
  bool Multiplier(double multiplier);
  // 0 < multiplier < 2^7, which is what sums of 64 bits are scaled by.
  bool WideMultiplier(double multiplier);
  // Fused activation that the kernels know, whose limits fit `output`'s grid.
  bool Activation(tflite::ActivationFunctionType activation,
                  const TensorView& output);
  // Padding is SAME or VALID, strides and dilations are sane, and gives the
  // output length along one axis.
  bool Window(tflite::Padding padding, int64_t input, int64_t filter,
              int64_t stride, int64_t dilation, int64_t* output);

 private:
  const tflite::Model& model_;
  const tflite::Operator& op_;
  int32_t op_index_;
  ModelStatus* status_;
};

// Input 0, filter 1 and the output have types that go together.
bool CheckWeightTypes(OpCheck& op);

// Input 2, if there is one, is a constant bias of `channels` elements, in the
// type that goes with input 0.
bool CheckBias(OpCheck& op, int64_t channels);

// Its scale is that of input 0 times filter 1, as closely as the runtime asks.
bool CheckBiasScale(OpCheck& op);

// Quantised inputs, filters, per tensor or along `channel_axis`, and outputs
// have scales and zero points that a kernel takes, and no sum of products with
// its bias can leave the bits that the kernel has for it. All is checked
// otherwise.
bool CheckWeightScales(OpCheck& op, int channel_axis);

// One per family of operators; see ops.cc for who uses which.
bool CheckConv(OpCheck& op);
bool CheckDepthwiseConv(OpCheck& op);
bool CheckPool(OpCheck& op);
bool CheckFullyConnected(OpCheck& op);
bool CheckSoftmax(OpCheck& op);
bool CheckAdd(OpCheck& op);
bool CheckSub(OpCheck& op);
bool CheckMul(OpCheck& op);
bool CheckMinMax(OpCheck& op);
bool CheckCompare(OpCheck& op);
bool CheckEqual(OpCheck& op);
bool CheckLogicalBinary(OpCheck& op);
bool CheckLogicalNot(OpCheck& op);
bool CheckFloatUnary(OpCheck& op);
bool CheckRelu(OpCheck& op);
bool CheckSigmoid(OpCheck& op);
bool CheckPrelu(OpCheck& op);
bool CheckQuantize(OpCheck& op);
bool CheckDequantize(OpCheck& op);
bool CheckReshape(OpCheck& op);
bool CheckPad(OpCheck& op);
bool CheckConcatenation(OpCheck& op);
bool CheckSplit(OpCheck& op);
bool CheckPack(OpCheck& op);
bool CheckUnpack(OpCheck& op);
bool CheckMean(OpCheck& op);
bool CheckArgMinMax(OpCheck& op);
bool CheckResizeNearest(OpCheck& op);

}  // namespace mcu_eval

#endif  // MCU_EVAL_INFER_OP_CHECK_H_
