#include <algorithm>

#include "test/firmware/kernels/draw.h"

namespace mcu_eval_test {
namespace {

int32_t DrawKernel(Random& random, int32_t most) {
  const int32_t kernel =
      random.Chance(60) ? random.Pick<int32_t>({1, 3}) : random.Int32(1, most);
  return std::min<int32_t>(kernel, most);
}

// Padding of TFLite's SAME, by its formula.
int32_t SamePadding(int32_t in, int32_t out, int32_t stride, int32_t reach) {
  return std::max<int32_t>(0, ((out - 1) * stride + reach - in) / 2);
}

}  // namespace

int32_t DrawCount(Random& random, int32_t low, int32_t high) {
  const int32_t drawn =
      random.Chance(50) ? random.Int32(low, high)
                        : random.Pick<int32_t>({1, 2, 3, 4, 8, 16, 32, 64}) +
                              random.Pick<int32_t>({-1, 0, 0, 1});
  return std::clamp<int32_t>(drawn, low, high);
}

Window DrawWindow(Random& random, const Limits& limits, bool depthwise) {
  for (;;) {
    Window w = {};
    w.batches = random.Chance(80) ? 1 : random.Int32(2, 3);
    w.in_h = random.Chance(15) ? 1 : random.Int32(1, 14);
    w.in_w = random.Chance(10) ? 1 : random.Int32(1, 14);
    w.in_c = DrawCount(random, 1, limits.channels);
    w.out_c = depthwise ? w.in_c : DrawCount(random, 1, limits.channels);
    w.kernel_h = DrawKernel(random, limits.kernel);
    w.kernel_w =
        random.Chance(70) ? w.kernel_h : DrawKernel(random, limits.kernel);
    w.stride_h = random.Chance(60) ? 1 : random.Int32(1, limits.stride);
    w.stride_w =
        random.Chance(80) ? w.stride_h : random.Int32(1, limits.stride);
    w.dilation_h = random.Chance(75) ? 1 : random.Int32(1, limits.dilation);
    w.dilation_w =
        random.Chance(80) ? w.dilation_h : random.Int32(1, limits.dilation);
    const int32_t reach_h = (w.kernel_h - 1) * w.dilation_h + 1;
    const int32_t reach_w = (w.kernel_w - 1) * w.dilation_w + 1;
    if (random.Chance(50)) {
      w.out_h = (w.in_h + w.stride_h - 1) / w.stride_h;
      w.out_w = (w.in_w + w.stride_w - 1) / w.stride_w;
      w.pad_top = SamePadding(w.in_h, w.out_h, w.stride_h, reach_h);
      w.pad_left = SamePadding(w.in_w, w.out_w, w.stride_w, reach_w);
    } else {
      if (reach_h > w.in_h || reach_w > w.in_w) continue;
      w.out_h = (w.in_h - reach_h) / w.stride_h + 1;
      w.out_w = (w.in_w - reach_w) / w.stride_w + 1;
    }
    const int64_t work = int64_t{w.batches} * w.out_h * w.out_w * w.kernel_h *
                         w.kernel_w * w.in_c * (depthwise ? 1 : w.out_c);
    if (work <= limits.work) return w;
  }
}

Window DrawDepthwise(Random& random, int32_t* multiplier) {
  *multiplier = random.Chance(60) ? 1 : random.Int32(1, 8);
  const int32_t channels = *multiplier == 1 ? 70 : 70 / *multiplier;
  Window w = DrawWindow(random, {channels, 6, 3, 3, 20000 / *multiplier}, true);
  w.out_c = w.in_c * *multiplier;
  return w;
}

void DescribeWindow(Text& text, const Window& w) {
  const struct {
    const char* name;
    int32_t value;
  } fields[] = {{"batches", w.batches},
                {"in_h", w.in_h},
                {"in_w", w.in_w},
                {"in_c", w.in_c},
                {"out_h", w.out_h},
                {"out_w", w.out_w},
                {"out_c", w.out_c},
                {"kernel_h", w.kernel_h},
                {"kernel_w", w.kernel_w},
                {"stride_h", w.stride_h},
                {"stride_w", w.stride_w},
                {"dilation_h", w.dilation_h},
                {"dilation_w", w.dilation_w},
                {"pad_top", w.pad_top},
                {"pad_left", w.pad_left}};
  for (const auto& field : fields) {
    text.Add(field.name).Add(' ').Add(field.value).Add(' ');
  }
}

}  // namespace mcu_eval_test
