// A reset of the native board: the process executes itself again, on the same
// pipes, and learns why from its environment.
#ifndef MCU_EVAL_PORTS_NATIVE_RESTART_H_
#define MCU_EVAL_PORTS_NATIVE_RESTART_H_

namespace mcu_eval {
namespace platform {

// Reads why the process was started and installs the fault handler. `argv` is
// kept. Sanitizer builds leave faults to the sanitizer.
void PrepareRestart(char** argv);

}  // namespace platform
}  // namespace mcu_eval

#endif  // MCU_EVAL_PORTS_NATIVE_RESTART_H_
