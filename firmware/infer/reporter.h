// Keeps what the runtime says: its messages since Clear(), and what its
// allocator lacked.
#ifndef MCU_EVAL_INFER_REPORTER_H_
#define MCU_EVAL_INFER_REPORTER_H_

#include <cstdarg>

#include "firmware/infer/infer.h"
#include "tensorflow/lite/core/api/error_reporter.h"

namespace mcu_eval {

// The first shortage of arena.
struct Shortage {
  enum Kind : uint8_t {
    kNone,
    kTail,     // persistent memory: `bytes` more were needed
    kPlan,     // activations: `bytes` needed, `available` left of the arena
    kPlanner,  // the planner's own tables did not fit: at least `bytes` more
  };
  Kind kind = kNone;
  uint32_t bytes = 0;
  uint32_t available = 0;
};

class Reporter : public tflite::ErrorReporter {
 public:
  int Report(const char* format, va_list args) override;

  void Clear();
  // All messages, joined by "; " until the buffer is full.
  const char* message() const { return message_; }
  const Shortage& shortage() const { return shortage_; }

 private:
  void NoteShortage(const char* format, va_list args);

  char message_[kDetailBytes] = {};
  Shortage shortage_;
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_INFER_REPORTER_H_
