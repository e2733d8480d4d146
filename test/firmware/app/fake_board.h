// A board without hardware: defines all of infer.h, region.h and platform.h
// with a model whose outputs are known. Include it in one file of a program;
// the real parts are then not linked.
#ifndef MCU_EVAL_TEST_FIRMWARE_APP_FAKE_BOARD_H_
#define MCU_EVAL_TEST_FIRMWARE_APP_FAKE_BOARD_H_

#include <csetjmp>
#include <cstring>
#include <vector>

#include "firmware/infer/infer.h"
#include "firmware/infer/region.h"
#include "firmware/ports/platform.h"

namespace mcu_eval_test {

constexpr uint32_t kInputBytes = 64;
constexpr uint32_t kHiddenTensor = 5;  // intact after Invoke
constexpr uint32_t kFirstOutput = 7;

// All that the fakes read; a test sets it before it builds a Bench.
struct Fake {
  std::vector<uint32_t> input_sizes = {kInputBytes};
  std::vector<uint32_t> output_sizes = {10};
  uint32_t hidden_bytes = 300;
  uint32_t operators = 3;
  uint32_t staging_bytes = 2 * kInputBytes;
  mcu_eval::platform::ClockSource clock =
      mcu_eval::platform::ClockSource::kQemuIcount;
  bool takes_bytes_in_invoke = false;
  mcu_eval::ModelReason region = mcu_eval::ModelReason::kOk;
  mcu_eval::ModelReason load = mcu_eval::ModelReason::kOk;
  bool invoke_fails = false;
  // What the counter counts in one go, and what each operator costs.
  uint32_t step = 40;
  uint64_t node_ticks = 1001;
  bool faulted = false;
  mcu_eval::platform::FaultRecord fault = {};

  // Seen by the tests.
  uint32_t invokes = 0;
  uint32_t loads = 0;
  uint32_t resets = 0;
  std::jmp_buf reset_to;
  bool measuring = false;
  bool wrote_while_measuring = false;
  uint64_t time = 0;  // of the measured section
  mcu_eval::NodeHooks hooks = {};
  size_t node = 0;
  uint32_t request = 0;
  uint32_t request_in_invoke = 0;
  mcu_eval::platform::Phase phase = mcu_eval::platform::Phase::kBoot;

  // Memory, of exactly the announced size so that ASan sees every step beyond.
  std::vector<std::vector<uint8_t>> inputs, outputs;
  std::vector<uint8_t> hidden, staging;
  mcu_eval::platform::Board board = {};
  mcu_eval::ModelStatus status;
};

inline Fake& TheFake() {
  static Fake fake;
  return fake;
}

// What the fake model computes: outputs, then the hidden tensor, from all
// inputs together.
inline uint8_t ModelByte(const std::vector<uint8_t>& input, uint32_t tensor,
                         uint32_t i) {
  return static_cast<uint8_t>(input[i % input.size()] * 3 + tensor + i);
}

inline mcu_eval::ModelStatus StatusWith(mcu_eval::ModelReason reason) {
  mcu_eval::ModelStatus status;
  status.reason = reason;
  std::strcpy(status.detail, "a made-up reason");
  return status;
}

inline mcu_eval::TensorInfo FakeTensor(int32_t index, uint32_t bytes) {
  return {index, mcu_eval::TensorType::kInt8,
          2,     {1, static_cast<int32_t>(bytes)},
          bytes, 0.5f,
          -3,    "a_tensor_of_the_fake_model_with_quite_a_long_name"};
}

inline void PrepareFake() {
  Fake& f = TheFake();
  f.inputs.clear();
  f.outputs.clear();
  for (uint32_t size : f.input_sizes) f.inputs.emplace_back(size);
  for (uint32_t size : f.output_sizes) f.outputs.emplace_back(size);
  f.hidden.assign(f.hidden_bytes, 0);
  f.staging.assign(f.staging_bytes, 0);
  f.board = {"fake",
             "none",
             "0123456789abcdef",
             1000,
             f.clock,
             f.takes_bytes_in_invoke,
             nullptr,
             4096,
             "heap",
             f.staging.data(),
             f.staging_bytes,
             nullptr,
             0};
  f.status = StatusWith(mcu_eval::ModelReason::kNoModel);
}

}  // namespace mcu_eval_test

namespace mcu_eval {

using mcu_eval_test::TheFake;

const char* ModelReasonName(ModelReason) { return "REASON"; }
ModelStatus FindModel(const uint8_t*, size_t, RegionModel* out) {
  if (TheFake().region != ModelReason::kNoModel) *out = {nullptr, 77, 0xC0FFEE};
  return mcu_eval_test::StatusWith(TheFake().region);
}
ModelStatus Load(const uint8_t*, size_t, uint8_t*, size_t) {
  ++TheFake().loads;
  return TheFake().status = mcu_eval_test::StatusWith(TheFake().load);
}
uint32_t ArenaUsedBytes() { return TheFake().status.ok() ? 1234 : 0; }
uint32_t ScratchBytes() { return TheFake().status.ok() ? 56 : 0; }
size_t InputCount() {
  return TheFake().status.ok() ? TheFake().inputs.size() : 0;
}
size_t OutputCount() {
  return TheFake().status.ok() ? TheFake().outputs.size() : 0;
}
size_t TensorCount() { return 20; }
size_t OperatorCount() {
  return TheFake().status.ok() ? TheFake().operators : 0;
}
TensorInfo InputInfo(size_t i) {
  return mcu_eval_test::FakeTensor(static_cast<int32_t>(i),
                                   TheFake().input_sizes[i]);
}
TensorInfo OutputInfo(size_t i) {
  return mcu_eval_test::FakeTensor(
      static_cast<int32_t>(mcu_eval_test::kFirstOutput + i),
      TheFake().output_sizes[i]);
}
TensorInfo TensorAt(size_t i) {
  return mcu_eval_test::FakeTensor(static_cast<int32_t>(i),
                                   TheFake().hidden_bytes);
}
OperatorInfo OperatorAt(size_t i) {
  return {static_cast<uint32_t>(i % 2 == 0 ? 3 : 100 + i), 1,
          KernelSet::kReference, "OP"};
}
uint8_t* InputData(size_t i) { return TheFake().inputs[i].data(); }
const uint8_t* OutputData(size_t i) { return TheFake().outputs[i].data(); }
const uint8_t* IntactTensorData(size_t i) {
  return i == mcu_eval_test::kHiddenTensor ? TheFake().hidden.data() : nullptr;
}
void SetNodeHooks(const NodeHooks* hooks) {
  TheFake().hooks = hooks == nullptr ? NodeHooks{} : *hooks;
  TheFake().node = 0;
}
// An operator with what the runtime spends on it, hooks with their own time.
void FakeNode(uint64_t ticks) {
  auto& f = TheFake();
  const size_t node = f.node++;
  f.time += 17;
  if (f.hooks.before != nullptr) {
    f.time += 5;
    f.hooks.before(f.hooks.context, node);
    f.time += 4;
  }
  f.time += ticks;
  if (f.hooks.after != nullptr) {
    f.time += 6;
    f.hooks.after(f.hooks.context, node);
    f.time += 9;
  }
}
void InvokeNothing() { FakeNode(0); }
bool Invoke() {
  auto& f = TheFake();
  if (f.invoke_fails) return false;
  for (size_t i = 0; i < f.operators; ++i) FakeNode(f.node_ticks + 10 * i);
  ++f.invokes;
  f.request_in_invoke =
      f.phase == platform::Phase::kInvoke ? f.request : 0xFFFFFFFF;
  std::vector<uint8_t> input;
  for (auto& part : f.inputs) {
    input.insert(input.end(), part.begin(), part.end());
    part.assign(part.size(), 0xEE);  // the runtime reuses this memory
  }
  for (uint32_t o = 0; o < f.outputs.size(); ++o) {
    for (uint32_t i = 0; i < f.outputs[o].size(); ++i) {
      f.outputs[o][i] =
          mcu_eval_test::ModelByte(input, mcu_eval_test::kFirstOutput + o, i);
    }
  }
  for (uint32_t i = 0; i < f.hidden.size(); ++i) {
    f.hidden[i] =
        mcu_eval_test::ModelByte(input, mcu_eval_test::kHiddenTensor, i);
  }
  return true;
}
const char* LastError() { return "the kernel failed"; }
const char* RuntimeName() { return "fake"; }

namespace platform {

const Board& ThisBoard() { return TheFake().board; }
uint32_t BootNonce() { return 0; }  // the app must not pass on a 0
void MeasureBegin() {
  TheFake().measuring = true;
  TheFake().time = 0;
}
uint64_t MeasureNow() {
  auto& f = TheFake();
  f.time += 3;
  const uint64_t now = f.step == 0 ? 0 : f.time / f.step * f.step;
  f.time += 2;
  return now;
}
uint32_t MeasureStep() { return TheFake().step; }
void MeasureDelay(uint32_t count) {
  TheFake().time += uint64_t{count} * (TheFake().step + 1);
}
uint64_t MeasureEnd() {
  TheFake().measuring = false;
  return 5'000'000'000;
}
uint64_t MeasuredIrqCycles() { return 0; }
uint32_t StackBytes() { return 8192; }
uint32_t StackUsedBytes() { return 4097; }
void SetPhase(Phase phase) { TheFake().phase = phase; }
void SetRequest(uint32_t seq) { TheFake().request = seq; }
ResetCause LastResetCause() {
  return TheFake().faulted ? ResetCause::kFault : ResetCause::kPowerOn;
}
const FaultRecord* LastFault() {
  return TheFake().faulted ? &TheFake().fault : nullptr;
}
void Reset() {
  ++TheFake().resets;
  std::longjmp(TheFake().reset_to, 1);
}

}  // namespace platform
}  // namespace mcu_eval

#endif  // MCU_EVAL_TEST_FIRMWARE_APP_FAKE_BOARD_H_
