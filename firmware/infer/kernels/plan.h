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

// The same with int16 activations, whose zero point is 0.
struct Conv16 {
  Window window;
  const int8_t* weights;      // [out_c][kernel_h][kernel_w][in_c]
  const Channel16* channels;  // [out_c]
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

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_PLAN_H_
