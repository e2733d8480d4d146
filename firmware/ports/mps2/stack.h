#ifndef MCU_EVAL_PORTS_MPS2_STACK_H_
#define MCU_EVAL_PORTS_MPS2_STACK_H_

namespace mcu_eval {
namespace platform {

// Forbids the memory below the main stack, so that an overflow faults at once.
// Without that the emulated machine reads zeros there and ignores writes.
void GuardStack();

// Fills the unused part of the main stack; call it early, in a shallow frame.
void PaintStack();

}  // namespace platform
}  // namespace mcu_eval

#endif  // MCU_EVAL_PORTS_MPS2_STACK_H_
