#if defined(__ARM_FEATURE_MVE)
#include "firmware/infer/kernels/columns_mve.h"

#include <algorithm>

#include "firmware/infer/kernels/copy_mve.h"

namespace mcu_eval::kernels::mve {
namespace {

bool IsPixel(const Window& w) {
  return w.kernel_h * w.kernel_w == 1 && w.pad_top == 0 && w.pad_left == 0;
}

// Of a column in scratch, so that each begins aligned.
int32_t Stride(const Window& w) {
  return (w.kernel_h * w.kernel_w * w.in_c + 15) / 16 * 16;
}

}  // namespace

size_t Columns::ScratchBytes(const Window& window) {
  return IsPixel(window) ? 0 : static_cast<size_t>(kMost) * Stride(window);
}

Columns::Columns(const Window& window, int32_t zero, const int8_t* input,
                 uint8_t* scratch)
    : window_(window),
      zero_(zero),
      image_(input),
      scratch_(reinterpret_cast<int8_t*>(scratch)),
      is_pixel_(IsPixel(window)),
      run_(window.kernel_w * window.in_c),
      pitch_(window.dilation_h * window.in_w * window.in_c),
      stride_(Stride(window)) {}

const int8_t* Columns::Next(int32_t slot) {
  const Window& w = window_;
  const int32_t y = y_ * w.stride_h - w.pad_top;
  const int32_t x = x_ * w.stride_w - w.pad_left;
  const int8_t* column = image_ + (y * w.in_w + x) * w.in_c;
  if (!is_pixel_) {
    int8_t* gathered = scratch_ + slot * stride_;
    if (w.dilation_w == 1 && y >= 0 && x >= 0 && x + w.kernel_w <= w.in_w &&
        y + (w.kernel_h - 1) * w.dilation_h < w.in_h) {
      CopyRows(gathered, column, run_, w.kernel_h, pitch_);
    } else {
      Gather(y, x, gathered);
    }
    column = gathered;
  }
  if (++x_ == w.out_w) {
    x_ = 0;
    if (++y_ == w.out_h) {
      y_ = 0;
      image_ += w.in_h * w.in_w * w.in_c;
    }
  }
  return column;
}

void Columns::Gather(int32_t y, int32_t x, int8_t* column) const {
  const Window& w = window_;
  for (int32_t ky = 0; ky < w.kernel_h;
       ++ky, y += w.dilation_h, column += run_) {
    if (y < 0 || y >= w.in_h) {
      Fill(column, zero_, run_);
    } else {
      GatherRow(image_ + y * w.in_w * w.in_c, x, column);
    }
  }
}

void Columns::GatherRow(const int8_t* row, int32_t x, int8_t* column) const {
  const Window& w = window_;
  if (w.dilation_w == 1) {
    const int32_t first = std::max<int32_t>(x, 0);
    const int32_t end = std::min<int32_t>(x + w.kernel_w, w.in_w);
    if (first < end) {
      const int32_t left = (first - x) * w.in_c;
      const int32_t inside = (end - first) * w.in_c;
      if (left > 0) Fill(column, zero_, left);
      Copy(column + left, row + first * w.in_c, inside);
      const int32_t right = run_ - left - inside;
      if (right > 0) Fill(column + left + inside, zero_, right);
      return;
    }
  }
  for (int32_t kx = 0; kx < w.kernel_w;
       ++kx, x += w.dilation_w, column += w.in_c) {
    if (x < 0 || x >= w.in_w) {
      Fill(column, zero_, w.in_c);
    } else {
      Copy(column, row + x * w.in_c, w.in_c);
    }
  }
}

}  // namespace mcu_eval::kernels::mve

#endif  // __ARM_FEATURE_MVE
