#include <sanitizer/common_interface_defs.h>

#include <cstdio>
#include <string>

#include "test/firmware/kernels/console.h"

namespace mcu_eval_test {

void PrintLine(const char* line) {
  std::printf("%s\n", line);
  std::fflush(stdout);
}

void BeginCase(uint32_t) {}

}  // namespace mcu_eval_test

int main(int argc, char** argv) {
  std::string command;
  for (int i = 1; i < argc; ++i) command += std::string(argv[i]) + " ";
  __sanitizer_set_death_callback(mcu_eval_test::PrintCurrent);
  return mcu_eval_test::RunProgram(command.c_str());
}
