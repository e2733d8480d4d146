#ifndef MCU_EVAL_PORTS_NATIVE_STACK_H_
#define MCU_EVAL_PORTS_NATIVE_STACK_H_

namespace mcu_eval {
namespace platform {

// Runs `function` on a stack of this port's own, so that its depth can be told
// as on a board.
void RunOnPaintedStack(void (*function)());

}  // namespace platform
}  // namespace mcu_eval

#endif  // MCU_EVAL_PORTS_NATIVE_STACK_H_
