// No operator writes anything in the arena but its outputs and the scratch:
// after each the whole arena is compared with what it was before.
#include <algorithm>
#include <memory>

#include "firmware/infer/kernels/forms.h"
#include "firmware/infer/kernels/memory.h"
#include "firmware/infer/ops.h"
#include "firmware/infer/reporter.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "test/firmware/check.h"
#include "test/firmware/infer/models.h"

using mcu_eval::KernelSet;
using mcu_eval_test::Block;
using mcu_eval_test::PackageFile;
using mcu_eval_test::ReadFile;

namespace {

constexpr size_t kArenaBytes = 1 << 19;

struct Watch {
  const char* name;
  tflite::MicroInterpreter* interpreter;
  const tflite::SubGraph* graph;
  Block* arena;
  std::vector<uint8_t> before;
  size_t nodes = 0;
};

// Marks the bytes of the arena that lie in [data, data + size).
void Allow(Block& arena, const uint8_t* data, size_t size,
           std::vector<bool>* allowed) {
  if (data < arena.data() || data >= arena.data() + arena.size()) return;
  const auto first = static_cast<size_t>(data - arena.data());
  std::fill_n(allowed->begin() + static_cast<std::ptrdiff_t>(first), size,
              true);
}

void BeforeNode(void* context, size_t) {
  auto& watch = *static_cast<Watch*>(context);
  std::copy_n(watch.arena->data(), watch.arena->size(), watch.before.begin());
}

// First byte of the arena that changed though operator `node` may not write
// there, or -1.
std::ptrdiff_t StrayByte(const Watch& watch, size_t node) {
  Block& arena = *watch.arena;
  std::vector<bool> allowed(arena.size());
  for (int32_t index : *watch.graph->operators()->Get(node)->outputs()) {
    const TfLiteTensor* tensor = watch.interpreter->tensor(index);
    Allow(arena, tensor->data.uint8, tensor->bytes, &allowed);
  }
  Allow(arena, mcu_eval::kernels::Scratch(), mcu_eval::kernels::ScratchBytes(),
        &allowed);
  for (size_t i = 0; i < arena.size(); ++i) {
    if (arena.data()[i] != watch.before[i] && !allowed[i]) {
      return static_cast<std::ptrdiff_t>(i);
    }
  }
  return -1;
}

void AfterNode(void* context, size_t node) {
  auto& watch = *static_cast<Watch*>(context);
  const std::ptrdiff_t stray = StrayByte(watch, node);
  if (stray >= 0) {
    std::cerr << watch.name << ", operator " << node << "\n";
    CHECK_EQ(stray, -1);
  }
  ++watch.nodes;
}

void FillInputs(tflite::MicroInterpreter& interpreter, uint32_t seed) {
  for (size_t i = 0; i < interpreter.inputs_size(); ++i) {
    TfLiteTensor* input = interpreter.input(i);
    for (size_t at = 0; at < input->bytes; ++at) {
      seed = seed * 1664525 + 1013904223;
      input->data.uint8[at] = static_cast<uint8_t>(seed >> 24);
    }
  }
}

void CheckModel(const char* name, const std::vector<uint8_t>& bytes) {
  Block file(bytes);
  Block arena(kArenaBytes);
  std::fill_n(arena.data(), arena.size(), 0xA5);
  const tflite::Model* model = tflite::GetModel(file.data());
  const tflite::SubGraph* graph = model->subgraphs()->Get(0);
  mcu_eval::Reporter reporter;
  mcu_eval::TableResolver resolver;
  mcu_eval::kernels::BeginScratch(graph->operators()->size());
  tflite::MicroInterpreter interpreter(model, resolver, arena.data(),
                                       arena.size(), &reporter);
  CHECK_EQ(interpreter.AllocateTensors(), kTfLiteOk);
  Watch watch = {name, &interpreter, graph, &arena, {}};
  watch.before.resize(arena.size());
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    FillInputs(interpreter, seed);
    const mcu_eval::NodeHooks hooks = {BeforeNode, AfterNode, &watch};
    mcu_eval::SetNodeHooks(&hooks);
    CHECK_EQ(interpreter.Invoke(), kTfLiteOk);
    mcu_eval::SetNodeHooks(nullptr);
    CHECK_EQ(watch.nodes, seed * graph->operators()->size());
  }
}

}  // namespace

TEST(OperatorsOfEachSet_WriteTheirOutputsAlone) {
  const struct {
    const char* name;
    std::vector<uint8_t> bytes;
  } models[] = {
      {"small net", mcu_eval_test::SmallNet().Bytes()},
      {"micro_speech", PackageFile("micro_speech.tflite")},
      {"person_detection", PackageFile("person_detection_grayscale.tflite")},
      {"ResNet-8 int8", ReadFile("models/cifar10-resnet8/int8.tflite")},
      {"ResNet-8 int16x8", ReadFile("models/cifar10-resnet8/int16x8.tflite")},
  };
  int sets = 0;
  for (KernelSet set :
       {KernelSet::kPortable, KernelSet::kAvx2, KernelSet::kVnni}) {
    if (!mcu_eval::kernels::Activate(set)) continue;
    ++sets;
    for (const auto& model : models) CheckModel(model.name, model.bytes);
  }
  std::printf("  %d sets\n", sets);
}

// The test itself: a write beside an output is seen.
TEST(StrayWrite_IsSeen) {
  Block file(mcu_eval_test::SmallNet().Bytes());
  Block arena(kArenaBytes);
  const tflite::Model* model = tflite::GetModel(file.data());
  mcu_eval::Reporter reporter;
  mcu_eval::TableResolver resolver;
  mcu_eval::kernels::BeginScratch(6);
  tflite::MicroInterpreter interpreter(model, resolver, arena.data(),
                                       arena.size(), &reporter);
  CHECK_EQ(interpreter.AllocateTensors(), kTfLiteOk);
  Watch watch = {"stray", &interpreter, model->subgraphs()->Get(0), &arena, {}};
  watch.before.assign(arena.data(), arena.data() + arena.size());
  const TfLiteTensor* output = interpreter.tensor(3);
  output->data.uint8[output->bytes] ^= 1;
  CHECK_EQ(StrayByte(watch, 0),
           output->data.uint8 + output->bytes - arena.data());
}

MCU_EVAL_TEST_MAIN()
