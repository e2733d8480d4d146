// Time that passes by the instruction, for counters that move in coarser steps.
#ifndef MCU_EVAL_PORTS_QEMU_DELAY_H_
#define MCU_EVAL_PORTS_QEMU_DELAY_H_

#include <cstdint>

namespace mcu_eval {
namespace platform {

// Number that times `factor` is 1 modulo `modulus`.
constexpr uint32_t InverseOf(uint32_t factor, uint32_t modulus) {
  for (uint32_t inverse = 1; inverse < modulus; ++inverse) {
    if (factor * inverse % modulus == 1) return inverse;
  }
  return 0;
}

// Runs as many instructions as for a count of 0, and `count` more, modulo
// kStep. Rounds of kRound instructions, so many of them that they leave that
// remainder; always a round at least, so that the way here is the same.
template <uint32_t kStep>
void Delay(uint32_t count) {
  constexpr uint32_t kRound = 3;
  constexpr uint32_t kInverse = InverseOf(kRound, kStep);
  static_assert(kInverse != 0, "rounds must reach every remainder");
  uint32_t rounds = kStep + count * kInverse % kStep;
  __asm volatile(
      "1:\n"
      "  nop\n"
      "  subs %0, %0, #1\n"
      "  bne 1b\n"
      : "+r"(rounds)
      :
      : "cc");
}

}  // namespace platform
}  // namespace mcu_eval

#endif  // MCU_EVAL_PORTS_QEMU_DELAY_H_
