// What a board offers the firmware. Implemented once in each
// firmware/ports/<family>/; no other file may touch a register or the OS.
#ifndef MCU_EVAL_PORTS_PLATFORM_H_
#define MCU_EVAL_PORTS_PLATFORM_H_

#include <cstddef>
#include <cstdint>

#include "firmware/link/port.h"

namespace mcu_eval {

// Defined by firmware/app. The port's entry point calls it once, after memory,
// FPU and clock are set up, on a painted stack; when it returns (the peer has
// closed the stream), the port exits with status 0, or resets the board.
void AppMain();

namespace platform {

// What MeasureEnd() counts.
enum class ClockSource : uint8_t {
  kNone = 0,        // nothing is counted; no cycles field may be sent
  kQemuIcount = 1,  // instructions, exact under -icount shift=0
  kDwt = 2,         // core cycles
  kRenodeVirtual = 3,
};

enum class ResetCause : uint8_t {
  kUnknown = 0,
  kPowerOn = 1,
  kSoftware = 2,  // Reset()
  kFault = 3,     // see LastFault()
  kWatchdog = 4,
};

// What the firmware was doing, for the fault record. AppMain sets it.
enum class Phase : uint8_t {
  kBoot = 0,
  kLoad = 1,   // validating and preparing the model
  kIdle = 2,   // waiting for the peer
  kServe = 3,  // handling a frame
  kInvoke = 4,
};

struct Board {
  const char* id;        // as in boards/<id>.yaml
  const char* core;      // "cortex-m7"
  const char* build_id;  // hash of all sources of this image, 16 hex digits
  uint32_t clock_hz;     // 0 if no such claim is made
  ClockSource clock_source;
  // Whether bytes of up to the window are taken in while Invoke runs.
  bool takes_bytes_in_invoke;

  // Memory handed out by the port, each disjoint, 16-byte aligned,
  // uninitialised except the model region, which is read-only.
  uint8_t* arena;
  uint32_t arena_bytes;
  const char* arena_placement;  // "sram", "psram", "ram"
  uint8_t* staging;
  uint32_t staging_bytes;
  const uint8_t* model_region;  // null if none was given
  uint32_t model_region_bytes;
};

const Board& ThisBoard();

// The port that this image talks through.
Port& BoardPort();

// Random number drawn once per boot; differs between boots with high
// probability. Never used in a result.
uint32_t BootNonce();

// Begin/end of a measured section, not nested: interrupts are masked between
// the two. MeasureEnd() returns the instructions or cycles between, by
// clock_source; 0 for kNone.
void MeasureBegin();
uint64_t MeasureEnd();

// The same count so far, within a measured section.
uint64_t MeasureNow();

// Ticks after which the counter's steps repeat: 1 where it sees each, 40 where
// it moves once in 40 of them, 0 for kNone.
uint32_t MeasureStep();

// Lets time pass within a measured section: for each `count` as much as for 0,
// and that many ticks more modulo MeasureStep(). The mean of what is counted
// behind delays of 0 .. MeasureStep() - 1 is exact.
void MeasureDelay(uint32_t count);

// Cycles spent in link interrupts within the latest measured section.
uint64_t MeasuredIrqCycles();

// Size of the main stack, and the deepest use of it since boot (paint and
// scan; 0 where it cannot be told).
uint32_t StackBytes();
uint32_t StackUsedBytes();

// What the fault handler kept over the reset it caused. Registers as on
// ARMv7-M; on native `signal` alone is set.
struct FaultRecord {
  uint32_t pc;
  uint32_t lr;
  uint32_t psr;
  uint32_t cfsr;
  uint32_t hfsr;
  uint32_t address;  // MMFAR or BFAR, 0 if neither is valid
  uint32_t signal;
  Phase phase;     // a model that faults in kLoad must not be loaded again
  uint32_t seq;    // of the request being served, 0 for none
  uint32_t count;  // faults since power-on
};

void SetPhase(Phase phase);

// Names the request that is being served, for a fault in kServe or kInvoke.
void SetRequest(uint32_t seq);

ResetCause LastResetCause();

// Latest fault since power-on, or null; it caused the latest reset if that is
// kFault.
const FaultRecord* LastFault();

// Restarts the firmware; the peer sees a new boot nonce.
[[noreturn]] void Reset();

}  // namespace platform
}  // namespace mcu_eval

#endif  // MCU_EVAL_PORTS_PLATFORM_H_
