// What a kernel must know of one operator: plain data without the runtime, so
// that every form of a kernel and every test can use it alone.
//
// Images are [batch, height, width, channels]. Nothing here owns memory.
#ifndef MCU_EVAL_INFER_KERNELS_PLAN_H_
#define MCU_EVAL_INFER_KERNELS_PLAN_H_

#include <cstddef>
#include <cstdint>

#include "firmware/infer/kernels/requantize.h"

namespace mcu_eval::kernels {

// How a window moves over an image, for convolutions and pools.
struct Window {
  int32_t batches;
  int32_t in_h, in_w, in_c;
  int32_t out_h, out_w, out_c;
  int32_t kernel_h, kernel_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
};

// CONV_2D and FULLY_CONNECTED, int8. The latter is a 1x1 convolution whose
// positions are rows: in_h 1, in_w rows, in_c depth, out_c units.
struct Conv8 {
  Window window;
  int32_t in_zero_point;
  const int8_t* weights;     // [out_c][kernel_h][kernel_w][in_c]
  const Channel8* channels;  // [out_c]
  Output output;
  const uint8_t* packed;  // what the form's pack() wrote, or null

  // Products summed for one output.
  int32_t depth() const {
    return window.kernel_h * window.kernel_w * window.in_c;
  }
};

// The same with int16 activations, whose zero points are 0.
struct Conv16 {
  Window window;
  const int8_t* weights;      // [out_c][kernel_h][kernel_w][in_c]
  const Channel16* channels;  // [out_c], or null
  // In their place where biases are int32: there the oracle sums in 32 bits
  // and ends as for int8.
  const Channel8* narrow;
  Output output;
  const uint8_t* packed;

  int32_t depth() const {
    return window.kernel_h * window.kernel_w * window.in_c;
  }
};

// DEPTHWISE_CONV_2D: output channel c reads input channel c / multiplier.
struct Depthwise8 {
  Window window;
  int32_t multiplier;
  int32_t in_zero_point;
  const int8_t* weights;     // [kernel_h][kernel_w][out_c]
  const Channel8* channels;  // [out_c]
  Output output;
  const uint8_t* packed;
};

struct Depthwise16 {
  Window window;
  int32_t multiplier;
  const int8_t* weights;      // [kernel_h][kernel_w][out_c]
  const Channel16* channels;  // [out_c]
  Output output;
  const uint8_t* packed;
};

// AVERAGE_POOL_2D and MAX_POOL_2D; padding counts for nothing, dilation is 1.
struct Pool {
  Window window;
  Output output;  // its zero point is not used
};

// How two inputs are walked beside one output that lies in one piece: four
// loops, the last one innermost, steps in elements. A step of 0 repeats an
// input along that axis. Axes are merged where they can be: inputs of one shape
// are one row, extents {1, 1, 1, n}.
struct Pairing {
  int32_t extents[4];
  int32_t steps[2][4];
};

// ADD: both inputs, less their zero points, go left by `left`, are multiplied
// and shifted right to one scale, summed, and go to the output's scale so.
struct Add {
  Pairing pairing;
  struct {
    int32_t zero_point;
    int32_t multiplier;  // 2^30 to 2^31 - 1
    int32_t right;
  } inputs[2];
  int32_t left;  // 20 for int8, 15 for int16
  int32_t multiplier;
  int32_t right;
  Output output;
};

// MUL: the product of both inputs, less their zero points, rescaled.
struct Mul {
  Pairing pairing;
  int32_t zero_points[2];
  int32_t multiplier;
  int32_t left, right;
  Output output;
};

// SOFTMAX, int8, along the last axis. The output's grid is 1/256 from -128.
struct Softmax8 {
  int32_t rows, depth;
  int32_t multiplier;  // with `left`: from input steps to steps of 2^-26
  int32_t left;
  int32_t least;  // differences to the maximum below it count for nothing
};

// SOFTMAX, int16. The output's grid is 1/32768 from 0.
struct Softmax16 {
  int32_t rows, depth;
  int32_t multiplier;  // with both shifts: from input steps to 10/65535
  int32_t left, right;
};

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_PLAN_H_
