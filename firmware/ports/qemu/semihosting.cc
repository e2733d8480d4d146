#include "firmware/ports/qemu/semihosting.h"

namespace mcu_eval {
namespace platform {
namespace {

constexpr uint32_t kSysOpen = 0x01;
constexpr uint32_t kSysWrite = 0x05;
constexpr uint32_t kSysRead = 0x06;
constexpr uint32_t kSysExitExtended = 0x20;
constexpr uint32_t kSysElapsed = 0x30;
constexpr uint32_t kStoppedApplicationExit = 0x20026;

uint32_t Call(uint32_t operation, const void* arguments) {
  register uint32_t r0 __asm("r0") = operation;
  register const void* r1 __asm("r1") = arguments;
  __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

uint32_t Word(const void* pointer) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(pointer));
}

}  // namespace

int32_t SemihostingOpen(const char* name, size_t length, uint32_t mode) {
  const uint32_t arguments[] = {Word(name), mode, length};
  return static_cast<int32_t>(Call(kSysOpen, arguments));
}

size_t SemihostingRead(int32_t handle, uint8_t* dst, size_t capacity) {
  const uint32_t arguments[] = {static_cast<uint32_t>(handle), Word(dst),
                                capacity};
  const uint32_t missing = Call(kSysRead, arguments);
  return missing > capacity ? 0 : capacity - missing;
}

size_t SemihostingWrite(int32_t handle, const uint8_t* src, size_t size) {
  const uint32_t arguments[] = {static_cast<uint32_t>(handle), Word(src), size};
  return Call(kSysWrite, arguments);
}

uint64_t SemihostingElapsed() {
  uint64_t ticks = 0;
  Call(kSysElapsed, &ticks);
  return ticks;
}

void SemihostingExit(uint32_t status) {
  const uint32_t arguments[] = {kStoppedApplicationExit, status};
  for (;;) Call(kSysExitExtended, arguments);
}

}  // namespace platform
}  // namespace mcu_eval
