// The native board: a Linux process that talks over stdin and stdout.
//   firmware [--model-region FILE]
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "board_config.h"
#include "build_id.h"
#include "firmware/ports/native/kernel_choice.h"
#include "firmware/ports/native/restart.h"
#include "firmware/ports/native/stack.h"
#include "firmware/ports/platform.h"

namespace mcu_eval {
namespace platform {
namespace {

alignas(16) uint8_t g_arena[config::kArenaBytes];
alignas(16) uint8_t g_staging[config::kStagingBytes];

Board g_board = {
    config::kBoardId,
    config::kCore,
    kBuildId,
    config::kClockHz,
    ClockSource::kNone,
    true,  // the pipe holds more than the window
    g_arena,
    config::kArenaBytes,
    config::kArenaPlacement,
    g_staging,
    config::kStagingBytes,
    nullptr,
    0,
};

// Maps the file read-only: firmware that writes to its model faults, as it
// would in flash.
bool MapRegion(const char* path) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat info;
  if (file < 0 || fstat(file, &info) != 0) {
    std::perror(path);
    return false;
  }
  if (info.st_size == 0 || info.st_size > config::kModelRegionBytes) {
    std::fprintf(stderr, "%s: %lld bytes, the model region takes 1 to %u\n",
                 path, static_cast<long long>(info.st_size),
                 config::kModelRegionBytes);
    return false;
  }
  void* memory = mmap(nullptr, info.st_size, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (memory == MAP_FAILED) {
    std::perror(path);
    return false;
  }
  g_board.model_region = static_cast<const uint8_t*>(memory);
  g_board.model_region_bytes = static_cast<uint32_t>(info.st_size);
  return true;
}

}  // namespace

const Board& ThisBoard() { return g_board; }

uint32_t BootNonce() {
  static uint32_t nonce = 0;
  if (nonce == 0 && getrandom(&nonce, sizeof(nonce), 0) < 0) nonce = getpid();
  return nonce;
}

void MeasureBegin() {}
uint64_t MeasureEnd() { return 0; }
uint64_t MeasureNow() { return 0; }
uint32_t MeasureStep() { return 0; }
void MeasureDelay(uint32_t) {}
uint64_t MeasuredIrqCycles() { return 0; }

}  // namespace platform
}  // namespace mcu_eval

int main(int argc, char** argv) {
  using mcu_eval::platform::MapRegion;
  const bool has_region =
      argc == 3 && std::strcmp(argv[1], "--model-region") == 0;
  if (argc != 1 && !has_region) {
    std::fprintf(stderr, "usage: %s [--model-region FILE]\n", argv[0]);
    return 2;
  }
  if (!mcu_eval::platform::ChooseKernels()) return 2;
  if (has_region && !MapRegion(argv[2])) return 4;
  mcu_eval::platform::PrepareRestart(argv);
  mcu_eval::platform::RunOnPaintedStack(mcu_eval::AppMain);
  return 0;
}
