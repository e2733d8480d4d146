#include "firmware/ports/mps2/stack.h"

#include "firmware/ports/platform.h"

extern "C" {
extern uint32_t _stack[], _stack_end[];
}

namespace mcu_eval {
namespace platform {
namespace {

constexpr uint32_t kPaint = 0xA5A5A5A5;

// Memory protection unit, Armv7-M Architecture Reference Manual, B3.5.
struct Mpu {
  volatile uint32_t type;
  volatile uint32_t control;
  volatile uint32_t region;
  volatile uint32_t base;
  volatile uint32_t attributes;
};
Mpu& g_mpu = *reinterpret_cast<Mpu*>(0xE000ED90);
constexpr uint32_t kGuardLog2 = 24;  // more than any frame
constexpr uint32_t kEnable = 1;
constexpr uint32_t kDefaultMapElsewhere = 1u << 2;
constexpr uint32_t kNeverExecute = 1u << 28;  // and no access, which is 0

}  // namespace

void GuardStack() {
  g_mpu.region = 0;
  g_mpu.base = reinterpret_cast<uintptr_t>(_stack) - (1u << kGuardLog2);
  g_mpu.attributes = kNeverExecute | (kGuardLog2 - 1) << 1 | kEnable;
  g_mpu.control = kDefaultMapElsewhere | kEnable;
  __asm volatile("dsb\n isb" ::: "memory");
}

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
