// Runs too short for a call of memcpy() or memset().
#ifndef MCU_EVAL_INFER_KERNELS_COPY_MVE_H_
#define MCU_EVAL_INFER_KERNELS_COPY_MVE_H_

#include <cstdint>

namespace mcu_eval::kernels::mve {

// `count` is 1 or more.
inline void Copy(int8_t* to, const int8_t* from, int32_t count) {
  __asm volatile(
      "dlstp.8 lr, %[count]\n"
      "1: vldrb.8 q0, [%[from]], #16\n"
      "vstrb.8 q0, [%[to]], #16\n"
      "letp lr, 1b\n"
      : [to] "+r"(to), [from] "+r"(from)
      : [count] "r"(count)
      : "lr", "q0", "memory");
}

// The same for `rows` runs, 1 or more, which lie `pitch` apart and are brought
// together.
inline void CopyRows(int8_t* to, const int8_t* from, int32_t count,
                     int32_t rows, int32_t pitch) {
  const int8_t* row;
  int8_t* out;
  __asm volatile(
      "2: mov %[row], %[from]\n"
      "mov %[out], %[to]\n"
      "dlstp.8 lr, %[count]\n"
      "1: vldrb.8 q0, [%[row]], #16\n"
      "vstrb.8 q0, [%[out]], #16\n"
      "letp lr, 1b\n"
      "add %[from], %[from], %[pitch]\n"
      "add %[to], %[to], %[count]\n"
      "subs %[rows], %[rows], #1\n"
      "bne 2b\n"
      : [to] "+r"(to), [from] "+r"(from), [rows] "+r"(rows), [row] "=&r"(row),
        [out] "=&r"(out)
      : [count] "r"(count), [pitch] "r"(pitch)
      : "lr", "q0", "cc", "memory");
}

inline void Fill(int8_t* to, int32_t value, int32_t count) {
  __asm volatile(
      "vdup.8 q0, %[value]\n"
      "dlstp.8 lr, %[count]\n"
      "1: vstrb.8 q0, [%[to]], #16\n"
      "letp lr, 1b\n"
      : [to] "+r"(to)
      : [count] "r"(count), [value] "r"(value)
      : "lr", "q0", "memory");
}

}  // namespace mcu_eval::kernels::mve

#endif  // MCU_EVAL_INFER_KERNELS_COPY_MVE_H_
