// DEPTHWISE_CONV_2D, 3x3, with MVE: sixteen channels go through the whole image
// before the next. Three rows of them wait in scratch, with border, each in the
// place of the row three above it. Other kernels are left to the DSP form.
#if defined(__ARM_FEATURE_MVE)

#include <algorithm>

#include "firmware/infer/kernels/dsp.h"
#include "firmware/infer/kernels/mve.h"
#include "firmware/infer/kernels/sixteen_mve.h"
#include "firmware/infer/kernels/taps_mve.h"

namespace mcu_eval::kernels::mve {
namespace {

constexpr int32_t kTaps = 9;

int8_t Least(const int8_t* bytes, int32_t count) {
  int8_t least = 127;
  for (; count > 0; bytes += kSixteen, count -= kSixteen) {
    const mve_pred16_t active = vctp8q(count);
    least = vminvq_p_s8(least, vldrbq_z_s8(bytes, active), active);
  }
  return least;
}

bool IsOurs(const Depthwise8& plan) {
  const Window& w = plan.window;
  return w.kernel_h == 3 && w.kernel_w == 3 && w.dilation_h == 1 &&
         w.dilation_w == 1 && plan.multiplier == 1 &&
         Least(plan.weights, kTaps * w.out_c) > -128;
}

// Pixels of a row that windows see, border included.
int32_t WidthOf(const Window& w) { return (w.out_w - 1) * w.stride_w + 3; }

int32_t RowBytes(const Window& w) { return WidthOf(w) * kPitch; }

// Up to sixteen channels of an image, row by row.
class Rows {
 public:
  // `zero` fills the border; `active` are the channels from `image` on.
  Rows(const Window& window, int32_t zero, mve_pred16_t active, int8_t* scratch)
      : window_(window),
        zero_(vdupq_n_s8(static_cast<int8_t>(zero))),
        active_(active),
        scratch_(scratch) {}

  void Begin(const int8_t* image) {
    image_ = image;
    next_ = 0;
  }

  // The rows of a window whose first is row `first` of the padded image; no
  // earlier than the last ones.
  Window3 Place(int32_t first) {
    next_ = std::max(next_, first);
    for (; next_ < first + 3; ++next_) Load(next_);
    return {Row(first), Row(first + 1), Row(first + 2)};
  }

 private:
  int8_t* Row(int32_t index) const {
    return scratch_ + index % 3 * RowBytes(window_);
  }

  static int8_t* Fill(int8_t* to, int8x16_t value, int32_t pixels) {
    for (; pixels > 0; --pixels, to += kPitch) vstrbq_s8(to, value);
    return to;
  }

  void Load(int32_t index) const {
    const Window& w = window_;
    const int32_t width = WidthOf(w);
    const int32_t y = index - w.pad_top;
    int8_t* to = Row(index);
    if (y < 0 || y >= w.in_h) {
      Fill(to, zero_, width);
      return;
    }
    const int32_t left = std::min(w.pad_left, width);
    const int32_t inside = std::min(w.in_w, width - left);
    to = Fill(to, zero_, left);
    const int8_t* from = image_ + y * w.in_w * w.in_c;
    for (int32_t x = inside; x > 0; --x, from += w.in_c, to += kPitch) {
      vstrbq_s8(to, vldrbq_z_s8(from, active_));
    }
    Fill(to, zero_, width - left - inside);
  }

  const Window& window_;
  const int8x16_t zero_;
  const mve_pred16_t active_;
  int8_t* const scratch_;
  const int8_t* image_ = nullptr;
  int32_t next_ = 0;
};

// One row of outputs.
void RunRow(const Window& w, Window3 at, const int8_t* weights,
            const SixteenEnds& ends, const ByteLimits& limits,
            mve_pred16_t active, int8_t* output) {
  const int32_t step = w.stride_w * kPitch;
  for (int32_t x = w.out_w; x > 0; --x, output += w.out_c) {
    Sixteen sums = {ends.bias[0], ends.bias[1], ends.bias[2], ends.bias[3]};
    AddTaps(at, weights, &sums);
    at = {at.row0 + step, at.row1 + step, at.row2 + step};
    vstrbq_p_s8(output, EndSixteen(sums, ends, limits), active);
  }
}

// Channels `first` to `first + count`, of all images.
void RunChannels(const Depthwise8& plan, int32_t first, int32_t count,
                 const int8_t* input, int8_t* output, int8_t* scratch) {
  const Window& w = plan.window;
  const mve_pred16_t active = vctp8q(count);
  alignas(16) int8_t weights[kTaps * kPitch];
  for (int32_t tap = 0; tap < kTaps; ++tap) {
    vstrbq_s8(weights + tap * kPitch,
              vldrbq_z_s8(plan.weights + tap * w.out_c + first, active));
  }
  const SixteenEnds ends(plan.channels + first, count);
  const ByteLimits limits(plan.output);
  Rows rows(w, plan.in_zero_point, active, scratch);
  for (int32_t batch = 0; batch < w.batches; ++batch) {
    rows.Begin(input + batch * w.in_h * w.in_w * w.in_c + first);
    for (int32_t y = 0; y < w.out_h; ++y) {
      RunRow(w, rows.Place(y * w.stride_h), weights, ends, limits, active,
             output + (batch * w.out_h + y) * w.out_w * w.out_c + first);
    }
  }
}

}  // namespace

size_t DepthwiseScratch8(const Depthwise8& plan) {
  return IsOurs(plan) ? 3 * static_cast<size_t>(RowBytes(plan.window))
                      : dsp::DepthwiseScratch8(plan);
}

void RunDepthwise8(const Depthwise8& plan, const int8_t* input, int8_t* output,
                   uint8_t* scratch) {
  if (!IsOurs(plan)) {
    dsp::RunDepthwise8(plan, input, output, scratch);
    return;
  }
  // The last sixteen may begin within the ones before, which are then written
  // twice.
  const int32_t channels = plan.window.out_c;
  for (int32_t c = 0; c < channels; c += kSixteen) {
    const int32_t first =
        std::max<int32_t>(0, std::min<int32_t>(c, channels - kSixteen));
    RunChannels(plan, first, std::min<int32_t>(channels - first, kSixteen),
                input, output, reinterpret_cast<int8_t*>(scratch));
  }
}

}  // namespace mcu_eval::kernels::mve

#endif  // __ARM_FEATURE_MVE
