#include "firmware/ports/native/restart.h"

#include <signal.h>
#include <sys/ucontext.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "firmware/ports/native/kernel_choice.h"
#include "firmware/ports/platform.h"

namespace mcu_eval {
namespace platform {
namespace {

constexpr char kVariable[] = "MCU_EVAL_RESET";

struct Record {
  uint32_t cause;
  FaultRecord fault;
};

char** g_argv = nullptr;
char* g_kernels = nullptr;  // the whole "NAME=value", or null
Record g_record = {static_cast<uint32_t>(ResetCause::kPowerOn), {}};
volatile Phase g_phase = Phase::kBoot;
volatile uint32_t g_seq = 0;
alignas(16) uint8_t g_signal_stack[32768];

// The record as hex in the environment. Only async-signal-safe calls.
[[noreturn]] void Execute(const Record& record) {
  static char variable[sizeof(kVariable) + 1 + 2 * sizeof(Record) + 1];
  char* out = variable;
  for (const char* p = kVariable; *p != 0; ++p) *out++ = *p;
  *out++ = '=';
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(&record);
  for (size_t i = 0; i < sizeof(record); ++i) {
    *out++ = "0123456789abcdef"[bytes[i] >> 4];
    *out++ = "0123456789abcdef"[bytes[i] & 15];
  }
  *out = 0;
  char* environment[] = {variable, g_kernels, nullptr};
  execve("/proc/self/exe", g_argv, environment);
  _exit(1);
}

// The entry of the environment itself, since a fault handler cannot make one.
char* EnvironmentEntry(const char* name) {
  const size_t length = std::strlen(name);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') {
      return *entry;
    }
  }
  return nullptr;
}

int HexDigit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

void ReadRecord(const char* text) {
  if (text == nullptr || std::strlen(text) != 2 * sizeof(Record)) return;
  uint8_t bytes[sizeof(Record)];
  for (size_t i = 0; i < sizeof(bytes); ++i) {
    bytes[i] = static_cast<uint8_t>(HexDigit(text[2 * i]) << 4 |
                                    HexDigit(text[2 * i + 1]));
  }
  std::memcpy(&g_record, bytes, sizeof(bytes));
}

void OnFault(int signal, siginfo_t* info, void*) {
  Record record = {static_cast<uint32_t>(ResetCause::kFault), {}};
  record.fault.signal = static_cast<uint32_t>(signal);
  record.fault.address =
      static_cast<uint32_t>(reinterpret_cast<uintptr_t>(info->si_addr));
  record.fault.phase = g_phase;
  record.fault.seq = g_phase >= Phase::kServe ? g_seq : 0;
  record.fault.count = g_record.fault.count + 1;
  // The signal is blocked while it is handled, and execve keeps the mask.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  Execute(record);
}

}  // namespace

void PrepareRestart(char** argv) {
  g_argv = argv;
  g_kernels = EnvironmentEntry(kKernelsVariable);
  ReadRecord(getenv(kVariable));
#ifndef __SANITIZE_ADDRESS__
  stack_t stack = {};
  stack.ss_sp = g_signal_stack;
  stack.ss_size = sizeof(g_signal_stack);
  sigaltstack(&stack, nullptr);
  struct sigaction action = {};
  action.sa_sigaction = OnFault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) {
    sigaction(signal, &action, nullptr);
  }
#endif
}

ResetCause LastResetCause() { return static_cast<ResetCause>(g_record.cause); }

const FaultRecord* LastFault() {
  return g_record.fault.count > 0 ? &g_record.fault : nullptr;
}

void SetPhase(Phase phase) { g_phase = phase; }

void SetRequest(uint32_t seq) { g_seq = seq; }

void Reset() {
  const Record record = {static_cast<uint32_t>(ResetCause::kSoftware),
                         g_record.fault};
  Execute(record);
}

}  // namespace platform
}  // namespace mcu_eval
