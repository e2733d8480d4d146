// The program as an image for an emulated board: the command is read from the
// emulator's standard input, lines go to its standard output, and its exit
// status is the program's.
#include <cstring>

#include "firmware/infer/text.h"
#include "firmware/ports/platform.h"
#include "firmware/ports/qemu/semihosting.h"
#include "test/firmware/kernels/console.h"

namespace platform = mcu_eval::platform;

namespace mcu_eval_test {

void PrintLine(const char* line) {
  static const int32_t output =
      platform::SemihostingOpen(":tt", 3, platform::kOpenWrite);
  const size_t length = std::strlen(line);
  platform::SemihostingWrite(output, reinterpret_cast<const uint8_t*>(line),
                             length);
  platform::SemihostingWrite(output, reinterpret_cast<const uint8_t*>("\n"), 1);
}

// Outlives the reset that a fault ends in.
void BeginCase(uint32_t number) {
  platform::SetPhase(platform::Phase::kInvoke);
  platform::SetRequest(number);
}

}  // namespace mcu_eval_test

namespace mcu_eval {

void AppMain() {
  // A fault resets the machine and leads here again.
  const platform::FaultRecord* fault = platform::LastFault();
  if (fault != nullptr) {
    char line[160];
    Text(line, sizeof(line))
        .Add("FAILED by a fault in case ")
        .Add(fault->seq)
        .Add(" of the next kernel: pc ")
        .Hex(fault->pc)
        .Add(" cfsr ")
        .Hex(fault->cfsr)
        .Add(" address ")
        .Hex(fault->address);
    mcu_eval_test::PrintLine(line);
    platform::SemihostingExit(2);
  }
  char command[128] = {};
  const int32_t input =
      platform::SemihostingOpen(":tt", 3, platform::kOpenRead);
  platform::SemihostingRead(input, reinterpret_cast<uint8_t*>(command),
                            sizeof(command) - 1);
  platform::SemihostingExit(
      static_cast<uint32_t>(mcu_eval_test::RunProgram(command)));
}

}  // namespace mcu_eval
