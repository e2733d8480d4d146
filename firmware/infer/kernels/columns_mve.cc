#if defined(__ARM_FEATURE_MVE)
#include "firmware/infer/kernels/columns_mve.h"

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
      scratch_(reinterpret_cast<int8_t*>(scratch)) {}

const int8_t* Columns::Next(int32_t slot) {
  const Window& w = window_;
  const int32_t y = y_ * w.stride_h - w.pad_top;
  const int32_t x = x_ * w.stride_w - w.pad_left;
  const int8_t* column = image_ + (y * w.in_w + x) * w.in_c;
  if (!IsPixel(w)) {
    int8_t* gathered = scratch_ + slot * Stride(w);
    Gather(y, x, gathered);
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
  const int32_t run = w.kernel_w * w.in_c;
  const bool whole = w.dilation_w == 1 && x >= 0 && x + w.kernel_w <= w.in_w;
  for (int32_t ky = 0; ky < w.kernel_h; ++ky, y += w.dilation_h) {
    const int8_t* row = image_ + y * w.in_w * w.in_c;
    if (y < 0 || y >= w.in_h) {
      Fill(column, zero_, run);
      column += run;
    } else if (whole) {
      Copy(column, row + x * w.in_c, run);
      column += run;
    } else {
      for (int32_t kx = 0, at = x; kx < w.kernel_w;
           ++kx, at += w.dilation_w, column += w.in_c) {
        if (at < 0 || at >= w.in_w) {
          Fill(column, zero_, w.in_c);
        } else {
          Copy(column, row + at * w.in_c, w.in_c);
        }
      }
    }
  }
}

}  // namespace mcu_eval::kernels::mve

#endif  // __ARM_FEATURE_MVE
