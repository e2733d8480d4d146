// A copy of an image with its border filled in, in the element that a form
// multiplies, so that windows need no test of their position. A window is then
// a few runs of neighbouring elements.
#ifndef MCU_EVAL_INFER_KERNELS_PADDED_H_
#define MCU_EVAL_INFER_KERNELS_PADDED_H_

#include <algorithm>

#include "firmware/infer/kernels/plan.h"

namespace mcu_eval::kernels {

// Exactly what the windows of all outputs see.
struct Padded {
  int32_t height, width, channels;
  size_t elements() const {
    return static_cast<size_t>(height) * width * channels;
  }
};

inline Padded PaddedOf(const Window& w, int32_t channels) {
  return {(w.out_h - 1) * w.stride_h + (w.kernel_h - 1) * w.dilation_h + 1,
          (w.out_w - 1) * w.stride_w + (w.kernel_w - 1) * w.dilation_w + 1,
          channels};
}

// Whether a padded image is worth its memory: not where dilation carries most
// of the windows out of the image.
inline bool IsPaddedSmall(const Window& w) {
  constexpr int64_t kAlways = 1 << 16;
  const Padded image = PaddedOf(w, w.in_c);
  return int64_t{image.height} * image.width * w.in_c <=
         kAlways + int64_t{4} * w.in_h * w.in_w * w.in_c;
}

// The runs of one window, in the order of a convolution's weights; steps in
// elements of the padded image.
struct Runs {
  int32_t rows, columns;  // runs = rows * columns
  int32_t row_step, column_step;
  int32_t length;  // of a run
  int32_t count() const { return rows * columns; }
};

inline Runs RunsOf(const Window& w, const Padded& image) {
  const int32_t row_step = w.dilation_h * image.width * image.channels;
  if (w.dilation_w != 1 && w.kernel_w > 1) {
    return {w.kernel_h, w.kernel_w, row_step, w.dilation_w * image.channels,
            image.channels};
  }
  const int32_t length = w.kernel_w * image.channels;
  if (w.kernel_h == 1 || length == row_step) {
    return {1, 1, 0, 0, w.kernel_h * length};
  }
  return {w.kernel_h, 1, row_step, 0, length};
}

// Where the windows of outputs, counted through the rows, start.
class WindowStarts {
 public:
  WindowStarts(const Window& w, const Padded& image)
      : left_(w.out_h * w.out_w),
        out_w_(w.out_w),
        step_(w.stride_w * image.channels),
        row_step_(w.stride_h * image.width * image.channels) {}

  int32_t left() const { return left_; }

  // The next `count` starts; the last one again where fewer are left.
  void Next(int32_t* starts, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
      starts[i] = row_ + x_ * step_;
      if (left_ <= 1) {
        left_ = 0;
        continue;
      }
      --left_;
      if (++x_ == out_w_) {
        x_ = 0;
        row_ += row_step_;
      }
    }
  }

 private:
  int32_t left_, out_w_, step_, row_step_;
  int32_t row_ = 0, x_ = 0;
};

// Fills `to` from one image. copy(from, to, pixels) converts neighbouring
// pixels, fill(to, elements) writes border.
template <typename From, typename To, typename Copy, typename Fill>
void PadImage(const Window& w, const Padded& image, const From* from, To* to,
              const Copy& copy, const Fill& fill) {
  const int32_t row = image.width * image.channels;
  const int32_t left = std::min(w.pad_left, image.width);
  const int32_t inside = std::max(0, std::min(w.in_w, image.width - left));
  for (int32_t y = 0; y < image.height; ++y, to += row) {
    const int32_t in_y = y - w.pad_top;
    if (in_y < 0 || in_y >= w.in_h) {
      fill(to, row);
      continue;
    }
    if (left > 0) fill(to, left * image.channels);
    copy(from + in_y * w.in_w * w.in_c, to + left * image.channels, inside);
    const int32_t right = image.width - left - inside;
    if (right > 0) {
      fill(to + (left + inside) * image.channels, right * image.channels);
    }
  }
}

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_PADDED_H_
