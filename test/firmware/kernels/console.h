// What differs between a process and an emulated board: where lines go.
#ifndef MCU_EVAL_TEST_FIRMWARE_KERNELS_CONSOLE_H_
#define MCU_EVAL_TEST_FIRMWARE_KERNELS_CONSOLE_H_

#include <cstdint>

namespace mcu_eval_test {

void PrintLine(const char* line);
// A case is about to run that may never return.
void BeginCase(uint32_t number);

// The command that runs the present case alone, for a sudden end.
void PrintCurrent();

// The whole program: reads what to run from `command`, see program.cc.
// Returns the process's exit status.
int RunProgram(const char* command);

}  // namespace mcu_eval_test

#endif  // MCU_EVAL_TEST_FIRMWARE_KERNELS_CONSOLE_H_
