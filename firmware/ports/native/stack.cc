#include "firmware/ports/native/stack.h"

#include <sys/mman.h>
#include <ucontext.h>

#include <cstdlib>
#include <cstring>

#include "firmware/ports/platform.h"

namespace mcu_eval {
namespace platform {
namespace {

// Roomy, because sanitizers multiply the need; the guard page below catches
// what exceeds it.
constexpr size_t kStackBytes = 1 << 20;
constexpr size_t kGuardBytes = 4096;
constexpr uint8_t kPaint = 0xA5;

uint8_t* g_stack = nullptr;
ucontext_t g_caller, g_callee;

}  // namespace

void RunOnPaintedStack(void (*function)()) {
#ifdef __SANITIZE_ADDRESS__
  // The sanitizer must know its stack.
  function();
#else
  void* memory =
      mmap(nullptr, kGuardBytes + kStackBytes, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) abort();
  mprotect(memory, kGuardBytes, PROT_NONE);
  g_stack = static_cast<uint8_t*>(memory) + kGuardBytes;
  std::memset(g_stack, kPaint, kStackBytes);
  getcontext(&g_callee);
  g_callee.uc_stack.ss_sp = g_stack;
  g_callee.uc_stack.ss_size = kStackBytes;
  g_callee.uc_link = &g_caller;
  makecontext(&g_callee, function, 0);
  swapcontext(&g_caller, &g_callee);
#endif
}

uint32_t StackBytes() { return g_stack == nullptr ? 0 : kStackBytes; }

uint32_t StackUsedBytes() {
  if (g_stack == nullptr) return 0;
  size_t unused = 0;
  while (unused < kStackBytes && g_stack[unused] == kPaint) ++unused;
  return static_cast<uint32_t>(kStackBytes - unused);
}

}  // namespace platform
}  // namespace mcu_eval
