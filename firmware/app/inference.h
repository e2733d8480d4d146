// The handlers around the model: take an input, run it, hand out its outputs.
// proto/wire.md, sections 6 and 7.
#ifndef MCU_EVAL_APP_INFERENCE_H_
#define MCU_EVAL_APP_INFERENCE_H_

#include <cstddef>
#include <cstdint>

#include "firmware/app/model.h"
#include "firmware/app/profile.h"
#include "firmware/app/replies.h"
#include "firmware/app/staging.h"
#include "firmware/link/message.h"
#include "firmware/ports/platform.h"

namespace mcu_eval {

// A tensor of the last inference, in the arena.
struct OutputTensor {
  uint32_t index;
  uint32_t bytes;
  uint32_t crc;
  ByteView shown;  // its first bytes, those that go into the reply
};

class Inference {
 public:
  // Model outputs and report tensors of one Infer.
  static constexpr size_t kMaxOutputs = kMaxModelTensors + 4;

  Inference(const platform::Board& board, const ModelState& model);

  // Begins a session: no inputs, no last output.
  void Clear();

  void LoadInput(const LoadInputBody& load);

  // All three need a model that is ready.
  void Infer(const mcu_eval_Infer& infer, Answer& answer);
  void Profile(const mcu_eval_Profile& profile, Answer& answer);
  void ReadOutput(const mcu_eval_ReadOutput& read, Answer& answer);

  const Staging& staging() const { return staging_; }
  bool direct_load() const { return direct_load_; }
  // Whether this board has OVERLAPPED mode.
  bool overlaps() const { return overlaps_; }

  // Invocations since boot that succeeded.
  uint32_t invokes() const { return invokes_; }

 private:
  // Whether `infer` may run, in OVERLAPPED mode if `overlaps`; if not, the
  // answer is set.
  bool Accept(const mcu_eval_Infer& infer, bool overlaps, Answer& answer);
  // Before Invoke, and behind it: `done` is what it returned.
  void Begin(const mcu_eval_Infer& infer);
  bool End(const mcu_eval_Infer& infer, bool done, Answer& answer);
  bool TensorsReportable(const mcu_eval_Infer& infer, Answer& answer) const;
  bool InputReady(const mcu_eval_Infer& infer, Answer& answer);
  void FillInputs(uint32_t slot);
  void CollectOutputs(const mcu_eval_Infer& infer, size_t max_body);

  platform::ClockSource clock_source_;
  bool direct_load_;
  bool overlaps_;
  Staging staging_;
  Profiler profiler_;
  uint32_t invokes_ = 0;
  uint32_t last_sample_ = 0;
  size_t output_count_ = 0;  // of the last inference; 0 if there is none
  OutputTensor outputs_[kMaxOutputs];
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_APP_INFERENCE_H_
