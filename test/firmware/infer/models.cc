#include "test/firmware/infer/models.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

namespace mcu_eval_test {

void Block::Free::operator()(uint8_t* p) const { std::free(p); }

Block::Block(size_t size) : size_(size) {
  void* memory = nullptr;
  if (posix_memalign(&memory, 16, size == 0 ? 1 : size) != 0) std::abort();
  bytes_.reset(static_cast<uint8_t*>(memory));
}

Block::Block(const std::vector<uint8_t>& bytes) : Block(bytes.size()) {
  std::copy(bytes.begin(), bytes.end(), data());
}

std::vector<uint8_t> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(1);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<uint8_t> PackageFile(const std::string& name) {
  const char* sources = std::getenv("TFLM_DIR");
  if (sources == nullptr) {
    std::fprintf(stderr, "TFLM_DIR is not set; use make -C firmware test\n");
    std::exit(1);
  }
  return ReadFile(std::string(sources) + "/../../examples/models/" + name);
}

Draft::Draft() {
  model.version = 3;
  model.subgraphs.push_back(std::make_unique<tflite::SubGraphT>());
  model.buffers.push_back(std::make_unique<tflite::BufferT>());
}

int Draft::Tensor(std::vector<int32_t> shape, tflite::TensorType type,
                  std::vector<uint8_t> data) {
  auto tensor = std::make_unique<tflite::TensorT>();
  tensor->shape = std::move(shape);
  tensor->type = type;
  if (!data.empty()) {
    tensor->buffer = static_cast<uint32_t>(model.buffers.size());
    model.buffers.push_back(std::make_unique<tflite::BufferT>());
    model.buffers.back()->data = std::move(data);
  }
  graph().tensors.push_back(std::move(tensor));
  return static_cast<int>(graph().tensors.size()) - 1;
}

void Draft::Quantize(int index, std::vector<float> scales,
                     std::vector<int64_t> zeros, int axis) {
  auto q = std::make_unique<tflite::QuantizationParametersT>();
  q->scale = std::move(scales);
  q->zero_point = std::move(zeros);
  q->quantized_dimension = axis;
  tensor(index).quantization = std::move(q);
}

int Draft::Activation(std::vector<int32_t> shape, float scale, int64_t zero,
                      tflite::TensorType type) {
  const int index = Tensor(std::move(shape), type);
  if (scale > 0) Quantize(index, {scale}, {zero});
  return index;
}

int Draft::Weights(std::vector<int32_t> shape, int channels, int axis,
                   float scale) {
  size_t elements = 1;
  for (int32_t dim : shape) elements *= static_cast<size_t>(dim);
  std::vector<uint8_t> data(elements);
  for (size_t i = 0; i < elements; ++i) {
    data[i] = static_cast<uint8_t>(i * 37 + 11);
  }
  const int index = Tensor(std::move(shape), tflite::TensorType_INT8, data);
  Quantize(index, std::vector<float>(channels, scale),
           std::vector<int64_t>(channels, 0), axis);
  return index;
}

int Draft::Int32s(std::vector<int32_t> shape, std::vector<int32_t> values) {
  std::vector<uint8_t> data(4 * values.size());
  std::memcpy(data.data(), values.data(), data.size());
  return Tensor(std::move(shape), tflite::TensorType_INT32, data);
}

int Draft::Int64s(std::vector<int32_t> shape, std::vector<int64_t> values) {
  std::vector<uint8_t> data(8 * values.size());
  std::memcpy(data.data(), values.data(), data.size());
  return Tensor(std::move(shape), tflite::TensorType_INT64, data);
}

tflite::OperatorT& Draft::Op(tflite::BuiltinOperator code,
                             std::vector<int> inputs, std::vector<int> outputs,
                             int version) {
  auto entry = std::make_unique<tflite::OperatorCodeT>();
  entry->builtin_code = code;
  entry->version = version;
  auto op = std::make_unique<tflite::OperatorT>();
  op->opcode_index = static_cast<uint32_t>(model.operator_codes.size());
  model.operator_codes.push_back(std::move(entry));
  op->inputs = std::move(inputs);
  op->outputs = std::move(outputs);
  graph().operators.push_back(std::move(op));
  return *graph().operators.back();
}

void Draft::Ends(std::vector<int> inputs, std::vector<int> outputs) {
  graph().inputs = std::move(inputs);
  graph().outputs = std::move(outputs);
}

std::vector<uint8_t> Draft::Bytes() const {
  flatbuffers::FlatBufferBuilder builder;
  tflite::FinishModelBuffer(builder, tflite::Model::Pack(builder, &model));
  return {builder.GetBufferPointer(),
          builder.GetBufferPointer() + builder.GetSize()};
}

Draft SmallNet() {
  Draft d;
  d.Activation({1, 6, 6, 2}, 0.05f, -1);
  d.Weights({4, 3, 3, 2}, 4, 0);
  d.Int32s({4}, {10, -20, 30, -40});
  d.Activation({1, 6, 6, 4}, 0.1f, -128);
  d.Activation({1, 6, 6, 4}, 0.2f, -128);
  d.Activation({1, 3, 3, 4}, 0.2f, -128);
  d.Int32s({2}, {1, 36});
  d.Activation({1, 36}, 0.2f, -128);
  d.Weights({3, 36}, 1, 0, 0.02f);
  d.Int32s({3}, {1, 2, 3});
  d.Quantize(9, {0.2f * 0.02f}, {0});
  d.Activation({1, 3}, 0.4f, 3);
  d.Activation({1, 3}, 1.f / 256, -128);

  tflite::Conv2DOptionsT conv;
  conv.padding = tflite::Padding_SAME;
  conv.stride_h = conv.stride_w = 1;
  conv.fused_activation_function = tflite::ActivationFunctionType_RELU;
  d.Op(tflite::BuiltinOperator_CONV_2D, {0, 1, 2}, {3}, 3)
      .builtin_options.Set(std::move(conv));
  d.Op(tflite::BuiltinOperator_ADD, {3, 3}, {4}, 2)
      .builtin_options.Set(tflite::AddOptionsT());
  tflite::Pool2DOptionsT pool;
  pool.padding = tflite::Padding_VALID;
  pool.stride_h = pool.stride_w = pool.filter_height = pool.filter_width = 2;
  d.Op(tflite::BuiltinOperator_MAX_POOL_2D, {4}, {5}, 2)
      .builtin_options.Set(std::move(pool));
  d.Op(tflite::BuiltinOperator_RESHAPE, {5, 6}, {7});
  d.Op(tflite::BuiltinOperator_FULLY_CONNECTED, {7, 8, 9}, {10}, 4)
      .builtin_options.Set(tflite::FullyConnectedOptionsT());
  tflite::SoftmaxOptionsT softmax;
  softmax.beta = 1;
  d.Op(tflite::BuiltinOperator_SOFTMAX, {10}, {11}, 2)
      .builtin_options.Set(std::move(softmax));
  d.Ends({0}, {11});
  return d;
}

mcu_eval::ModelStatus LoadBytes(const std::vector<uint8_t>& bytes,
                                size_t arena_bytes) {
  static std::unique_ptr<Block> model, arena;
  model = std::make_unique<Block>(bytes);
  if (arena == nullptr || arena->size() != arena_bytes) {
    arena = std::make_unique<Block>(arena_bytes);
  }
  return mcu_eval::Load(model->data(), model->size(), arena->data(),
                        arena->size());
}

void FillInput(size_t i, uint32_t seed) {
  const mcu_eval::TensorInfo info = mcu_eval::InputInfo(i);
  uint8_t* data = mcu_eval::InputData(i);
  if (info.type == mcu_eval::TensorType::kFloat32) {
    for (uint32_t at = 0; at < info.bytes; at += 4) {
      seed = seed * 1664525 + 1013904223;
      const float value = static_cast<float>(seed >> 8) / (1 << 23) - 1;
      std::memcpy(data + at, &value, 4);
    }
    return;
  }
  const bool is_bool = info.type == mcu_eval::TensorType::kBool;
  for (uint32_t at = 0; at < info.bytes; ++at) {
    seed = seed * 1664525 + 1013904223;
    data[at] = static_cast<uint8_t>(is_bool ? seed >> 31 : seed >> 24);
  }
}

}  // namespace mcu_eval_test
