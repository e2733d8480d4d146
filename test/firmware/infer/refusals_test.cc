// What no kernel handles is refused by name: operator, tensor, reason. Each
// case is one operator that would load but for the one thing the case is about.
#include <functional>

#include "test/firmware/check.h"
#include "test/firmware/infer/models.h"

using mcu_eval::ModelReason;
using mcu_eval::ModelStatus;
using mcu_eval_test::Draft;
using mcu_eval_test::LoadBytes;

namespace {

constexpr auto kInt8 = tflite::TensorType_INT8;
constexpr auto kInt16 = tflite::TensorType_INT16;
constexpr auto kUint8 = tflite::TensorType_UINT8;
constexpr auto kFloat = tflite::TensorType_FLOAT32;
constexpr auto kTanh = tflite::ActivationFunctionType_TANH;

// [1,4,4,2] -> CONV_2D 3x3 to 2 channels -> [1,4,4,2]. Tensors: 0 input,
// 1 filter, 2 bias, 3 output.
Draft ConvNet() {
  Draft d;
  d.Activation({1, 4, 4, 2}, 0.1f, 3);
  d.Weights({2, 3, 3, 2}, 2, 0);
  d.Int32s({2}, {1, -2});
  d.Activation({1, 4, 4, 2}, 0.5f, -5);
  tflite::Conv2DOptionsT options;
  options.padding = tflite::Padding_SAME;
  options.stride_h = options.stride_w = 1;
  d.Op(tflite::BuiltinOperator_CONV_2D, {0, 1, 2}, {3}, 3)
      .builtin_options.Set(std::move(options));
  d.Ends({0}, {3});
  return d;
}

// The same for DEPTHWISE_CONV_2D.
Draft DepthwiseNet() {
  Draft d;
  d.Activation({1, 4, 4, 2}, 0.1f, 3);
  d.Weights({1, 3, 3, 2}, 2, 3);
  d.Int32s({2}, {1, -2});
  d.Activation({1, 4, 4, 2}, 0.5f, -5);
  tflite::DepthwiseConv2DOptionsT options;
  options.padding = tflite::Padding_SAME;
  options.stride_h = options.stride_w = options.depth_multiplier = 1;
  d.Op(tflite::BuiltinOperator_DEPTHWISE_CONV_2D, {0, 1, 2}, {3}, 3)
      .builtin_options.Set(std::move(options));
  d.Ends({0}, {3});
  return d;
}

// [1,4] -> FULLY_CONNECTED -> [1,3], tensors likewise.
Draft DenseNet() {
  Draft d;
  d.Activation({1, 4}, 0.1f, 3);
  d.Weights({3, 4}, 1, 0, 0.02f);
  d.Int32s({3}, {1, -2, 3});
  d.Quantize(2, {0.1f * 0.02f}, {0});
  d.Activation({1, 3}, 0.5f, -5);
  d.Op(tflite::BuiltinOperator_FULLY_CONNECTED, {0, 1, 2}, {3}, 4)
      .builtin_options.Set(tflite::FullyConnectedOptionsT());
  d.Ends({0}, {3});
  return d;
}

// Two inputs of [1,4] -> ADD -> [1,4].
Draft AddNet() {
  Draft d;
  for (int i = 0; i < 3; ++i) d.Activation({1, 4}, 0.1f, 0);
  d.Op(tflite::BuiltinOperator_ADD, {0, 1}, {2}, 2)
      .builtin_options.Set(tflite::AddOptionsT());
  d.Ends({0, 1}, {2});
  return d;
}

// [1,4,4,2] -> AVERAGE_POOL_2D 2x2 -> [1,2,2,2].
Draft PoolNet() {
  Draft d;
  d.Activation({1, 4, 4, 2}, 0.1f, 3);
  d.Activation({1, 2, 2, 2}, 0.1f, 3);
  tflite::Pool2DOptionsT options;
  options.padding = tflite::Padding_VALID;
  options.stride_h = options.stride_w = 2;
  options.filter_height = options.filter_width = 2;
  d.Op(tflite::BuiltinOperator_AVERAGE_POOL_2D, {0}, {1}, 2)
      .builtin_options.Set(std::move(options));
  d.Ends({0}, {1});
  return d;
}

// Two inputs of [1,4] -> CONCATENATION -> [1,8].
Draft ConcatenationNet() {
  Draft d;
  d.Activation({1, 4}, 0.1f, 3);
  d.Activation({1, 4}, 0.1f, 3);
  d.Activation({1, 8}, 0.1f, 3);
  tflite::ConcatenationOptionsT options;
  options.axis = 1;
  d.Op(tflite::BuiltinOperator_CONCATENATION, {0, 1}, {2}, 2)
      .builtin_options.Set(std::move(options));
  d.Ends({0, 1}, {2});
  return d;
}

tflite::BuiltinOptionsUnion& Options(Draft& d) {
  return d.graph().operators[0]->builtin_options;
}

// Makes a tensor a float, a constant one of the same shape.
void ToFloat(Draft& d, int index) {
  tflite::TensorT& tensor = d.tensor(index);
  tensor.type = kFloat;
  tensor.quantization.reset();
  auto& data = d.model.buffers[tensor.buffer]->data;
  if (tensor.buffer != 0 && data.size() % 4 != 0) data.resize(data.size() * 4);
}

struct Refusal {
  const char* name;
  Draft (*net)();
  void (*change)(Draft& d);
  ModelReason reason;
  const char* detail;
};

const Refusal kRefusals[] = {
    // Options.
    {"convolution with tanh", ConvNet,
     [](Draft& d) {
       Options(d).AsConv2DOptions()->fused_activation_function = kTanh;
     },
     ModelReason::kBadParameter,
     "operator 0 (CONV_2D): its fused activation has no kernel here"},
    {"depthwise with tanh", DepthwiseNet,
     [](Draft& d) {
       Options(d).AsDepthwiseConv2DOptions()->fused_activation_function = kTanh;
     },
     ModelReason::kBadParameter,
     "operator 0 (DEPTHWISE_CONV_2D): its fused activation has no kernel here"},
    {"dense with tanh", DenseNet,
     [](Draft& d) {
       Options(d).AsFullyConnectedOptions()->fused_activation_function = kTanh;
     },
     ModelReason::kBadParameter,
     "operator 0 (FULLY_CONNECTED): its fused activation has no kernel here"},
    {"sum with tanh", AddNet,
     [](Draft& d) {
       Options(d).AsAddOptions()->fused_activation_function = kTanh;
     },
     ModelReason::kBadParameter,
     "operator 0 (ADD): its fused activation has no kernel here"},
    {"pool with tanh", PoolNet,
     [](Draft& d) {
       Options(d).AsPool2DOptions()->fused_activation_function = kTanh;
     },
     ModelReason::kBadParameter,
     "operator 0 (AVERAGE_POOL_2D): its fused activation has no kernel here"},
    {"concatenation with an activation", ConcatenationNet,
     [](Draft& d) {
       Options(d).AsConcatenationOptions()->fused_activation_function =
           tflite::ActivationFunctionType_RELU;
     },
     ModelReason::kBadParameter,
     "operator 0 (CONCATENATION): its fused activation has no kernel here"},
    {"dense with shuffled weights", DenseNet,
     [](Draft& d) {
       Options(d).AsFullyConnectedOptions()->weights_format =
           tflite::FullyConnectedOptionsWeightsFormat_SHUFFLED4x16INT8;
     },
     ModelReason::kBadParameter,
     "operator 0 (FULLY_CONNECTED): its weights are shuffled"},
    {"dense that keeps its dimensions", DenseNet,
     [](Draft& d) {
       Options(d).AsFullyConnectedOptions()->keep_num_dims = true;
       d.tensor(0).shape = {1, 1, 4};
       d.tensor(3).shape = {1, 1, 3};
     },
     ModelReason::kBadShape,
     "operator 0 (FULLY_CONNECTED): tensor 3 is [1,1,3], not [1,3]"},
    // Types that do not go together.
    {"hybrid convolution", ConvNet,
     [](Draft& d) {
       for (int i : {0, 2, 3}) ToFloat(d, i);
     },
     ModelReason::kUnsupportedType,
     "operator 0 (CONV_2D): tensor 1 has another type"},
    {"hybrid depthwise", DepthwiseNet,
     [](Draft& d) {
       for (int i : {0, 2, 3}) ToFloat(d, i);
     },
     ModelReason::kUnsupportedType,
     "operator 0 (DEPTHWISE_CONV_2D): tensor 1 has another type"},
    {"hybrid dense", DenseNet,
     [](Draft& d) {
       for (int i : {0, 2, 3}) ToFloat(d, i);
     },
     ModelReason::kUnsupportedType,
     "operator 0 (FULLY_CONNECTED): tensor 1 has another type"},
    {"unsigned input to signed weights", ConvNet,
     [](Draft& d) {
       for (int i : {0, 3}) {
         d.tensor(i).type = kUint8;
         d.Quantize(i, {0.5f}, {3});
       }
     },
     ModelReason::kUnsupportedType,
     "operator 0 (CONV_2D): tensor 1 has another type"},
    {"int8 to int16", ConvNet, [](Draft& d) { d.tensor(3).type = kInt16; },
     ModelReason::kUnsupportedType,
     "operator 0 (CONV_2D): tensor 3 has another type"},
    {"sum of int8 and int16", AddNet,
     [](Draft& d) { d.tensor(1).type = kInt16; }, ModelReason::kUnsupportedType,
     "operator 0 (ADD): tensor 1 has another type"},
    {"int16 with a bias of 32 bits", DepthwiseNet,
     [](Draft& d) {
       for (int i : {0, 3}) {
         d.tensor(i).type = kInt16;
         d.Quantize(i, {i == 0 ? 0.001f : 0.01f}, {0});
       }
     },
     ModelReason::kUnsupportedType,
     "operator 0 (DEPTHWISE_CONV_2D): tensor 2 is INT32, which has no kernel "
     "here"},
    {"int16 with a zero point", AddNet,
     [](Draft& d) {
       for (int i = 0; i < 3; ++i) d.tensor(i).type = kInt16;
       d.Quantize(1, {0.1f}, {7});
     },
     ModelReason::kBadQuantization, "operator 0 (ADD): tensor 1 "},
    // Shapes that only a caller would settle.
    {"batch left open", ConvNet,
     [](Draft& d) {
       for (int i : {0, 3}) d.tensor(i).shape_signature = {-1, 4, 4, 2};
     },
     ModelReason::kBadShape,
     "operator 0 (CONV_2D): tensor 0 has an open dimension: convert the model "
     "with a batch of 1"},
    {"output left open", PoolNet,
     [](Draft& d) {
       d.tensor(1).shape_signature = {1, -1, -1, 2};
     },
     ModelReason::kBadShape,
     "operator 0 (AVERAGE_POOL_2D): tensor 1 has an open dimension: convert "
     "the "
     "model with a batch of 1"},
};

}  // namespace

TEST(NetsWithoutTheChange_Load) {
  for (Draft (*net)() :
       {ConvNet, DepthwiseNet, DenseNet, AddNet, PoolNet, ConcatenationNet}) {
    const ModelStatus status = LoadBytes(net().Bytes());
    CHECK_EQ(status.reason, ModelReason::kOk);
    CHECK_EQ(std::string(status.detail), std::string());
  }
}

TEST(EachChange_IsRefusedByName) {
  for (const Refusal& refusal : kRefusals) {
    Draft d = refusal.net();
    refusal.change(d);
    const ModelStatus status = LoadBytes(d.Bytes());
    const std::string detail = status.detail;
    const bool named = detail.rfind(refusal.detail, 0) == 0;
    CHECK_EQ(status.reason, refusal.reason);
    CHECK_EQ(status.op_index, 0);
    CHECK(named);
    if (!named || status.reason != refusal.reason) {
      std::cerr << "  " << refusal.name << ": "
                << mcu_eval::ModelReasonName(status.reason) << ": " << detail
                << "\n";
    }
  }
}

// A signature that says what the shape says leaves nothing open.
TEST(SettledSignature_Loads) {
  Draft d = ConvNet();
  for (int i : {0, 3}) d.tensor(i).shape_signature = {1, 4, 4, 2};
  CHECK_EQ(LoadBytes(d.Bytes()).reason, ModelReason::kOk);
}

// The scratch is among the bytes that a refusal asks for.
TEST(ArenaWithoutTheScratch_IsTooSmall) {
  Draft d;
  d.Activation({1, 3, 3, 64}, 0.1f, 3);
  d.Weights({2, 3, 3, 64}, 2, 0);
  d.Activation({1, 3, 3, 2}, 9.f, -5);
  tflite::Conv2DOptionsT options;
  options.padding = tflite::Padding_SAME;
  options.stride_h = options.stride_w = 1;
  d.Op(tflite::BuiltinOperator_CONV_2D, {0, 1}, {2}, 3)
      .builtin_options.Set(std::move(options));
  d.Ends({0}, {2});
  const std::vector<uint8_t> bytes = d.Bytes();
  CHECK_EQ(LoadBytes(bytes).reason, ModelReason::kOk);
  const size_t scratch = mcu_eval::ScratchBytes();
  const size_t used = mcu_eval::ArenaUsedBytes();
  CHECK(scratch >= 576);
  CHECK(used >= scratch + 576 + 18);
  // Enough for all but the scratch.
  const size_t without = (used - scratch) / 16 * 16;
  const ModelStatus status = LoadBytes(bytes, without);
  CHECK_EQ(status.reason, ModelReason::kArenaTooSmall);
  CHECK(status.arena_wanted > without);
  CHECK(std::string(status.detail).find(std::to_string(status.arena_wanted)) !=
        std::string::npos);
}

MCU_EVAL_TEST_MAIN()
