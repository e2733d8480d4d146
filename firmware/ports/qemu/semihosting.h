// The calls of Arm's "Semihosting for AArch32 and AArch64" that the emulated
// boards use.
#ifndef MCU_EVAL_PORTS_QEMU_SEMIHOSTING_H_
#define MCU_EVAL_PORTS_QEMU_SEMIHOSTING_H_

#include <cstddef>
#include <cstdint>

namespace mcu_eval {
namespace platform {

// Modes of fopen: "rb" and "wb". With the name ":tt" they are the emulator's
// own stdin and stdout.
constexpr uint32_t kOpenRead = 1;
constexpr uint32_t kOpenWrite = 5;

// Handle, or -1.
int32_t SemihostingOpen(const char* name, size_t length, uint32_t mode);

// Bytes read; 0 at the end of the file or on error. Blocks the emulator.
size_t SemihostingRead(int32_t handle, uint8_t* dst, size_t capacity);

// Bytes not written: 0 on success.
size_t SemihostingWrite(int32_t handle, const uint8_t* src, size_t size);

// Nanoseconds of the host's clock, low 64 bits; not deterministic.
uint64_t SemihostingElapsed();

// Ends the emulator with this exit status.
[[noreturn]] void SemihostingExit(uint32_t status);

}  // namespace platform
}  // namespace mcu_eval

#endif  // MCU_EVAL_PORTS_QEMU_SEMIHOSTING_H_
