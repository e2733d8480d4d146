// The foot of the main stack, which each family guards in its own way, and so
// also enters a fault in its own way.
#ifndef MCU_EVAL_PORTS_QEMU_GUARD_H_
#define MCU_EVAL_PORTS_QEMU_GUARD_H_

#include <cstdint>

namespace mcu_eval {
namespace platform {

// Makes an overflow of the main stack fault at once. Without that the emulated
// machine reads zeros below it and ignores writes. By the family.
void GuardStack();

// What the core stacks when it takes a fault.
struct ExceptionFrame {
  uint32_t r0, r1, r2, r3, r12, lr, pc, psr;
};

}  // namespace platform
}  // namespace mcu_eval

extern "C" {

// Vector of all faults: gives KeepFault() the frame, or null where the stack
// had no room for it, and stack to run on. By the family.
void FaultHandler();

// Keeps the fault for the next Hello and resets.
[[noreturn]] void KeepFault(const mcu_eval::platform::ExceptionFrame* frame);
}

#endif  // MCU_EVAL_PORTS_QEMU_GUARD_H_
