// What cases of several kernels draw: windows, contents of tensors, and how
// channels end.
#ifndef MCU_EVAL_TEST_FIRMWARE_KERNELS_DRAW_H_
#define MCU_EVAL_TEST_FIRMWARE_KERNELS_DRAW_H_

#include "firmware/infer/kernels/plan.h"
#include "test/firmware/kernels/trial.h"

namespace mcu_eval_test {

using mcu_eval::kernels::Channel16;
using mcu_eval::kernels::Channel8;
using mcu_eval::kernels::Output;
using mcu_eval::kernels::Window;

// Least and greatest a count of channels or rows may be; tile widths of kernels
// and their neighbours are drawn more often than others.
int32_t DrawCount(Random& random, int32_t low, int32_t high);

// A window whose shapes the validator would pass. `work(window)` is the number
// of products; those above `most` are not drawn.
struct Limits {
  int32_t channels;
  int32_t kernel;
  int32_t stride, dilation;
  int64_t work;
};
Window DrawWindow(Random& random, const Limits& limits, bool depthwise);

// The same for a depthwise convolution.
Window DrawDepthwise(Random& random, int32_t* multiplier);

// Fills with one of: everything, the two ends, one end, small, nearly all zero.
void DrawBytes(Random& random, int8_t* values, size_t count);
void DrawWords(Random& random, int16_t* values, size_t count);

// Both ends, zero, and all between.
int32_t DrawZeroPoint8(Random& random);

// Limits as a fused activation makes them; `low` and `high` are the type's.
Output DrawOutput(Random& random, int32_t zero_point, int32_t low,
                  int32_t high);

// 2^30 to 2^31 - 1, its ends among them.
int32_t DrawMultiplier(Random& random);

// A multiplier in TFLite's form, m * 2^(shift - 31), that carries no sum within
// `bound` out of range, as the validator has it.
struct Scale {
  int32_t multiplier;
  int shift;
};
Scale DrawScale8(Random& random, int64_t bound);

// A bias for a channel whose products sum to at most `products`; often none,
// sometimes up to the overflow.
int32_t DrawBias8(Random& random, int64_t products);

// How a channel whose sums have 32 bits ends, from its weights, each `stride`
// after the one before. `reach` is the furthest that an input lies from
// `in_zero_point`, `scale` what TFLite's reference takes.
Channel8 DrawChannel8(Random& random, const int8_t* weights, int32_t count,
                      int32_t stride, int32_t in_zero_point, int64_t reach,
                      int32_t* bias, Scale* scale);

// Sum of the sizes of a channel's weights.
int64_t SizeOf(const int8_t* weights, int32_t count, int32_t stride);

Channel16 DrawChannel16(Random& random, const int8_t* weights, int32_t count,
                        int32_t stride, int64_t* bias, Scale* scale);

void DescribeWindow(Text& text, const Window& window);

}  // namespace mcu_eval_test

#endif  // MCU_EVAL_TEST_FIRMWARE_KERNELS_DRAW_H_
