#include "firmware/ports/qemu/stack.h"

#include "firmware/ports/platform.h"

extern "C" {
extern uint32_t _stack[], _stack_end[];
}

namespace mcu_eval {
namespace platform {
namespace {

constexpr uint32_t kPaint = 0xA5A5A5A5;

}  // namespace

// The whole loop in assembly: compiled, its bound may be read before registers
// are saved on the stack, or it may become a call whose frame lies in the way.
void PaintStack() {
  uint32_t* p = _stack;
  __asm volatile(
      "1: cmp sp, %0\n"
      "itt hi\n"
      "strhi %1, [%0], #4\n"
      "bhi 1b\n"
      : "+r"(p)
      : "r"(kPaint)
      : "cc", "memory");
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
