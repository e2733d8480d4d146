// What int16 activations may not have: zero points, and scales beyond what
// their kernels compute in.
#if defined(__x86_64__)
#include "firmware/infer/kernels/requantize16_avx2.h"
#endif
#include "test/firmware/check.h"
#include "test/firmware/infer/models.h"

using mcu_eval::ModelReason;
using mcu_eval::ModelStatus;
using mcu_eval_test::Draft;
using mcu_eval_test::LoadBytes;

namespace {

constexpr auto kInt16 = tflite::TensorType_INT16;

template <typename Options>
Draft Pair(tflite::BuiltinOperator code, float scale_a, float scale_b,
           float scale_out) {
  Draft d;
  d.Activation({1, 4}, scale_a, 0, kInt16);
  d.Activation({1, 4}, scale_b, 0, kInt16);
  d.Activation({1, 4}, scale_out, 0, kInt16);
  d.Op(code, {0, 1}, {2}).builtin_options.Set(Options());
  d.Ends({0, 1}, {2});
  return d;
}

Draft Softmax(float scale, int32_t classes, float out_scale) {
  Draft d;
  d.Activation({1, classes}, scale, 0, kInt16);
  d.Activation({1, classes}, out_scale, 0, kInt16);
  tflite::SoftmaxOptionsT softmax;
  softmax.beta = 1;
  d.Op(tflite::BuiltinOperator_SOFTMAX, {0}, {1}, 3)
      .builtin_options.Set(std::move(softmax));
  d.Ends({0}, {1});
  return d;
}

Draft Pad() {
  Draft d;
  d.Activation({2, 3}, 0.1f, 0, kInt16);
  d.Int32s({2, 2}, {1, 0, 0, 2});
  d.Activation({3, 5}, 0.1f, 0, kInt16);
  d.Op(tflite::BuiltinOperator_PAD, {0, 1}, {2}, 2);
  d.Ends({0}, {2});
  return d;
}

Draft Pool() {
  Draft d;
  d.Activation({1, 4, 4, 2}, 0.1f, 0, kInt16);
  d.Activation({1, 2, 2, 2}, 0.1f, 0, kInt16);
  tflite::Pool2DOptionsT pool;
  pool.padding = tflite::Padding_VALID;
  pool.stride_h = pool.stride_w = pool.filter_height = pool.filter_width = 2;
  d.Op(tflite::BuiltinOperator_AVERAGE_POOL_2D, {0}, {1}, 3)
      .builtin_options.Set(std::move(pool));
  d.Ends({0}, {1});
  return d;
}

// One channel, one weight of 127.
Draft Depthwise(float scale, int64_t bias) {
  Draft d;
  d.Activation({1, 1, 1, 1}, scale, 0, kInt16);
  d.Tensor({1, 1, 1, 1}, tflite::TensorType_INT8, {127});
  d.Quantize(1, {1}, {0}, 3);
  d.Int64s({1}, {bias});
  d.Activation({1, 1, 1, 1}, 1, 0, kInt16);
  tflite::DepthwiseConv2DOptionsT options;
  options.stride_h = options.stride_w = options.depth_multiplier = 1;
  d.Op(tflite::BuiltinOperator_DEPTHWISE_CONV_2D, {0, 1, 2}, {3}, 5)
      .builtin_options.Set(std::move(options));
  d.Ends({0}, {3});
  return d;
}

void CheckRefused(const Draft& d, ModelReason reason, int tensor) {
  const ModelStatus status = LoadBytes(d.Bytes());
  CHECK_EQ(status.reason, reason);
  CHECK_EQ(status.op_index, 0);
  CHECK_EQ(status.tensor_index, tensor);
}

}  // namespace

TEST(ZeroPoint_DoesNotLoad) {
  for (int tensor : {0, 1, 2}) {
    Draft add = Pair<tflite::AddOptionsT>(tflite::BuiltinOperator_ADD, 1, 1, 1);
    CHECK(LoadBytes(add.Bytes()).ok());
    add.Quantize(tensor, {1}, {1});
    CheckRefused(add, ModelReason::kBadQuantization, tensor);
  }
  Draft softmax = Softmax(0.1f, 3, 1.f / 32768);
  softmax.Quantize(0, {0.1f}, {1});
  CheckRefused(softmax, ModelReason::kBadQuantization, 0);
  Draft pool = Pool();
  CHECK(LoadBytes(pool.Bytes()).ok());
  for (int tensor : {0, 1}) pool.Quantize(tensor, {0.1f}, {1});
  CheckRefused(pool, ModelReason::kBadQuantization, 0);
  Draft pad = Pad();
  CHECK(LoadBytes(pad.Bytes()).ok());
  for (int tensor : {0, 2}) pad.Quantize(tensor, {0.1f}, {1});
  CheckRefused(pad, ModelReason::kBadQuantization, 0);
  for (int tensor : {0, 3}) {
    Draft depthwise = Depthwise(1, 0);
    depthwise.Quantize(tensor, {1}, {1});
    CheckRefused(depthwise, ModelReason::kBadQuantization, tensor);
  }
}

TEST(Subtraction_HasNoKernel) {
  CheckRefused(Pair<tflite::SubOptionsT>(tflite::BuiltinOperator_SUB, 1, 1, 1),
               ModelReason::kUnsupportedType, 0);
}

// Products of two int16 leave no bit for a shift to the left.
TEST(ProductOfScales_IsBelowOne) {
  const auto code = tflite::BuiltinOperator_MUL;
  CHECK(LoadBytes(Pair<tflite::MulOptionsT>(code, 0.5f, 1.5f, 1).Bytes()).ok());
  CheckRefused(Pair<tflite::MulOptionsT>(code, 0.5f, 2, 1),
               ModelReason::kBadQuantization, -1);
}

// Of an ADD whose output is so much finer than its inputs that 15 bits are not
// enough.
TEST(SumOfScales_IsBounded) {
  const auto code = tflite::BuiltinOperator_ADD;
  CHECK(
      LoadBytes(Pair<tflite::AddOptionsT>(code, 1, 1, 0x1p-13f).Bytes()).ok());
  CheckRefused(Pair<tflite::AddOptionsT>(code, 1, 1, 0x1p-14f),
               ModelReason::kBadQuantization, -1);
}

TEST(Softmax_IsBounded) {
  CHECK(LoadBytes(Softmax(1, 32767, 1.f / 32768).Bytes(), 1 << 18).ok());
  CheckRefused(Softmax(1, 32768, 1.f / 32768), ModelReason::kBadShape, 0);
  CheckRefused(Softmax(3, 3, 1.f / 32768), ModelReason::kBadQuantization, -1);
  CheckRefused(Softmax(1, 3, 1.f / 65536), ModelReason::kBadQuantization, 1);
}

TEST(DepthwiseSums_AreBounded) {
  constexpr int64_t kMost = int64_t{1} << 47;
  const float tiny = 0x1p-30f;
  CHECK(LoadBytes(Depthwise(tiny, kMost - (1 << 24)).Bytes()).ok());
  CheckRefused(Depthwise(tiny, kMost), ModelReason::kBadQuantization, 1);
  // 127 * 2^15 and the bias times 64.
  CHECK(LoadBytes(Depthwise(64, 1 << 24).Bytes()).ok());
  CheckRefused(Depthwise(64, 1 << 25), ModelReason::kBadQuantization, 1);
  CheckRefused(Depthwise(128, 0), ModelReason::kBadQuantization, -1);
}

TEST(DepthwiseTensors_AreOfOneKind) {
  Draft bias = Depthwise(1, 0);
  bias.tensor(2).type = tflite::TensorType_INT32;
  bias.model.buffers[2]->data.resize(4);
  CheckRefused(bias, ModelReason::kUnsupportedType, 2);
  Draft output = Depthwise(1, 0);
  output.tensor(3).type = tflite::TensorType_INT8;
  CheckRefused(output, ModelReason::kUnsupportedType, 3);
  Draft weights = Depthwise(1, 0);
  weights.tensor(1).type = kInt16;
  weights.model.buffers[1]->data.resize(2);
  CheckRefused(weights, ModelReason::kUnsupportedType, 1);
}

#if defined(__x86_64__)
TEST(SumOf32Bits_IsNotTakenForAnyNumberOfWeights) {
  if (!__builtin_cpu_supports("avx2")) return;
  using mcu_eval::kernels::avx2::IsSum32;
  const int8_t weight = 127;
  CHECK(IsSum32(&weight, 516, 0));
  CHECK(!IsSum32(&weight, 517, 0));
  CHECK(!IsSum32(&weight, 1 << 25, 0));
}
#endif

MCU_EVAL_TEST_MAIN()
