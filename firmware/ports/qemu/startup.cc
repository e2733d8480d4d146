#include <cstdint>

#include "firmware/ports/platform.h"
#include "firmware/ports/qemu/guard.h"
#include "firmware/ports/qemu/semihosting.h"
#include "firmware/ports/qemu/stack.h"

extern "C" {
extern uint32_t _data_load[], _data[], _data_end[], _bss[], _bss_end[];
extern uint32_t _stack_end[];
using Initializer = void (*)();
extern Initializer _init_array[], _init_array_end[];

[[noreturn]] void ResetHandler();
}

namespace {

volatile uint32_t& g_cpacr = *reinterpret_cast<volatile uint32_t*>(0xE000ED88);

}  // namespace

extern "C" void ResetHandler() {
  g_cpacr = g_cpacr | 0xF << 20;  // FPU and MVE: full access
  __asm volatile("dsb\n isb" ::: "memory");
  const uint32_t* from = _data_load;
  for (uint32_t* to = _data; to < _data_end; ++to) *to = *from++;
  for (uint32_t* to = _bss; to < _bss_end; ++to) *to = 0;
  mcu_eval::platform::GuardStack();
  mcu_eval::platform::PaintStack();
  for (Initializer* init = _init_array; init < _init_array_end; ++init) {
    (*init)();
  }
  mcu_eval::AppMain();
  mcu_eval::platform::SemihostingExit(0);
}

// No interrupt is used: system exceptions alone, all of them faults.
extern "C" const void* const g_vectors[]
    __attribute__((section(".vectors"), used)) = {
        _stack_end,
        reinterpret_cast<const void*>(&ResetHandler),
        reinterpret_cast<const void*>(&FaultHandler),  // NMI
        reinterpret_cast<const void*>(&FaultHandler),  // HardFault
        reinterpret_cast<const void*>(&FaultHandler),  // MemManage
        reinterpret_cast<const void*>(&FaultHandler),  // BusFault
        reinterpret_cast<const void*>(&FaultHandler),  // UsageFault
        nullptr,
        nullptr,
        nullptr,
        nullptr,
        reinterpret_cast<const void*>(&FaultHandler),  // SVCall
        reinterpret_cast<const void*>(&FaultHandler),  // DebugMonitor
        nullptr,
        reinterpret_cast<const void*>(&FaultHandler),  // PendSV
        reinterpret_cast<const void*>(&FaultHandler),  // SysTick
};
