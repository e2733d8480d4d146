#include "firmware/ports/qemu/guard.h"

extern "C" uint32_t _stack[];

namespace mcu_eval {
namespace platform {

// Armv8-M has a limit register for that.
void GuardStack() {
  __asm volatile("msr msplim, %0\n isb" ::"r"(_stack) : "memory");
}

}  // namespace platform
}  // namespace mcu_eval

// Where the frame does not fit, the core stacks nothing and sets the pointer to
// the limit. The limit holds in fault handlers too, so it is lifted first.
extern "C" __attribute__((naked)) void FaultHandler() {
  __asm volatile(
      "mrs r0, msp\n"
      "mrs r1, msplim\n"
      "movs r2, #0\n"
      "msr msplim, r2\n"
      "cmp r0, r1\n"
      "bhi 1f\n"
      "ldr r1, =_stack_end\n"
      "mov sp, r1\n"
      "movs r0, #0\n"
      "1: b KeepFault\n");
}
