#include "firmware/ports/mps2/stack.h"

#include "firmware/ports/platform.h"

extern "C" {
extern uint32_t _stack[], _stack_end[];
}

namespace mcu_eval {
namespace platform {
namespace {

constexpr uint32_t kPaint = 0xA5A5A5A5;

}  // namespace

void PaintStack() {
  const uint32_t* here;
  __asm volatile("mov %0, sp" : "=r"(here));
  // Volatile, lest it becomes a call to memset, whose frame lies in the way.
  for (volatile uint32_t* p = _stack; p < here; ++p) *p = kPaint;
}

uint32_t StackBytes() {
  return static_cast<uint32_t>((_stack_end - _stack) * sizeof(uint32_t));
}

uint32_t StackUsedBytes() {
  const uint32_t* p = _stack;
  while (p < _stack_end && *p == kPaint) ++p;
  return static_cast<uint32_t>((_stack_end - p) * sizeof(uint32_t));
}

}  // namespace platform
}  // namespace mcu_eval
