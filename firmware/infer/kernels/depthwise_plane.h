// Parts of images as the planes that depthwise_walk.h walks.
#ifndef MCU_EVAL_INFER_KERNELS_DEPTHWISE_PLANE_H_
#define MCU_EVAL_INFER_KERNELS_DEPTHWISE_PLANE_H_

#include "firmware/infer/kernels/plan.h"

namespace mcu_eval::kernels::dsp {

// The part, in the image's coordinates: `top` and `left` may lie in the
// padding, below 0.
struct Part {
  int32_t top, left;
  int32_t rows, columns;  // columns are pairs of pixels
};

// Writes the plane of channels `first` to `first + 3`, or of all channels where
// the image has fewer; words of channels that are not there are left as they
// are. What lies outside the image is `zero_point`.
void SpreadPart(const Window& window, const int8_t* image, int32_t first,
                int32_t zero_point, const Part& part, uint32_t* plane);
void SpreadPart(const Window& window, const int16_t* image, int32_t first,
                int32_t zero_point, const Part& part, uint32_t* plane);

}  // namespace mcu_eval::kernels::dsp

#endif  // MCU_EVAL_INFER_KERNELS_DEPTHWISE_PLANE_H_
