// Every operator of the table: its smallest sound use loads and runs within its
// memory, and the same with a wrong output shape does not load.
#include "firmware/infer/ops.h"

#include <functional>
#include <set>

#include "test/firmware/check.h"
#include "test/firmware/infer/models.h"

using mcu_eval_test::Draft;
using mcu_eval_test::FillInput;
using mcu_eval_test::LoadBytes;
using tflite::BuiltinOperator;

namespace {

constexpr auto kInt8 = tflite::TensorType_INT8;
constexpr auto kInt16 = tflite::TensorType_INT16;
constexpr auto kUint8 = tflite::TensorType_UINT8;
constexpr auto kFloat = tflite::TensorType_FLOAT32;
constexpr auto kBool = tflite::TensorType_BOOL;
constexpr auto kInt32 = tflite::TensorType_INT32;

struct Use {
  const char* name;
  BuiltinOperator code;
  std::function<void(Draft&, tflite::OperatorT&)> build;
};

int Plain(Draft& d, std::vector<int32_t> shape, tflite::TensorType type) {
  return d.Activation(std::move(shape), 0, 0, type);
}

void Connect(Draft& d, tflite::OperatorT& op, std::vector<int> graph_inputs,
             std::vector<int> inputs, std::vector<int> outputs) {
  op.inputs = std::move(inputs);
  op.outputs = outputs;
  d.Ends(std::move(graph_inputs), std::move(outputs));
}

// [2,1,3] op [4,1] -> [2,4,3]
template <typename Options>
void Binary(tflite::TensorType type, tflite::TensorType out, float scale,
            Draft& d, tflite::OperatorT& op) {
  const int a = d.Activation({2, 1, 3}, scale, 0, type);
  const int b = d.Activation({4, 1}, scale, 0, type);
  const int c = d.Activation({2, 4, 3}, out == type ? scale : 0, 0, out);
  Connect(d, op, {a, b}, {a, b}, {c});
  if constexpr (!std::is_void_v<Options>) op.builtin_options.Set(Options());
}

Use Arithmetic(const char* name, BuiltinOperator code,
               tflite::TensorType type) {
  return {name, code, [code, type](Draft& d, tflite::OperatorT& op) {
            const float scale = type == kFloat ? 0 : 0.1f;
            if (code == tflite::BuiltinOperator_ADD) {
              Binary<tflite::AddOptionsT>(type, type, scale, d, op);
            } else if (code == tflite::BuiltinOperator_SUB) {
              Binary<tflite::SubOptionsT>(type, type, scale, d, op);
            } else {
              Binary<tflite::MulOptionsT>(type, type, scale, d, op);
            }
          }};
}

Use Plain2(const char* name, BuiltinOperator code, tflite::TensorType type,
           tflite::TensorType out, float scale) {
  return {name, code, [=](Draft& d, tflite::OperatorT& op) {
            Binary<void>(type, out, scale, d, op);
          }};
}

Use Unary(const char* name, BuiltinOperator code, tflite::TensorType type,
          float scale = 0, float out_scale = 0, int64_t out_zero = 0,
          tflite::TensorType out = tflite::TensorType_STRING) {
  return {name, code, [=](Draft& d, tflite::OperatorT& op) {
            const int a = d.Activation({2, 5}, scale, 0, type);
            const int b =
                d.Activation({2, 5}, out_scale, out_zero,
                             out == tflite::TensorType_STRING ? type : out);
            Connect(d, op, {a}, {a}, {b});
          }};
}

void Depthwise(tflite::TensorType type, Draft& d, tflite::OperatorT& op) {
  const int a = d.Activation({1, 7, 5, 3}, 0.1f, type == kInt8 ? 4 : 0, type);
  const int w = d.Weights({1, 3, 2, 6}, 6, 3);
  const int b = type == kInt8 ? d.Int32s({6}, {1, 2, 3, 4, 5, 6})
                              : d.Int64s({6}, {1, 2, 3, 4, 5, 6});
  const int c = d.Activation({1, 4, 3, 6}, 0.3f, 0, type);
  tflite::DepthwiseConv2DOptionsT o;
  o.padding = tflite::Padding_SAME;
  o.stride_h = o.stride_w = 2;
  o.depth_multiplier = 2;
  op.builtin_options.Set(std::move(o));
  Connect(d, op, {a}, {a, w, b}, {c});
}

void Conv(Draft& d, tflite::OperatorT& op) {
  const int a = d.Activation({2, 7, 5, 3}, 0.1f, 4);
  const int w = d.Weights({4, 3, 2, 3}, 1, 0);
  const int c = d.Activation({2, 3, 4, 4}, 0.3f, 0);
  tflite::Conv2DOptionsT o;
  o.padding = tflite::Padding_VALID;
  o.stride_h = 2;
  o.stride_w = 1;
  op.builtin_options.Set(std::move(o));
  Connect(d, op, {a}, {a, w}, {c});
}

void ConvFloat(Draft& d, tflite::OperatorT& op) {
  const int a = Plain(d, {1, 4, 4, 2}, kFloat);
  const int w = d.Tensor({3, 2, 2, 2}, kFloat, std::vector<uint8_t>(96, 0x3E));
  const int b = d.Tensor({3}, kFloat, std::vector<uint8_t>(12, 0x3E));
  const int c = Plain(d, {1, 2, 2, 3}, kFloat);
  tflite::Conv2DOptionsT o;
  o.padding = tflite::Padding_VALID;
  o.stride_h = o.stride_w = 1;
  o.dilation_h_factor = o.dilation_w_factor = 2;
  op.builtin_options.Set(std::move(o));
  Connect(d, op, {a}, {a, w, b}, {c});
}

void Pool(tflite::TensorType type, Draft& d, tflite::OperatorT& op) {
  const float scale = type == kFloat ? 0 : 0.1f;
  const int zero = type == kInt16 ? 0 : 3;
  const int a = d.Activation({1, 5, 5, 3}, scale, zero, type);
  const int c = d.Activation({1, 3, 3, 3}, scale, zero, type);
  tflite::Pool2DOptionsT o;
  o.padding = tflite::Padding_SAME;
  o.stride_h = o.stride_w = 2;
  o.filter_height = 3;
  o.filter_width = 4;
  op.builtin_options.Set(std::move(o));
  Connect(d, op, {a}, {a}, {c});
}

void Dense(Draft& d, tflite::OperatorT& op) {
  const int a = d.Activation({2, 3, 4}, 0.1f, -9);
  const int w = d.Weights({5, 12}, 1, 0);
  const int c = d.Activation({2, 5}, 0.2f, 1);
  op.builtin_options.Set(tflite::FullyConnectedOptionsT());
  Connect(d, op, {a}, {a, w}, {c});
}

void Softmax(tflite::TensorType type, Draft& d, tflite::OperatorT& op) {
  const int a = d.Activation({2, 7}, type == kFloat ? 0 : 0.1f,
                             type == kInt16 ? 0 : 5, type);
  const int c = d.Activation({2, 7},
                             type == kFloat   ? 0
                             : type == kInt16 ? 1.f / 32768
                                              : 1.f / 256,
                             type == kInt8 ? -128 : 0, type);
  tflite::SoftmaxOptionsT o;
  o.beta = 1;
  op.builtin_options.Set(std::move(o));
  Connect(d, op, {a}, {a}, {c});
}

void Prelu(tflite::TensorType type, Draft& d, tflite::OperatorT& op) {
  const float scale = type == kFloat ? 0 : 0.1f;
  const int a = d.Activation({1, 2, 2, 3}, scale, 0, type);
  const int b = d.Activation({1, 1, 3}, scale, 0, type);
  const int c = d.Activation({1, 2, 2, 3}, scale, 0, type);
  Connect(d, op, {a, b}, {a, b}, {c});
}

void Reshape(tflite::TensorType type, Draft& d, tflite::OperatorT& op) {
  const int a = d.Activation({2, 6}, 0.5f, 0, type);
  const int s = d.Int32s({3}, {3, -1, 2});
  const int c = d.Activation({3, 2, 2}, 0.5f, 0, type);
  Connect(d, op, {a}, {a, s}, {c});
}

void Pad(bool with_value, tflite::TensorType type, Draft& d,
         tflite::OperatorT& op) {
  const int a = d.Activation({1, 3, 2}, 0.5f, 0, type);
  const int p = d.Int32s({3, 2}, {0, 0, 1, 2, 0, 1});
  const int c = d.Activation({1, 6, 3}, 0.5f, 0, type);
  std::vector<int> inputs = {a, p};
  if (with_value) {
    inputs.push_back(
        d.Tensor({1}, type, std::vector<uint8_t>(type == kInt16 ? 2 : 1, 7)));
    d.Quantize(inputs.back(), {0.5f}, {0});
  }
  Connect(d, op, {a}, inputs, {c});
}

void Concatenation(tflite::TensorType type, Draft& d, tflite::OperatorT& op) {
  const float scale = type == kFloat ? 0 : 0.1f;
  const int a = d.Activation({2, 3}, scale, 0, type);
  const int b = d.Activation({2, 4}, type == kUint8 ? 0.2f : scale, 0, type);
  const int c = d.Activation({2, 7}, scale, 0, type);
  tflite::ConcatenationOptionsT o;
  o.axis = -1;
  op.builtin_options.Set(std::move(o));
  Connect(d, op, {a, b}, {a, b}, {c});
}

void Split(Draft& d, tflite::OperatorT& op) {
  const int axis = d.Int32s({1}, {1});
  const int a = d.Activation({2, 6});
  const int b = d.Activation({2, 3});
  const int c = d.Activation({2, 3});
  tflite::SplitOptionsT o;
  o.num_splits = 2;
  op.builtin_options.Set(std::move(o));
  Connect(d, op, {a}, {axis, a}, {c, b});
}

void Pack(Draft& d, tflite::OperatorT& op) {
  const int a = d.Activation({2, 3});
  const int b = d.Activation({2, 3});
  const int c = d.Activation({2, 2, 3});
  tflite::PackOptionsT o;
  o.values_count = 2;
  o.axis = 1;
  op.builtin_options.Set(std::move(o));
  Connect(d, op, {a, b}, {a, b}, {c});
}

void Unpack(Draft& d, tflite::OperatorT& op) {
  const int a = d.Activation({2, 2, 3});
  const int b = d.Activation({2, 3});
  const int c = d.Activation({2, 3});
  tflite::UnpackOptionsT o;
  o.num = 2;
  o.axis = 1;
  op.builtin_options.Set(std::move(o));
  Connect(d, op, {a}, {a}, {c, b});
}

void Mean(bool keep, Draft& d, tflite::OperatorT& op) {
  const int a = Plain(d, {1, 3, 4, 2}, kFloat);
  const int axes = d.Int32s({2}, {1, 2});
  const int c =
      keep ? Plain(d, {1, 1, 1, 2}, kFloat) : Plain(d, {1, 2}, kFloat);
  tflite::ReducerOptionsT o;
  o.keep_dims = keep;
  op.builtin_options.Set(std::move(o));
  Connect(d, op, {a}, {a, axes}, {c});
}

void ArgMinMax(Draft& d, tflite::OperatorT& op) {
  const int a = d.Activation({2, 5, 3});
  const int axis = d.Int32s({1}, {-2});
  const int c = Plain(d, {2, 3}, kInt32);
  Connect(d, op, {a}, {a, axis}, {c});
}

void Resize(Draft& d, tflite::OperatorT& op) {
  const int a = d.Activation({1, 3, 2, 2});
  const int size = d.Int32s({2}, {7, 5});
  const int c = d.Activation({1, 7, 5, 2});
  op.builtin_options.Set(tflite::ResizeNearestNeighborOptionsT());
  Connect(d, op, {a}, {a, size}, {c});
}

template <typename Function, typename... Arguments>
std::function<void(Draft&, tflite::OperatorT&)> With(Function function,
                                                     Arguments... arguments) {
  return
      [=](Draft& d, tflite::OperatorT& op) { function(arguments..., d, op); };
}

#define OP(name) tflite::BuiltinOperator_##name

const std::vector<Use>& Uses() {
  static const std::vector<Use> uses = {
      {"conv", OP(CONV_2D), Conv},
      {"conv float", OP(CONV_2D), ConvFloat},
      {"depthwise", OP(DEPTHWISE_CONV_2D), With(Depthwise, kInt8)},
      {"depthwise i16", OP(DEPTHWISE_CONV_2D), With(Depthwise, kInt16)},
      {"average pool", OP(AVERAGE_POOL_2D), With(Pool, kInt8)},
      {"average pool i16", OP(AVERAGE_POOL_2D), With(Pool, kInt16)},
      {"average pool u8", OP(AVERAGE_POOL_2D), With(Pool, kUint8)},
      {"average pool f", OP(AVERAGE_POOL_2D), With(Pool, kFloat)},
      {"max pool", OP(MAX_POOL_2D), With(Pool, kInt8)},
      {"max pool i16", OP(MAX_POOL_2D), With(Pool, kInt16)},
      {"max pool u8", OP(MAX_POOL_2D), With(Pool, kUint8)},
      {"max pool f", OP(MAX_POOL_2D), With(Pool, kFloat)},
      {"dense", OP(FULLY_CONNECTED), Dense},
      {"softmax", OP(SOFTMAX), With(Softmax, kInt8)},
      {"softmax i16", OP(SOFTMAX), With(Softmax, kInt16)},
      {"softmax u8", OP(SOFTMAX), With(Softmax, kUint8)},
      {"softmax f", OP(SOFTMAX), With(Softmax, kFloat)},
      Arithmetic("add", OP(ADD), kInt8),
      Arithmetic("add i16", OP(ADD), kInt16),
      Arithmetic("add u8", OP(ADD), kUint8),
      Arithmetic("add f", OP(ADD), kFloat),
      Arithmetic("sub", OP(SUB), kInt8),
      Arithmetic("sub f", OP(SUB), kFloat),
      Arithmetic("mul", OP(MUL), kInt8),
      Arithmetic("mul i16", OP(MUL), kInt16),
      Arithmetic("mul f", OP(MUL), kFloat),
      Plain2("maximum", OP(MAXIMUM), kInt8, kInt8, 0.1f),
      Plain2("minimum", OP(MINIMUM), kFloat, kFloat, 0),
      Plain2("equal", OP(EQUAL), kInt8, kBool, 0.1f),
      Plain2("equal bool", OP(EQUAL), kBool, kBool, 0),
      Plain2("not equal", OP(NOT_EQUAL), kInt32, kBool, 0),
      Plain2("greater", OP(GREATER), kUint8, kBool, 0.1f),
      Plain2("greater equal", OP(GREATER_EQUAL), kFloat, kBool, 0),
      Plain2("less", OP(LESS), kInt8, kBool, 0.1f),
      Plain2("less equal", OP(LESS_EQUAL), kInt8, kBool, 0.1f),
      Plain2("or", OP(LOGICAL_OR), kBool, kBool, 0),
      Plain2("and", OP(LOGICAL_AND), kBool, kBool, 0),
      Unary("not", OP(LOGICAL_NOT), kBool),
      Unary("abs", OP(ABS), kFloat),
      Unary("sin", OP(SIN), kFloat),
      Unary("cos", OP(COS), kFloat),
      Unary("log", OP(LOG), kFloat),
      Unary("sqrt", OP(SQRT), kFloat),
      Unary("rsqrt", OP(RSQRT), kFloat),
      Unary("square", OP(SQUARE), kFloat),
      Unary("floor", OP(FLOOR), kFloat),
      Unary("ceil", OP(CEIL), kFloat),
      Unary("round", OP(ROUND), kFloat),
      Unary("neg", OP(NEG), kFloat),
      Unary("relu", OP(RELU), kInt8, 0.1f, 0.1f),
      Unary("relu f", OP(RELU), kFloat),
      Unary("relu6", OP(RELU6), kUint8, 0.1f, 0.1f),
      Unary("logistic", OP(LOGISTIC), kInt8, 0.05f, 1.f / 256, -128),
      Unary("logistic f", OP(LOGISTIC), kFloat),
      Unary("tanh", OP(TANH), kInt8, 0.05f, 1.f / 128, 0),
      Unary("tanh f", OP(TANH), kFloat),
      Unary("quantize", OP(QUANTIZE), kFloat, 0, 0.1f, 3, kInt8),
      Unary("requantize", OP(QUANTIZE), tflite::TensorType_INT16, 0.001f, 0.1f,
            3, kInt8),
      Unary("dequantize", OP(DEQUANTIZE), kInt8, 0.1f, 0, 0, kFloat),
      {"prelu", OP(PRELU), With(Prelu, kInt8)},
      {"prelu f", OP(PRELU), With(Prelu, kFloat)},
      {"reshape", OP(RESHAPE), With(Reshape, kInt8)},
      {"reshape i16", OP(RESHAPE), With(Reshape, kInt16)},
      {"pad", OP(PAD), With(Pad, false, kInt8)},
      {"pad i16", OP(PAD), With(Pad, false, kInt16)},
      {"padv2", OP(PADV2), With(Pad, true, kInt8)},
      {"padv2 i16", OP(PADV2), With(Pad, true, kInt16)},
      {"concatenation", OP(CONCATENATION), With(Concatenation, kInt8)},
      {"concatenation i16", OP(CONCATENATION), With(Concatenation, kInt16)},
      {"concatenation u8", OP(CONCATENATION), With(Concatenation, kUint8)},
      {"split", OP(SPLIT), Split},
      {"pack", OP(PACK), Pack},
      {"unpack", OP(UNPACK), Unpack},
      {"mean", OP(MEAN), With(Mean, false)},
      {"mean keep", OP(MEAN), With(Mean, true)},
      {"arg max", OP(ARG_MAX), ArgMinMax},
      {"arg min", OP(ARG_MIN), ArgMinMax},
      {"resize", OP(RESIZE_NEAREST_NEIGHBOR), Resize},
  };
  return uses;
}

Draft Make(const Use& use) {
  Draft draft;
  tflite::OperatorT& op = draft.Op(use.code, {}, {});
  use.build(draft, op);
  return draft;
}

}  // namespace

TEST(SoundUse_LoadsAndRuns) {
  for (const Use& use : Uses()) {
    const mcu_eval::ModelStatus status = LoadBytes(Make(use).Bytes());
    CHECK_EQ(std::string(use.name) + status.detail, std::string(use.name));
    if (!status.ok()) continue;
    for (size_t i = 0; i < mcu_eval::InputCount(); ++i) FillInput(i, 17);
    if (!mcu_eval::Invoke()) {
      CHECK_EQ(std::string(use.name) + ": " + mcu_eval::LastError(),
               std::string("runs"));
    }
  }
}

TEST(WrongOutputShape_DoesNotLoad) {
  for (const Use& use : Uses()) {
    for (int change : {1, -1}) {
      Draft draft = Make(use);
      auto& shape = draft.tensor(draft.graph().outputs[0]).shape;
      shape.back() += change;
      if (shape.back() == 0) continue;
      const mcu_eval::ModelStatus status = LoadBytes(draft.Bytes());
      if (status.reason != mcu_eval::ModelReason::kBadShape &&
          status.reason != mcu_eval::ModelReason::kBadParameter) {
        CHECK_EQ(std::string(use.name) + ": " + status.detail,
                 std::string("refused for its shape"));
      }
    }
  }
}

TEST(ExtraRank_DoesNotLoad) {
  for (const Use& use : Uses()) {
    // A reshape's rank is its own business.
    if (use.code == OP(RESHAPE)) continue;
    Draft draft = Make(use);
    auto& shape = draft.tensor(draft.graph().outputs[0]).shape;
    shape.insert(shape.begin(), 1);
    CHECK(!LoadBytes(draft.Bytes()).ok());
  }
}

TEST(MissingScale_DoesNotLoad) {
  for (const Use& use : Uses()) {
    Draft whole = Make(use);
    for (size_t i = 0; i < whole.graph().tensors.size(); ++i) {
      if (whole.tensor(static_cast<int>(i)).quantization == nullptr) continue;
      // An argmax does not look at scales.
      if (use.code == OP(ARG_MAX) || use.code == OP(ARG_MIN)) continue;
      Draft draft = Make(use);
      draft.tensor(static_cast<int>(i)).quantization.reset();
      CHECK_EQ(std::string(use.name) + " " +
                   mcu_eval::ModelReasonName(LoadBytes(draft.Bytes()).reason),
               std::string(use.name) + " BAD_QUANTIZATION");
    }
  }
}

TEST(EveryOperatorOfTheTable_IsUsedAbove) {
  std::set<int> used;
  for (const Use& use : Uses()) used.insert(use.code);
  for (int code = 0; code <= tflite::BuiltinOperator_MAX; ++code) {
    const bool known =
        mcu_eval::FindOpEntry(static_cast<BuiltinOperator>(code)) != nullptr;
    CHECK_EQ(used.count(code) == 1, known);
  }
}

MCU_EVAL_TEST_MAIN()
