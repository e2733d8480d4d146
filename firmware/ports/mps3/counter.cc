#include <numeric>

#include "board_config.h"
#include "firmware/ports/platform.h"
#include "firmware/ports/qemu/delay.h"

namespace mcu_eval {
namespace platform {
namespace {

// SSE-300 system counter, control frame at its Secure address: 64 bits, counts
// up at 32 MHz. Each period adds `scale`, of 24 fractional bits, while both
// kEnable and kScaled are set.
struct SystemCounter {
  volatile uint32_t control;
  volatile uint32_t status;
  volatile uint32_t low;
  volatile uint32_t high;
  volatile uint32_t scale;
};
SystemCounter& g_counter = *reinterpret_cast<SystemCounter*>(0x58100000);
constexpr uint32_t kEnable = 1u << 0;
constexpr uint32_t kScaled = 1u << 2;
constexpr uint64_t kCounterHz = 32000000;
// Virtual time is a nanosecond an instruction, so that the counter, made to
// count those, counts instructions in steps of 31.25.
constexpr uint64_t kVirtualHz = 1000000000;
constexpr uint32_t kScale = (kVirtualHz << 24) / kCounterHz;
static_assert(kScale * kCounterHz == kVirtualHz << 24, "the scale is exact");
// The shortest whole number of instructions in a whole number of periods.
constexpr uint32_t kStep = kVirtualHz / std::gcd(kVirtualHz, kCounterHz);

}  // namespace

void MeasureBegin() {
  __asm volatile("cpsid i" ::: "memory");
  g_counter.control = 0;
  g_counter.scale = kScale;
  g_counter.low = 0;
  g_counter.high = 0;
  // Enabling begins a period: the count of a section does not depend on where
  // within a period the section began.
  g_counter.control = kEnable | kScaled;
}

uint64_t MeasureNow() {
  // The high half again, should the low one have wrapped in between.
  for (;;) {
    const uint32_t high = g_counter.high;
    const uint32_t low = g_counter.low;
    if (g_counter.high == high) return uint64_t{high} << 32 | low;
  }
}

uint32_t MeasureStep() { return kStep; }

void MeasureDelay(uint32_t count) { Delay<kStep>(count); }

uint64_t MeasureEnd() {
  g_counter.control = 0;
  __asm volatile("cpsie i" ::: "memory");
  const uint64_t count = uint64_t{g_counter.high} << 32 | g_counter.low;
  return count * config::kInstructionsPerTick;
}

}  // namespace platform
}  // namespace mcu_eval
