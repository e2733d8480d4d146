#include "board_config.h"
#include "build_id.h"
#include "firmware/ports/platform.h"
#include "firmware/ports/qemu/semihosting.h"

namespace mcu_eval {
namespace platform {
namespace {

alignas(16)
    __attribute__((section(".buffers"))) uint8_t g_arena[config::kArenaBytes];
alignas(16) __attribute__((
    section(".buffers"))) uint8_t g_staging[config::kStagingBytes];

}  // namespace

const Board& ThisBoard() {
  static const Board board = {
      config::kBoardId,
      config::kCore,
      kBuildId,
      config::kClockHz,
      ClockSource::kQemuIcount,
      false,
      g_arena,
      config::kArenaBytes,
      config::kArenaPlacement,
      g_staging,
      config::kStagingBytes,
      reinterpret_cast<const uint8_t*>(config::kModelRegionAddress),
      config::kModelRegionBytes,
  };
  return board;
}

uint32_t BootNonce() {
  // The host's clock, spread by a multiplicative hash; nothing in the emulator
  // itself differs between boots.
  static const uint32_t nonce =
      static_cast<uint32_t>(SemihostingElapsed() * 0x9E3779B97F4A7C15u >> 32);
  return nonce;
}

// Interrupts are masked meanwhile, and none is in use.
uint64_t MeasuredIrqCycles() { return 0; }

}  // namespace platform
}  // namespace mcu_eval

// What the C++ library would bring a heap for. Nothing may call these.
void* operator new(size_t) { __builtin_trap(); }
void* operator new[](size_t) { __builtin_trap(); }
void operator delete(void*) noexcept { __builtin_trap(); }
void operator delete[](void*) noexcept { __builtin_trap(); }
void operator delete(void*, size_t) noexcept { __builtin_trap(); }
void operator delete[](void*, size_t) noexcept { __builtin_trap(); }
