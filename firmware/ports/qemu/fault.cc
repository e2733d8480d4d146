// Faults and resets. What happened is kept in memory that no start-up code
// touches; a fault ends in a reset, and the next Hello tells of it.
#include "firmware/ports/platform.h"
#include "firmware/ports/qemu/guard.h"

namespace mcu_eval {
namespace platform {
namespace {

constexpr uint32_t kMagic = 0x4E4F4954;

struct Kept {
  uint32_t magic;
  uint32_t cause;
  Phase phase;
  uint32_t seq;
  FaultRecord fault;
};

volatile uint32_t& Register(uintptr_t address) {
  return *reinterpret_cast<volatile uint32_t*>(address);
}

constexpr uintptr_t kAircr = 0xE000ED0C;
constexpr uintptr_t kCfsr = 0xE000ED28;
constexpr uintptr_t kHfsr = 0xE000ED2C;
constexpr uintptr_t kMmfar = 0xE000ED34;
constexpr uintptr_t kBfar = 0xE000ED38;
constexpr uint32_t kMmfarValid = 1u << 7;
constexpr uint32_t kBfarValid = 1u << 15;

extern "C" Kept _noinit;

// Cause of this boot, taken out of _noinit once.
ResetCause g_cause = ResetCause::kUnknown;

[[noreturn]] void ResetBecause(ResetCause cause) {
  _noinit.cause = static_cast<uint32_t>(cause);
  __asm volatile("dsb" ::: "memory");
  Register(kAircr) = 0x05FA0004;  // VECTKEY, SYSRESETREQ
  for (;;) __asm volatile("dsb" ::: "memory");
}

}  // namespace

ResetCause LastResetCause() {
  if (g_cause != ResetCause::kUnknown) return g_cause;
  if (_noinit.magic == kMagic) {
    g_cause = static_cast<ResetCause>(_noinit.cause);
  } else {
    _noinit = {};
    _noinit.magic = kMagic;
    g_cause = ResetCause::kPowerOn;
  }
  _noinit.seq = 0;
  // A reset that nobody announced is a power cycle with retained memory.
  _noinit.cause = static_cast<uint32_t>(ResetCause::kPowerOn);
  return g_cause;
}

const FaultRecord* LastFault() {
  LastResetCause();
  return _noinit.fault.count > 0 ? &_noinit.fault : nullptr;
}

void SetPhase(Phase phase) {
  LastResetCause();
  _noinit.phase = phase;
}

void SetRequest(uint32_t seq) { _noinit.seq = seq; }

void Reset() { ResetBecause(ResetCause::kSoftware); }

}  // namespace platform
}  // namespace mcu_eval

extern "C" {

__attribute__((used)) void KeepFault(
    const mcu_eval::platform::ExceptionFrame* frame) {
  using namespace mcu_eval::platform;
  FaultRecord& fault = _noinit.fault;
  fault.pc = frame == nullptr ? 0 : frame->pc;
  fault.lr = frame == nullptr ? 0 : frame->lr;
  fault.psr = frame == nullptr ? 0 : frame->psr;
  fault.cfsr = Register(kCfsr);
  fault.hfsr = Register(kHfsr);
  fault.address = (fault.cfsr & kMmfarValid)  ? Register(kMmfar)
                  : (fault.cfsr & kBfarValid) ? Register(kBfar)
                                              : 0;
  fault.signal = 0;
  fault.phase = _noinit.phase;
  fault.seq = fault.phase >= Phase::kServe ? _noinit.seq : 0;
  ++fault.count;
  ResetBecause(ResetCause::kFault);
}

}  // extern "C"
