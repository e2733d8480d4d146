// Convolutions and fully connected operators in the types that the runtime's
// own kernels do not take: int16 activations, and one scale for each unit.
#include <cmath>
#include <cstring>
#include <functional>
#include <string>

#include "test/firmware/check.h"
#include "test/firmware/infer/models.h"

using mcu_eval::ModelReason;
using mcu_eval::ModelStatus;
using mcu_eval_test::Draft;
using mcu_eval_test::LoadBytes;

namespace {

constexpr auto kInt16 = tflite::TensorType_INT16;
constexpr int kUnits = 3, kDepth = 5;
constexpr float kIn = 0.01f, kOut = 0.02f;
constexpr float kScales[kUnits] = {0.1f, 0.003f, 0.02f};
const std::vector<int64_t> kBias = {700, -9000, 0};

// Tensors: 0 input, 1 weights, 2 bias, 3 output.
Draft Dense(tflite::TensorType type, int bias_bytes) {
  Draft d;
  d.Activation({1, kDepth}, kIn, 0, type);
  d.Weights({kUnits, kDepth}, kUnits, 0);
  d.Quantize(1, {kScales, kScales + kUnits}, {0, 0, 0}, 0);
  if (bias_bytes == 8) {
    d.Int64s({kUnits}, kBias);
  } else {
    d.Int32s({kUnits}, {kBias.begin(), kBias.end()});
  }
  d.Activation({1, kUnits}, kOut, 0, type);
  d.Op(tflite::BuiltinOperator_FULLY_CONNECTED, {0, 1, 2}, {3}, 4)
      .builtin_options.Set(tflite::FullyConnectedOptionsT());
  d.Ends({0}, {3});
  return d;
}

// The same weights as a convolution over three pixels.
Draft Conv(int bias_bytes) {
  Draft d;
  d.Activation({1, 1, 3, kDepth}, kIn, 0, kInt16);
  d.Weights({kUnits, 1, 1, kDepth}, kUnits, 0);
  d.Quantize(1, {kScales, kScales + kUnits}, {0, 0, 0}, 0);
  if (bias_bytes == 8) {
    d.Int64s({kUnits}, kBias);
  } else {
    d.Int32s({kUnits}, {kBias.begin(), kBias.end()});
  }
  d.Activation({1, 1, 3, kUnits}, kOut, 0, kInt16);
  tflite::Conv2DOptionsT options;
  options.stride_h = options.stride_w = 1;
  d.Op(tflite::BuiltinOperator_CONV_2D, {0, 1, 2}, {3}, 3)
      .builtin_options.Set(std::move(options));
  d.Ends({0}, {3});
  return d;
}

// What is left of the kernels' arithmetic when it is done in real numbers.
double Expected(const std::vector<int8_t>& weights, const int* x, int unit) {
  int64_t sum = kBias[unit];
  for (int k = 0; k < kDepth; ++k) sum += x[k] * weights[unit * kDepth + k];
  return static_cast<double>(sum) * double{kIn} * double{kScales[unit]} /
         double{kOut};
}

// Runs a draft on rows of `reach`-sized inputs; every output must lie within
// one step of the real number.
template <typename Element>
void Compare(const Draft& d, int rows, int reach) {
  const auto& bytes = d.model.buffers[1]->data;
  const std::vector<int8_t> weights(bytes.begin(), bytes.end());
  const ModelStatus status = LoadBytes(d.Bytes());
  CHECK_EQ(std::string(status.detail), std::string());
  if (!status.ok()) return;
  int x[3 * kDepth];
  Element input[3 * kDepth];
  for (int i = 0; i < rows * kDepth; ++i) {
    x[i] = (i * 7919 + 13) % (2 * reach) - reach;
    input[i] = static_cast<Element>(x[i]);
  }
  std::memcpy(mcu_eval::InputData(0), input, rows * kDepth * sizeof(Element));
  CHECK(mcu_eval::Invoke());
  Element output[3 * kUnits];
  std::memcpy(output, mcu_eval::OutputData(0), rows * kUnits * sizeof(Element));
  for (int i = 0; i < rows * kUnits; ++i) {
    const double want = Expected(weights, x + i / kUnits * kDepth, i % kUnits);
    CHECK(std::abs(output[i] - want) < 1);
  }
}

}  // namespace

TEST(DenseInt16_IsNearTheRealSums) {
  Compare<int16_t>(Dense(kInt16, 8), 1, 1000);
  Compare<int16_t>(Dense(kInt16, 4), 1, 1000);
}

TEST(ConvInt16_IsNearTheRealSums) {
  Compare<int16_t>(Conv(8), 3, 1000);
  Compare<int16_t>(Conv(4), 3, 1000);
}

// Outputs of tflite-micro for sums that its two arithmetics round apart: 64
// bits and a multiplier of 15 for biases of int64 or none, 32 and 31 for int32.
TEST(DenseInt16_EndsByItsBiasAsTheOracle) {
  const int8_t weights[kUnits][kDepth] = {{100, -54}, {100, -17}, {127, 57}};
  const int16_t input[kDepth] = {32767, 12345};
  for (int bias_bytes : {0, 4, 8}) {
    Draft d = Dense(kInt16, bias_bytes);
    d.Quantize(1, {0.01f}, {0});
    std::memcpy(d.model.buffers[1]->data.data(), weights, sizeof(weights));
    auto& bias = d.model.buffers[2]->data;
    bias.assign(bias.size(), 0);
    if (bias_bytes == 0) d.graph().operators[0]->inputs.pop_back();
    CHECK_EQ(std::string(LoadBytes(d.Bytes()).detail), std::string());
    std::memcpy(mcu_eval::InputData(0), input, sizeof(input));
    CHECK(mcu_eval::Invoke());
    int16_t output[kUnits];
    std::memcpy(output, mcu_eval::OutputData(0), sizeof(output));
    const int less = bias_bytes == 4 ? 1 : 0;
    CHECK_EQ(output[0], 13051 - less);
    CHECK_EQ(output[1], 15335 - less);
    CHECK_EQ(output[2], 24326 - less);
  }
}

TEST(DenseWithAScaleForEachUnit_IsNearTheRealSums) {
  Compare<int8_t>(Dense(tflite::TensorType_INT8, 4), 1, 10);
}

TEST(WrongInt16_IsNamed) {
  const struct {
    const char* name;
    std::function<void(Draft&)> apply;
    ModelReason reason;
    int tensor;
  } breaks[] = {
      {"input's zero point", [](Draft& d) { d.Quantize(0, {kIn}, {1}); },
       ModelReason::kBadQuantization, 0},
      {"output's zero point", [](Draft& d) { d.Quantize(3, {kOut}, {-1}); },
       ModelReason::kBadQuantization, 3},
      {"output's type",
       [](Draft& d) { d.tensor(3).type = tflite::TensorType_INT8; },
       ModelReason::kUnsupportedType, 3},
      {"int16 weights",
       [](Draft& d) {
         d.tensor(1).type = kInt16;
         d.model.buffers[1]->data.resize(2 * kUnits * kDepth);
       },
       ModelReason::kUnsupportedType, 1},
      {"int16 bias",
       [](Draft& d) {
         d.tensor(2).type = kInt16;
         d.model.buffers[2]->data.resize(2 * kUnits);
       },
       ModelReason::kUnsupportedType, 2},
      {"a bias of 47 bits",
       [](Draft& d) {
         const int64_t bias = int64_t{1} << 47;
         std::memcpy(d.model.buffers[2]->data.data() + 8, &bias, 8);
       },
       ModelReason::kBadQuantization, 1},
      {"a bias that leaves 32 bits when scaled",
       [](Draft& d) {
         const int64_t bias = -(int64_t{1} << 36);
         std::memcpy(d.model.buffers[2]->data.data(), &bias, 8);
       },
       ModelReason::kBadQuantization, 1},
      {"a multiplier above 2^7",
       [](Draft& d) {
         d.Quantize(1, {0.1f, 300, 0.1f}, {0, 0, 0}, 0);
       },
       ModelReason::kBadQuantization, -1},
  };
  for (const Draft& sound : {Dense(kInt16, 8), Conv(8)}) {
    for (const auto& b : breaks) {
      flatbuffers::FlatBufferBuilder builder;
      tflite::FinishModelBuffer(builder,
                                tflite::Model::Pack(builder, &sound.model));
      Draft draft;
      tflite::GetModel(builder.GetBufferPointer())->UnPackTo(&draft.model);
      b.apply(draft);
      const ModelStatus status = LoadBytes(draft.Bytes());
      if (status.reason != b.reason || status.op_index != 0 ||
          status.tensor_index != b.tensor) {
        CHECK_EQ(std::string(b.name), std::string(status.detail));
      }
    }
  }
}

MCU_EVAL_TEST_MAIN()
