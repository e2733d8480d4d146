#include "board_config.h"
#include "firmware/ports/platform.h"
#include "firmware/ports/qemu/delay.h"

namespace mcu_eval {
namespace platform {
namespace {

// CMSDK TIMER1: 32 bits, counts down at 25 MHz.
struct CmsdkTimer {
  volatile uint32_t control;
  volatile uint32_t value;
  volatile uint32_t reload;
};
constexpr uintptr_t kTimer = 0x40001000;
constexpr uint32_t kFull = 0xFFFFFFFF;

CmsdkTimer& StartedTimer() {
  CmsdkTimer& timer = *reinterpret_cast<CmsdkTimer*>(kTimer);
  if (timer.control == 0) {
    timer.reload = kFull;
    timer.value = kFull;
    timer.control = 1;
  }
  return timer;
}

}  // namespace

void MeasureBegin() {
  CmsdkTimer& timer = StartedTimer();
  __asm volatile("cpsid i" ::: "memory");
  // Writing the value restarts the prescaler too: the count of a section does
  // not depend on where within a tick it began.
  timer.value = kFull;
}

uint64_t MeasureNow() {
  const uint32_t now = reinterpret_cast<CmsdkTimer*>(kTimer)->value;
  return uint64_t{kFull - now} * config::kInstructionsPerTick;
}

uint64_t MeasureEnd() {
  const uint64_t ticks = MeasureNow();
  __asm volatile("cpsie i" ::: "memory");
  return ticks;
}

uint32_t MeasureStep() { return config::kInstructionsPerTick; }

void MeasureDelay(uint32_t count) {
  Delay<config::kInstructionsPerTick>(count);
}

}  // namespace platform
}  // namespace mcu_eval
