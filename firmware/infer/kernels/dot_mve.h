// Products of bytes, sixteen to a vector, in low-overhead loops whose last
// round takes what is left and reads no further.
//
// Loads and products alternate, since an M55 overlaps the two.
#ifndef MCU_EVAL_INFER_KERNELS_DOT_MVE_H_
#define MCU_EVAL_INFER_KERNELS_DOT_MVE_H_

#include "firmware/infer/kernels/requantize.h"

namespace mcu_eval::kernels::mve {

// Channels whose sums wait to be ended: a multiple of 4.
constexpr int32_t kWaiting = 32;

// What Dot2x3() goes through; it changes all but the columns, and has the
// places of the members.
struct Pairs {
  const int8_t* weights;  // of the first channel, rows of `depth`
  const int8_t* columns[3];
  const Channel8* channels;
  int32_t* sums;      // [3][kWaiting], at the first channel
  int32_t* sums_end;  // where the first column's end
  int32_t depth;
};

// Sums of two channels and three columns, with bias, and so on for all pairs of
// channels: 12 instructions for 96 products, and 21 for each pair.
inline void Dot2x3(Pairs* pairs) {
  static_assert(kWaiting == 32 && sizeof(Channel8) == 12, "as in the assembly");
  register Pairs* p __asm("r12") = pairs;
  __asm volatile(
      "ldr r11, [r12, #28]\n"
      "2:\n"
      "ldm r12, {r1, r5, r7, r9, r10}\n"
      "add r3, r1, r11\n"
      "add r0, r3, r11\n"
      "str r0, [r12]\n"
      "ldr r0, [r10], #12\n"
      "ldr r6, [r10], #12\n"
      "str r10, [r12, #16]\n"
      "mov r2, r0\n"
      "mov r4, r0\n"
      "mov r8, r6\n"
      "mov r10, r6\n"
      "dlstp.8 lr, r11\n"
      "1:\n"
      "vldrb.8 q0, [r1], #16\n"
      "vldrb.8 q1, [r5], #16\n"
      "vmladava.s8 r0, q0, q1\n"
      "vldrb.8 q2, [r7], #16\n"
      "vmladava.s8 r2, q0, q2\n"
      "vldrb.8 q3, [r9], #16\n"
      "vmladava.s8 r4, q0, q3\n"
      "vldrb.8 q0, [r3], #16\n"
      "vmladava.s8 r6, q0, q1\n"
      "vmladava.s8 r8, q0, q2\n"
      "vmladava.s8 r10, q0, q3\n"
      "letp lr, 1b\n"
      "ldrd r1, r3, [r12, #20]\n"
      "strd r0, r6, [r1]\n"
      "strd r2, r8, [r1, #128]\n"
      "strd r4, r10, [r1, #256]\n"
      "adds r1, #8\n"
      "str r1, [r12, #20]\n"
      "cmp r1, r3\n"
      "bne 2b\n"
      : "+r"(p)
      :
      : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10",
        "r11", "lr", "q0", "q1", "q2", "q3", "cc", "memory");
}

// Adds to sums[channel] the product of four rows of weights with one column: 10
// instructions for 64 products.
inline void Dot4x1(const int8_t* const (&weights)[4], const int8_t* column,
                   int32_t depth, int32_t (&sums)[4]) {
  const int8_t *w0 = weights[0], *w1 = weights[1], *w2 = weights[2],
               *w3 = weights[3];
  __asm volatile(
      "dlstp.8 lr, %[depth]\n"
      "1:\n"
      "vldrb.8 q0, [%[column]], #16\n"
      "vldrb.8 q1, [%[w0]], #16\n"
      "vmladava.s8 %[s0], q0, q1\n"
      "vldrb.8 q2, [%[w1]], #16\n"
      "vmladava.s8 %[s1], q0, q2\n"
      "vldrb.8 q3, [%[w2]], #16\n"
      "vmladava.s8 %[s2], q0, q3\n"
      "vldrb.8 q4, [%[w3]], #16\n"
      "vmladava.s8 %[s3], q0, q4\n"
      "letp lr, 1b\n"
      : [column] "+r"(column), [w0] "+r"(w0), [w1] "+r"(w1), [w2] "+r"(w2),
        [w3] "+r"(w3), [s0] "+Te"(sums[0]), [s1] "+Te"(sums[1]),
        [s2] "+Te"(sums[2]), [s3] "+Te"(sums[3])
      : [depth] "r"(depth)
      : "lr", "q0", "q1", "q2", "q3", "q4", "memory");
}

}  // namespace mcu_eval::kernels::mve

#endif  // MCU_EVAL_INFER_KERNELS_DOT_MVE_H_
