#ifndef MCU_EVAL_PORTS_NATIVE_KERNEL_CHOICE_H_
#define MCU_EVAL_PORTS_NATIVE_KERNEL_CHOICE_H_

namespace mcu_eval {
namespace platform {

constexpr char kKernelsVariable[] = "MCU_EVAL_KERNELS";

// Takes the kernel set that the environment's MCU_EVAL_KERNELS names, for tests
// and benchmarks; without it the best of the machine runs. False, with a
// sentence on stderr, when the name is unknown or the machine lacks the set.
bool ChooseKernels();

}  // namespace platform
}  // namespace mcu_eval

#endif  // MCU_EVAL_PORTS_NATIVE_KERNEL_CHOICE_H_
