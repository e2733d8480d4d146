// Products of bytes, sixteen to a vector, in low-overhead loops whose last
// round takes what is left and reads no further.
//
// Loads and products alternate, since an M55 overlaps the two.
#ifndef MCU_EVAL_INFER_KERNELS_DOT_MVE_H_
#define MCU_EVAL_INFER_KERNELS_DOT_MVE_H_

#include <cstdint>

namespace mcu_eval::kernels::mve {

// Adds to sums[channel][column] the product of two rows of weights with three
// columns: 12 instructions for 96 products.
inline void Dot2x3(const int8_t* weights0, const int8_t* weights1,
                   const int8_t* const (&columns)[3], int32_t depth,
                   int32_t (&sums)[2][3]) {
  const int8_t *a = columns[0], *b = columns[1], *c = columns[2];
  __asm volatile(
      "dlstp.8 lr, %[depth]\n"
      "1:\n"
      "vldrb.8 q0, [%[w0]], #16\n"
      "vldrb.8 q1, [%[a]], #16\n"
      "vmladava.s8 %[s00], q0, q1\n"
      "vldrb.8 q2, [%[b]], #16\n"
      "vmladava.s8 %[s01], q0, q2\n"
      "vldrb.8 q3, [%[c]], #16\n"
      "vmladava.s8 %[s02], q0, q3\n"
      "vldrb.8 q4, [%[w1]], #16\n"
      "vmladava.s8 %[s10], q4, q1\n"
      "vmladava.s8 %[s11], q4, q2\n"
      "vmladava.s8 %[s12], q4, q3\n"
      "letp lr, 1b\n"
      : [w0] "+r"(weights0), [w1] "+r"(weights1), [a] "+r"(a), [b] "+r"(b),
        [c] "+r"(c), [s00] "+Te"(sums[0][0]), [s01] "+Te"(sums[0][1]),
        [s02] "+Te"(sums[0][2]), [s10] "+Te"(sums[1][0]),
        [s11] "+Te"(sums[1][1]), [s12] "+Te"(sums[1][2])
      : [depth] "r"(depth)
      : "lr", "q0", "q1", "q2", "q3", "q4", "memory");
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
