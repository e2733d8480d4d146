// What the runtime's own depthwise kernel gets wrong, and this project's does
// not: limits of a fused activation, and padding under a dilated kernel.
#include <algorithm>
#include <cstring>

#include "test/firmware/check.h"
#include "test/firmware/infer/models.h"

using mcu_eval::ModelReason;
using mcu_eval_test::Draft;
using mcu_eval_test::LoadBytes;

namespace {

// [1,5,5,1] under a 3x3 kernel of ones, SAME padding, all scales equal but the
// weights', which is 1.
Draft OnesKernel(tflite::TensorType type, int dilation,
                 tflite::ActivationFunctionType activation) {
  Draft d;
  d.Activation({1, 5, 5, 1}, 1, 0, type);
  d.Tensor({1, 3, 3, 1}, tflite::TensorType_INT8, std::vector<uint8_t>(9, 1));
  d.Quantize(1, {1}, {0}, 3);
  d.Activation({1, 5, 5, 1}, 1, 0, type);
  tflite::DepthwiseConv2DOptionsT options;
  options.padding = tflite::Padding_SAME;
  options.stride_h = options.stride_w = options.depth_multiplier = 1;
  options.dilation_h_factor = options.dilation_w_factor = dilation;
  options.fused_activation_function = activation;
  d.Op(tflite::BuiltinOperator_DEPTHWISE_CONV_2D, {0, 1}, {2}, 3)
      .builtin_options.Set(std::move(options));
  d.Ends({0}, {2});
  return d;
}

// Elements of either type.
int At(const uint8_t* data, tflite::TensorType type, int i) {
  if (type == tflite::TensorType_INT8) return static_cast<int8_t>(data[i]);
  int16_t value;
  std::memcpy(&value, data + 2 * i, sizeof(value));
  return value;
}

void Fill(tflite::TensorType type, int (*value)(int)) {
  uint8_t* data = mcu_eval::InputData(0);
  for (int i = 0; i < 25; ++i) {
    const auto v = static_cast<int16_t>(value(i));
    if (type == tflite::TensorType_INT8) {
      data[i] = static_cast<uint8_t>(v);
    } else {
      std::memcpy(data + 2 * i, &v, sizeof(v));
    }
  }
}

constexpr tflite::TensorType kTypes[] = {tflite::TensorType_INT8,
                                         tflite::TensorType_INT16};

}  // namespace

TEST(DilatedSame_PadsByTheDilatedKernel) {
  for (tflite::TensorType type : kTypes) {
    const Draft d = OnesKernel(type, 2, tflite::ActivationFunctionType_NONE);
    CHECK_EQ(LoadBytes(d.Bytes()).reason, ModelReason::kOk);
    if (mcu_eval::InputCount() == 0) continue;
    Fill(type, [](int i) { return i % 4; });
    CHECK(mcu_eval::Invoke());
    for (int y = 0; y < 5; ++y) {
      for (int x = 0; x < 5; ++x) {
        int sum = 0;
        for (int in_y = y - 2; in_y <= y + 2; in_y += 2) {
          for (int in_x = x - 2; in_x <= x + 2; in_x += 2) {
            const bool inside =
                std::min(in_y, in_x) >= 0 && std::max(in_y, in_x) < 5;
            if (inside) sum += (in_y * 5 + in_x) % 4;
          }
        }
        CHECK_EQ(At(mcu_eval::OutputData(0), type, y * 5 + x), sum);
      }
    }
  }
}

TEST(FusedActivation_LimitsOutputs) {
  for (tflite::TensorType type : kTypes) {
    const Draft d = OnesKernel(type, 1, tflite::ActivationFunctionType_RELU6);
    CHECK_EQ(LoadBytes(d.Bytes()).reason, ModelReason::kOk);
    if (mcu_eval::InputCount() == 0) continue;
    Fill(type, [](int i) { return i % 5 - 2; });
    CHECK(mcu_eval::Invoke());
    const uint8_t* out = mcu_eval::OutputData(0);
    int least = 100, most = -100;
    for (int i = 0; i < 25; ++i) {
      least = std::min(least, At(out, type, i));
      most = std::max(most, At(out, type, i));
    }
    CHECK_EQ(least, 0);
    CHECK_EQ(most, 6);
    // Row 1: columns of -2 -1, then -2 -1 0, and so on, three times.
    CHECK_EQ(At(out, type, 7), 0);
    CHECK_EQ(At(out, type, 8), 6);
  }
}

// An image of few pixels, the last of which a tap reaches past 2^31 elements of
// an image with all output channels beside each other.
TEST(ManyOutputChannels_UnderAWideWindow) {
  constexpr int32_t kWidth = 30001, kChannels = 100000;
  for (tflite::TensorType type : kTypes) {
    Draft d;
    d.Activation({1, 1, kWidth, 1}, 1, 0, type);
    std::vector<uint8_t> weights(2 * kChannels, 1);
    weights[kChannels + 7] = 3;
    d.Tensor({1, 1, 2, kChannels}, tflite::TensorType_INT8, weights);
    d.Quantize(1, {1}, {0}, 3);
    d.Activation({1, 1, 1, kChannels}, 1, 0, type);
    tflite::DepthwiseConv2DOptionsT options;
    options.padding = tflite::Padding_VALID;
    options.stride_h = options.stride_w = 1;
    options.depth_multiplier = kChannels;
    options.dilation_h_factor = 32767;
    options.dilation_w_factor = kWidth - 1;
    d.Op(tflite::BuiltinOperator_DEPTHWISE_CONV_2D, {0, 1}, {2}, 3)
        .builtin_options.Set(std::move(options));
    d.Ends({0}, {2});
    CHECK_EQ(LoadBytes(d.Bytes(), 1 << 23).reason, ModelReason::kOk);
    if (mcu_eval::InputCount() == 0) continue;
    uint8_t* input = mcu_eval::InputData(0);
    const int bytes = type == tflite::TensorType_INT8 ? 1 : 2;
    std::memset(input, 0, mcu_eval::InputInfo(0).bytes);
    input[0] = 2;
    input[(kWidth - 1) * bytes] = 5;
    CHECK(mcu_eval::Invoke());
    CHECK_EQ(At(mcu_eval::OutputData(0), type, 0), 7);
    CHECK_EQ(At(mcu_eval::OutputData(0), type, 7), 17);
    CHECK_EQ(At(mcu_eval::OutputData(0), type, kChannels - 1), 7);
  }
}

TEST(DilatedSame_InOtherTypesDoesNotLoad) {
  Draft d = OnesKernel(tflite::TensorType_UINT8, 2,
                       tflite::ActivationFunctionType_NONE);
  d.tensor(1).type = tflite::TensorType_UINT8;
  const mcu_eval::ModelStatus status = LoadBytes(d.Bytes());
  CHECK_EQ(status.reason, ModelReason::kBadParameter);
  CHECK_EQ(status.op_index, 0);
}

MCU_EVAL_TEST_MAIN()
