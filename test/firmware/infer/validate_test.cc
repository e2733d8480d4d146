// One sound model, broken one field at a time: each break must be named.
#include <cstring>
#include <functional>
#include <limits>

#include "test/firmware/check.h"
#include "test/firmware/infer/models.h"

using mcu_eval::ModelReason;
using mcu_eval::ModelReasonName;
using mcu_eval::ModelStatus;
using mcu_eval_test::Draft;
using mcu_eval_test::LoadBytes;
using mcu_eval_test::SmallNet;

namespace {

struct Break {
  const char* name;
  std::function<void(Draft&)> apply;
  ModelReason reason;
  int op;      // operator at fault, -1 for none
  int tensor;  // tensor at fault, -1 for none
};

tflite::Conv2DOptionsT& Conv(Draft& d) {
  return *d.graph().operators[0]->builtin_options.AsConv2DOptions();
}

const float kInfinity = std::numeric_limits<float>::infinity();

const Break kBreaks[] = {
    {"version", [](Draft& d) { d.model.version = 2; },
     ModelReason::kBadSchemaVersion, -1, -1},
    {"no subgraph", [](Draft& d) { d.model.subgraphs.clear(); },
     ModelReason::kBadSubgraphs, -1, -1},
    {"two subgraphs",
     [](Draft& d) {
       d.model.subgraphs.push_back(std::make_unique<tflite::SubGraphT>());
     },
     ModelReason::kBadSubgraphs, -1, -1},
    {"no operators", [](Draft& d) { d.graph().operators.clear(); },
     ModelReason::kNotTflite, -1, -1},
    {"no graph inputs", [](Draft& d) { d.graph().inputs.clear(); },
     ModelReason::kNotTflite, -1, -1},
    {"operator code out of range",
     [](Draft& d) { d.graph().operators[1]->opcode_index = 99; },
     ModelReason::kBadIndex, 1, -1},
    {"operator without a kernel",
     [](Draft& d) {
       d.model.operator_codes[1]->builtin_code = tflite::BuiltinOperator_DIV;
     },
     ModelReason::kUnsupportedOp, 1, -1},
    {"custom operator",
     [](Draft& d) {
       d.model.operator_codes[1]->builtin_code = tflite::BuiltinOperator_CUSTOM;
       d.model.operator_codes[1]->custom_code = "Mystery";
     },
     ModelReason::kUnsupportedOp, 1, -1},
    {"operator version",
     [](Draft& d) { d.model.operator_codes[0]->version = 9; },
     ModelReason::kUnsupportedVersion, 0, -1},
    {"tensor type",
     [](Draft& d) { d.tensor(3).type = tflite::TensorType_STRING; },
     ModelReason::kUnsupportedType, -1, 3},
    {"kernel type",
     [](Draft& d) {
       d.tensor(0).type = tflite::TensorType_INT32;
       d.tensor(3).type = tflite::TensorType_INT32;
     },
     ModelReason::kUnsupportedType, 0, 0},
    {"variable tensor", [](Draft& d) { d.tensor(4).is_variable = true; },
     ModelReason::kVariableTensor, -1, 4},
    {"zero dimension", [](Draft& d) { d.tensor(3).shape[1] = 0; },
     ModelReason::kBadShape, -1, 3},
    {"negative dimension", [](Draft& d) { d.tensor(3).shape[1] = -1; },
     ModelReason::kBadShape, -1, 3},
    {"dimensions that overflow",
     [](Draft& d) {
       d.tensor(3).shape = {65536, 65536, 65536, 65536};
     },
     ModelReason::kBadShape, -1, 3},
    {"rank six", [](Draft& d) { d.tensor(3).shape = {1, 1, 1, 6, 6, 4}; },
     ModelReason::kBadShape, -1, 3},
    {"buffer index", [](Draft& d) { d.tensor(1).buffer = 77; },
     ModelReason::kBadIndex, -1, 1},
    {"constant too short",
     [](Draft& d) { d.model.buffers[1]->data.pop_back(); },
     ModelReason::kBadBuffer, -1, 1},
    {"constant too long",
     [](Draft& d) { d.model.buffers[2]->data.push_back(0); },
     ModelReason::kBadBuffer, -1, 2},
    {"filter without data", [](Draft& d) { d.tensor(1).buffer = 0; },
     ModelReason::kBadIndex, 0, 1},
    {"scale zero", [](Draft& d) { d.Quantize(3, {0}, {0}); },
     ModelReason::kBadQuantization, -1, 3},
    {"scale infinite", [](Draft& d) { d.Quantize(3, {kInfinity}, {0}); },
     ModelReason::kBadQuantization, -1, 3},
    {"scale negative", [](Draft& d) { d.Quantize(3, {-0.1f}, {0}); },
     ModelReason::kBadQuantization, -1, 3},
    {"zero point out of type", [](Draft& d) { d.Quantize(3, {0.1f}, {128}); },
     ModelReason::kBadQuantization, -1, 3},
    {"fewer zero points than scales",
     [](Draft& d) {
       d.Quantize(1, {0.1f, 0.1f, 0.1f, 0.1f}, {0});
     },
     ModelReason::kBadQuantization, -1, 1},
    {"scales do not match the channels",
     [](Draft& d) {
       d.Quantize(1, {0.1f, 0.1f, 0.1f}, {0, 0, 0});
     },
     ModelReason::kBadQuantization, -1, 1},
    {"scales along another axis",
     [](Draft& d) {
       d.Quantize(1, {0.1f, 0.1f, 0.1f}, {0, 0, 0}, 1);
     },
     ModelReason::kBadQuantization, 0, 1},
    {"quantised axis out of range",
     [](Draft& d) {
       d.Quantize(1, {0.1f, 0.1f, 0.1f, 0.1f}, {0, 0, 0, 0}, 4);
     },
     ModelReason::kBadQuantization, -1, 1},
    {"filter with a zero point", [](Draft& d) { d.Quantize(1, {0.1f}, {1}); },
     ModelReason::kBadQuantization, 0, 1},
    {"activation without scale",
     [](Draft& d) { d.tensor(3).quantization.reset(); },
     ModelReason::kBadQuantization, 0, 3},
    {"fully connected weights with a zero point",
     [](Draft& d) { d.Quantize(8, {0.02f}, {1}); },
     ModelReason::kBadQuantization, 4, 8},
    {"fully connected scales along the inputs",
     [](Draft& d) {
       d.Quantize(8, std::vector<float>(36, 0.02f), std::vector<int64_t>(36, 0),
                  1);
     },
     ModelReason::kBadQuantization, 4, 8},
    {"bias scale of fully connected",
     [](Draft& d) { d.Quantize(9, {0.5f}, {0}); },
     ModelReason::kBadQuantization, 4, 9},
    {"softmax output scale",
     [](Draft& d) { d.Quantize(11, {1.f / 128}, {-128}); },
     ModelReason::kBadQuantization, 5, 11},
    {"softmax input scale",
     [](Draft& d) {
       d.Quantize(8, {1e-7f}, {0});
       d.Quantize(9, {0.2f * 1e-7f}, {0});
       d.Quantize(10, {1e-8f}, {0});
     },
     ModelReason::kBadQuantization, 5, 10},
    {"bias that overflows the sum",
     [](Draft& d) {
       d.model.buffers[2]->data = {0, 0, 0, 0, 0, 0, 0, 0,
                                   0, 0, 0, 0, 0, 0, 0, 0x7F};
       d.Quantize(3, {0.0001f}, {-128});
     },
     ModelReason::kBadQuantization, 0, 1},
    {"pool that would rescale", [](Draft& d) { d.Quantize(5, {0.3f}, {-128}); },
     ModelReason::kBadQuantization, 2, 5},
    {"add scales far apart", [](Draft& d) { d.Quantize(4, {1e-9f}, {0}); },
     ModelReason::kBadQuantization, 1, -1},
    {"input index out of range",
     [](Draft& d) { d.graph().operators[1]->inputs[0] = 12; },
     ModelReason::kBadIndex, 1, -1},
    {"input index negative",
     [](Draft& d) { d.graph().operators[1]->inputs[0] = -2; },
     ModelReason::kBadIndex, 1, -1},
    {"output index out of range",
     [](Draft& d) { d.graph().operators[1]->outputs[0] = 1000000; },
     ModelReason::kBadIndex, 1, -1},
    {"optional input", [](Draft& d) { d.graph().operators[4]->inputs[2] = -1; },
     ModelReason::kOptionalInput, 4, -1},
    {"graph output out of range", [](Draft& d) { d.graph().outputs = {12}; },
     ModelReason::kBadIndex, -1, -1},
    {"graph input is a constant", [](Draft& d) { d.graph().inputs = {1}; },
     ModelReason::kBadIndex, -1, 1},
    {"graph output that nobody writes",
     [](Draft& d) {
       d.graph().outputs.push_back(d.Activation({1, 3}));
     },
     ModelReason::kBadIndex, -1, 12},
    {"operators out of order",
     [](Draft& d) {
       std::swap(d.graph().operators[0], d.graph().operators[1]);
     },
     ModelReason::kBadIndex, 0, 3},
    {"tensor written twice",
     [](Draft& d) { d.graph().operators[1]->outputs[0] = 3; },
     ModelReason::kBadIndex, 1, 3},
    {"constant as output",
     [](Draft& d) { d.graph().operators[1]->outputs[0] = 2; },
     ModelReason::kBadIndex, 1, 2},
    {"tensor that nobody reads", [](Draft& d) { d.Activation({1}); },
     ModelReason::kBadIndex, -1, 12},
    {"missing options",
     [](Draft& d) { d.graph().operators[0]->builtin_options.Reset(); },
     ModelReason::kBadParameter, 0, -1},
    {"options of another operator",
     [](Draft& d) {
       d.graph().operators[0]->builtin_options.Set(tflite::Pool2DOptionsT());
     },
     ModelReason::kBadParameter, 0, -1},
    {"custom options of a builtin",
     [](Draft& d) {
       d.graph().operators[0]->custom_options = {1, 2};
     },
     ModelReason::kBadParameter, 0, -1},
    {"stride zero", [](Draft& d) { Conv(d).stride_w = 0; },
     ModelReason::kBadParameter, 0, -1},
    {"stride negative", [](Draft& d) { Conv(d).stride_h = -1; },
     ModelReason::kBadParameter, 0, -1},
    {"dilation zero", [](Draft& d) { Conv(d).dilation_h_factor = 0; },
     ModelReason::kBadParameter, 0, -1},
    {"dilation beyond the input",
     [](Draft& d) {
       Conv(d).padding = tflite::Padding_VALID;
       Conv(d).dilation_h_factor = 1 << 10;
     },
     ModelReason::kBadShape, 0, -1},
    {"dilation beyond the runtime's 16 bits",
     [](Draft& d) { Conv(d).dilation_h_factor = 1 << 15; },
     ModelReason::kBadParameter, 0, -1},
    {"padding beyond the runtime's 16 bits",
     [](Draft& d) { Conv(d).dilation_w_factor = 1 << 14; },
     ModelReason::kBadParameter, 0, -1},
    {"activation unknown",
     [](Draft& d) {
       Conv(d).fused_activation_function = tflite::ActivationFunctionType_TANH;
     },
     ModelReason::kBadParameter, 0, -1},
    {"conv output shape", [](Draft& d) { Conv(d).stride_w = 2; },
     ModelReason::kBadShape, 0, 3},
    {"conv bias length",
     [](Draft& d) {
       d.tensor(2).shape = {3};
       d.model.buffers[2]->data.resize(12);
     },
     ModelReason::kBadShape, 0, 2},
    {"conv input channels",
     [](Draft& d) {
       d.tensor(0).shape = {1, 6, 6, 3};
     },
     ModelReason::kBadShape, 0, 1},
    {"add output shape",
     [](Draft& d) {
       d.tensor(4).shape = {1, 6, 6, 5};
     },
     ModelReason::kBadShape, 1, 4},
    {"pool output shape",
     [](Draft& d) {
       d.tensor(5).shape = {1, 3, 4, 4};
     },
     ModelReason::kBadShape, 2, 5},
    {"reshape changes the size",
     [](Draft& d) {
       d.tensor(7).shape = {1, 37};
     },
     ModelReason::kBadShape, 3, 7},
    {"fully connected depth",
     [](Draft& d) {
       d.tensor(8).shape = {3, 35};
       d.model.buffers[4]->data.resize(105);
     },
     ModelReason::kBadShape, 4, 7},
    {"fully connected output", [](Draft& d) { d.tensor(10).shape = {3}; },
     ModelReason::kBadShape, 4, 10},
    {"softmax shape",
     [](Draft& d) {
       d.tensor(11).shape = {1, 4};
     },
     ModelReason::kBadShape, 5, 11},
    {"softmax beta",
     [](Draft& d) {
       d.graph().operators[5]->builtin_options.AsSoftmaxOptions()->beta = -1;
     },
     ModelReason::kBadParameter, 5, -1},
};

}  // namespace

TEST(SmallNet_LoadsAndRuns) {
  const ModelStatus status = LoadBytes(SmallNet().Bytes());
  CHECK_EQ(ModelReasonName(status.reason), std::string("OK"));
  mcu_eval_test::FillInput(0, 1);
  CHECK(mcu_eval::Invoke());
}

TEST(EachBreak_IsNamed) {
  for (const Break& b : kBreaks) {
    Draft draft = SmallNet();
    b.apply(draft);
    const ModelStatus status = LoadBytes(draft.Bytes());
    if (status.reason != b.reason || status.op_index != b.op ||
        status.tensor_index != b.tensor) {
      CHECK_EQ(std::string(b.name), std::string("named"));
      std::cerr << "  got " << ModelReasonName(status.reason) << " op "
                << status.op_index << " tensor " << status.tensor_index << ": "
                << status.detail << "\n";
    }
    CHECK(status.detail[0] != 0);
    CHECK_EQ(mcu_eval::InputCount(), 0u);
    CHECK(!mcu_eval::Invoke());
  }
}

// The kernel shifts a product of two bytes left before it multiplies.
TEST(ProductOfScales_IsBounded) {
  const struct {
    float scale;
    ModelReason reason;
  } cases[] = {{128, ModelReason::kOk}, {256, ModelReason::kBadQuantization}};
  for (const auto& c : cases) {
    Draft d;
    d.Activation({1, 4}, 128, -128);
    d.Activation({1, 4}, c.scale, -128);
    d.Activation({1, 4}, 1, -128);
    d.Op(tflite::BuiltinOperator_MUL, {0, 1}, {2})
        .builtin_options.Set(tflite::MulOptionsT());
    d.Ends({0, 1}, {2});
    CHECK_EQ(LoadBytes(d.Bytes()).reason, c.reason);
    for (size_t i = 0; i < mcu_eval::InputCount(); ++i) {
      std::memset(mcu_eval::InputData(i), 127, 4);
    }
    if (c.reason != ModelReason::kOk || mcu_eval::InputCount() == 0) continue;
    CHECK(mcu_eval::Invoke());
    CHECK_EQ(static_cast<int8_t>(mcu_eval::OutputData(0)[0]), 127);
  }
}

// Of equal inputs, whose exponentials sum up to the number of classes.
TEST(ClassesOfSoftmax_AreBounded) {
  const struct {
    int32_t classes;
    tflite::TensorType output;
    bool fits;
  } cases[] = {{511, tflite::TensorType_INT8, true},
               {512, tflite::TensorType_INT8, false},
               {4095, tflite::TensorType_INT16, true},
               {4096, tflite::TensorType_INT16, false}};
  for (const auto& c : cases) {
    const bool int8 = c.output == tflite::TensorType_INT8;
    Draft d;
    d.Activation({1, c.classes}, 0.1f);
    d.Activation({1, c.classes}, int8 ? 1.f / 256 : 1.f / 65536,
                 int8 ? -128 : -32768, c.output);
    tflite::SoftmaxOptionsT softmax;
    softmax.beta = 1;
    d.Op(tflite::BuiltinOperator_SOFTMAX, {0}, {1})
        .builtin_options.Set(std::move(softmax));
    d.Ends({0}, {1});
    CHECK_EQ(LoadBytes(d.Bytes()).reason,
             c.fits ? ModelReason::kOk : ModelReason::kBadShape);
    if (!c.fits || mcu_eval::InputCount() == 0) continue;
    std::memset(mcu_eval::InputData(0), 0, static_cast<size_t>(c.classes));
    CHECK(mcu_eval::Invoke());
    const uint8_t* out = mcu_eval::OutputData(0);
    const int first = int8 ? static_cast<int8_t>(out[0]) + 128
                           : static_cast<int16_t>(out[0] | out[1] << 8) + 32768;
    CHECK_EQ(first, ((int8 ? 256 : 65536) + c.classes / 2) / c.classes);
  }
}

TEST(NameThatIsNotText_LeavesAPrintableDetail) {
  Draft d = SmallNet();
  d.model.operator_codes[1]->builtin_code = tflite::BuiltinOperator_CUSTOM;
  d.model.operator_codes[1]->custom_code = "My\xFF\nOp";
  CHECK_EQ(
      std::string(LoadBytes(d.Bytes()).detail),
      std::string("operator 1 (My??Op) is not supported by this firmware"));
}

TEST(UnknownPadding_IsRefused) {
  Draft draft = SmallNet();
  Conv(draft).padding = tflite::Padding_VALID;
  std::vector<uint8_t> bytes = draft.Bytes();
  const auto* op =
      tflite::GetModel(bytes.data())->subgraphs()->Get(0)->operators()->Get(0);
  auto* table = const_cast<flatbuffers::Table*>(
      reinterpret_cast<const flatbuffers::Table*>(
          op->builtin_options_as_Conv2DOptions()));
  CHECK(table->SetField<int8_t>(tflite::Conv2DOptions::VT_PADDING, 9, 0));
  CHECK_EQ(LoadBytes(bytes).reason, ModelReason::kBadParameter);
}

TEST(Truncated_IsRefusedAtEveryLength) {
  const std::vector<uint8_t> whole = SmallNet().Bytes();
  for (size_t size = 0; size < whole.size(); ++size) {
    const ModelStatus status =
        LoadBytes({whole.begin(), whole.begin() + static_cast<long>(size)});
    if (!status.ok()) continue;
    // Trailing padding may go; the model is the same.
    CHECK(whole.size() - size < 16);
  }
}

TEST(ForeignFile_IsNotTflite) {
  const std::vector<uint8_t> png = {0x89, 'P', 'N', 'G', 13, 10, 26, 10};
  std::vector<uint8_t> bytes(4096, 0x5A);
  std::copy(png.begin(), png.end(), bytes.begin());
  CHECK_EQ(LoadBytes(bytes).reason, ModelReason::kNotTflite);
  CHECK_EQ(LoadBytes(std::vector<uint8_t>(64, 0)).reason,
           ModelReason::kNotTflite);
}

TEST(FloatInputWithInt8Weights_NamesOperatorAndReason) {
  Draft draft = SmallNet();
  for (int i : {0, 3}) draft.tensor(i).type = tflite::TensorType_FLOAT32;
  CHECK_EQ(std::string(LoadBytes(draft.Bytes()).detail),
           std::string("operator 0 (CONV_2D): tensor 1 has another type"));
}

MCU_EVAL_TEST_MAIN()
