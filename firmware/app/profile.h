// Ticks of each operator of one inference, and what taking them costs.
// proto/wire.md, section 7.
#ifndef MCU_EVAL_APP_PROFILE_H_
#define MCU_EVAL_APP_PROFILE_H_

#include <cstddef>
#include <cstdint>

#include "firmware/app/replies.h"

namespace mcu_eval {

class Profiler {
 public:
  // Models with more operators are not profiled where a clock counts.
  static constexpr size_t kMaxNodes = 512;

  // Begins a session: no last profile, and runs are counted anew.
  void Clear();

  // Runs the model on the bytes that lie in its inputs; false if it failed.
  bool Run();

  // Answers with the page of the last profile that begins at `first_node`.
  void SetPage(uint32_t sample, uint32_t first_node, Answer& answer) const;

  // The run that was the last succeeded for this sample.
  void Keep(uint32_t sample);

 private:
  static void Before(void* self, size_t node);
  static void After(void* self, size_t node);

  void MeasureHooks();

  uint32_t runs_ = 0;  // of this session
  bool kept_ = false;
  uint32_t sample_ = 0;
  uint64_t total_ticks_ = 0;
  uint32_t hook_ticks_ = 0;
  uint32_t empty_ticks_ = 0;
  uint64_t begun_ = 0;
  uint64_t ticks_[kMaxNodes];
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_APP_PROFILE_H_
