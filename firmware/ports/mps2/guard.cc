#include "firmware/ports/qemu/guard.h"

extern "C" uint32_t _stack[];

namespace mcu_eval {
namespace platform {
namespace {

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

}  // namespace platform
}  // namespace mcu_eval

extern "C" __attribute__((naked)) void FaultHandler() {
  __asm volatile(
      "mrs r0, msp\n"
      "ldr r1, =_stack\n"
      "cmp r0, r1\n"
      "bhs 1f\n"
      "ldr r1, =_stack_end\n"
      "mov sp, r1\n"
      "movs r0, #0\n"
      "1: b KeepFault\n");
}
