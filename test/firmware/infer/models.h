// Models for the tests: real ones from the runtime's package, and small ones
// made here through the schema's object API, to be broken one field at a time.
#ifndef MCU_EVAL_TEST_FIRMWARE_INFER_MODELS_H_
#define MCU_EVAL_TEST_FIRMWARE_INFER_MODELS_H_

#include <memory>
#include <string>
#include <vector>

#include "firmware/infer/infer.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace mcu_eval_test {

// Exactly `size` bytes, 16-byte aligned, so that a sanitizer sees the first
// byte beyond them.
class Block {
 public:
  explicit Block(size_t size);
  explicit Block(const std::vector<uint8_t>& bytes);
  uint8_t* data() { return bytes_.get(); }
  size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(uint8_t* p) const;
  };
  std::unique_ptr<uint8_t, Free> bytes_;
  size_t size_;
};

// A file of the runtime package's examples/models, such as
// "micro_speech.tflite"; exits the test if it is missing.
std::vector<uint8_t> PackageFile(const std::string& name);

// A file of this repository.
std::vector<uint8_t> ReadFile(const std::string& path);

// A model as the object API has it, under construction. Buffer 0 is empty.
class Draft {
 public:
  Draft();
  // Adds a tensor; `data` makes it a constant.
  int Tensor(std::vector<int32_t> shape, tflite::TensorType type,
             std::vector<uint8_t> data = {});
  int Activation(std::vector<int32_t> shape, float scale = 0.5f,
                 int64_t zero = 0,
                 tflite::TensorType type = tflite::TensorType_INT8);
  int Weights(std::vector<int32_t> shape, int channels, int axis,
              float scale = 0.01f);
  int Int32s(std::vector<int32_t> shape, std::vector<int32_t> values);
  int Int64s(std::vector<int32_t> shape, std::vector<int64_t> values);
  void Quantize(int tensor, std::vector<float> scales,
                std::vector<int64_t> zeros, int axis = 0);
  // Adds an operator; options may be set through the result.
  tflite::OperatorT& Op(tflite::BuiltinOperator code, std::vector<int> inputs,
                        std::vector<int> outputs, int version = 1);
  // The graph's inputs and outputs.
  void Ends(std::vector<int> inputs, std::vector<int> outputs);

  tflite::TensorT& tensor(int i) { return *graph().tensors[i]; }
  tflite::SubGraphT& graph() { return *model.subgraphs[0]; }
  std::vector<uint8_t> Bytes() const;

  tflite::ModelT model;
};

// [1,6,6,2] -> CONV_2D 3x3 to 4 channels, per channel, ReLU -> ADD with itself
// -> MAX_POOL_2D 2x2 -> RESHAPE -> FULLY_CONNECTED to 3 -> SOFTMAX; int8.
// Tensors: 0 input, 1 filter, 2 bias, 3 conv, 4 add, 5 pool, 6 flat shape,
// 7 flat, 8 weights, 9 bias, 10 logits, 11 softmax.
Draft SmallNet();

// Loads from exact-size blocks that live until the next call.
mcu_eval::ModelStatus LoadBytes(const std::vector<uint8_t>& bytes,
                                size_t arena_bytes = 1 << 17);

// Fills input `i` with a seeded pattern.
void FillInput(size_t i, uint32_t seed);

}  // namespace mcu_eval_test

#endif  // MCU_EVAL_TEST_FIRMWARE_INFER_MODELS_H_
