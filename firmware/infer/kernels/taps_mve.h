// The nine products of a 3x3 depthwise window, sixteen channels at a time.
#ifndef MCU_EVAL_INFER_KERNELS_TAPS_MVE_H_
#define MCU_EVAL_INFER_KERNELS_TAPS_MVE_H_

#include "firmware/infer/kernels/sixteen_mve.h"

namespace mcu_eval::kernels::mve {

// Bytes from a pixel to the next, and from a tap's weights to the next's.
constexpr int32_t kPitch = 16;

// The first pixels of its rows.
struct Window3 {
  const int8_t *row0, *row1, *row2;
};

// Adds to the sums the products of these pixels and
// their two right neighbours with nine times sixteen weights. Two
// products are summed in 16 bits, so no weight may be -128.
//
// Eight vectors are all there are: four sums, two factors, and low and high
// products of a pair of taps. So one factor is loaded twice.
[[gnu::always_inline]] inline void AddTaps(const Window3& window,
                                           const int8_t* weights,
                                           Sixteen* sums) {
  int8x16_t a, b, c, d;
// c and a: low and high products, to sums.
#define MCU_EVAL_WIDEN               \
  "vmovlb.s16 %q[b], %q[c]\n"        \
  "vmovlt.s16 %q[c], %q[c]\n"        \
  "vadd.i32 %q[s0], %q[s0], %q[b]\n" \
  "vmovlb.s16 %q[b], %q[a]\n"        \
  "vadd.i32 %q[s2], %q[s2], %q[c]\n" \
  "vmovlt.s16 %q[a], %q[a]\n"        \
  "vadd.i32 %q[s1], %q[s1], %q[b]\n" \
  "vadd.i32 %q[s3], %q[s3], %q[a]\n"
#define MCU_EVAL_TAP(x, w)          \
  "vldrb.8 %q[a], [" x              \
  "]\n"                             \
  "vldrb.8 %q[b], [%[w], #" w       \
  "]\n"                             \
  "vmullb.s8 %q[c], %q[a], %q[b]\n" \
  "vmullt.s8 %q[a], %q[a], %q[b]\n"
#define MCU_EVAL_PAIR(x0, w0, x1, w1) \
  MCU_EVAL_TAP(x0, w0)                \
  "vldrb.8 %q[b], [" x1               \
  "]\n"                               \
  "vldrb.8 %q[d], [%[w], #" w1        \
  "]\n"                               \
  "vmullb.s8 %q[d], %q[b], %q[d]\n"   \
  "vadd.i16 %q[c], %q[c], %q[d]\n"    \
  "vldrb.8 %q[d], [%[w], #" w1        \
  "]\n"                               \
  "vmullt.s8 %q[b], %q[b], %q[d]\n"   \
  "vadd.i16 %q[a], %q[a], %q[b]\n" MCU_EVAL_WIDEN
  __asm(
      // Offsets of nine vectors from the second's place, to be within reach.
      MCU_EVAL_PAIR("%[r0]", "-16", "%[r0], #16", "0")
          MCU_EVAL_PAIR("%[r0], #32", "16", "%[r1]", "32")
              MCU_EVAL_PAIR("%[r1], #16", "48", "%[r1], #32", "64")
                  MCU_EVAL_PAIR("%[r2]", "80", "%[r2], #16", "96")
                      MCU_EVAL_TAP("%[r2], #32", "112") MCU_EVAL_WIDEN
      : [s0] "+w"(sums->s0), [s1] "+w"(sums->s1), [s2] "+w"(sums->s2),
        [s3] "+w"(sums->s3), [a] "=&w"(a), [b] "=&w"(b), [c] "=&w"(c),
        [d] "=&w"(d)
      : [r0] "r"(window.row0), [r1] "r"(window.row1), [r2] "r"(window.row2),
        [w] "r"(weights + kPitch)
      : "memory");
#undef MCU_EVAL_WIDEN
#undef MCU_EVAL_TAP
#undef MCU_EVAL_PAIR
}

}  // namespace mcu_eval::kernels::mve

#endif  // MCU_EVAL_INFER_KERNELS_TAPS_MVE_H_
