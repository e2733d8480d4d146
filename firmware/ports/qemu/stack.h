#ifndef MCU_EVAL_PORTS_QEMU_STACK_H_
#define MCU_EVAL_PORTS_QEMU_STACK_H_

namespace mcu_eval {
namespace platform {

// Fills the unused part of the main stack; call it early, in a shallow frame.
void PaintStack();

}  // namespace platform
}  // namespace mcu_eval

#endif  // MCU_EVAL_PORTS_QEMU_STACK_H_
