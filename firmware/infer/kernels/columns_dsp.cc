// Columns of images: whole runs of pixels where the window lies within the
// image and its channels fill whole groups; tap by tap at the border; gathered
// byte by byte, then widened, where taps begin within a group.
#if defined(__ARM_FEATURE_DSP)

#include <cstring>

#include "firmware/infer/kernels/panel_dsp.h"

namespace mcu_eval::kernels::dsp {
namespace {

int32_t Depth(const Window& w) { return w.kernel_h * w.kernel_w * w.in_c; }

bool IsPointwise(const Window& w) {
  return w.kernel_h * w.kernel_w == 1 && w.in_c % 4 == 0 && w.stride_h == 1 &&
         w.stride_w == 1 && w.pad_top == 0 && w.pad_left == 0;
}

// Runs of a few elements, which memcpy() would be dear for.
template <typename Element>
Element* Copy(const Element* from, int32_t count, Element* to) {
  constexpr int32_t kStep = 4 / sizeof(Element);
  for (; count >= kStep; count -= kStep, from += kStep, to += kStep) {
    uint32_t word;
    std::memcpy(&word, from, sizeof(word));
    std::memcpy(to, &word, sizeof(word));
  }
  for (; count > 0; --count) *to++ = *from++;
  return to;
}

template <typename Element>
Element* Fill(Element value, int32_t count, Element* to) {
  for (; count > 0; --count) *to++ = value;
  return to;
}

}  // namespace

template <typename Element>
size_t Columns<Element>::Room(const Window& window) {
  if (IsPointwise(window)) return 0;
  return 2 * ((static_cast<size_t>(Depth(window)) + 3) / 4 * 4);
}

template <typename Element>
Columns<Element>::Columns(const Window& window, Element zero,
                          const Element* input, Element* scratch)
    : window_(window),
      zero_(zero),
      image_(input),
      depth_(Depth(window)),
      groups_((depth_ + 3) / 4),
      first_(scratch),
      second_(scratch + 4 * groups_),
      is_pointwise_(IsPointwise(window)) {
  if (is_pointwise_) return;
  if (window.in_c % 4 == 0) {
    Fill(zero, window.in_c, second_);
  } else {
    Fill<Element>(0, 4 * groups_ - depth_, first_ + depth_);
    Fill<Element>(0, 4 * groups_ - depth_, second_ + depth_);
  }
}

template <typename Element>
typename Columns<Element>::Place Columns<Element>::Next() {
  const Window& w = window_;
  const Place place = {image_, y_ * w.stride_h - w.pad_top,
                       x_ * w.stride_w - w.pad_left};
  if (++x_ == w.out_w) {
    x_ = 0;
    if (++y_ == w.out_h) {
      y_ = 0;
      image_ += w.in_h * w.in_w * w.in_c;
    }
  }
  return place;
}

// Null where the row is padding.
template <typename Element>
const Element* Columns<Element>::Row(const Place& place, int32_t ky) const {
  const Window& w = window_;
  const int32_t y = place.y + ky * w.dilation_h;
  return y < 0 || y >= w.in_h ? nullptr : place.image + y * w.in_w * w.in_c;
}

template <typename Element>
const Element* Columns<Element>::Tap(const Place& place, const Element* row,
                                     int32_t kx) const {
  const Window& w = window_;
  const int32_t x = place.x + kx * w.dilation_w;
  return row == nullptr || x < 0 || x >= w.in_w ? second_ : row + x * w.in_c;
}

template <typename Element>
void Columns<Element>::Gather(const Place& place, Element* column) const {
  const Window& w = window_;
  const int32_t inside = w.in_w - place.x;
  const bool whole = w.dilation_w == 1 && place.x >= 0 && inside >= w.kernel_w;
  for (int32_t ky = 0; ky < w.kernel_h; ++ky) {
    const Element* row = Row(place, ky);
    if (row == nullptr) {
      column = Fill(zero_, w.kernel_w * w.in_c, column);
    } else if (whole) {
      column = Copy(row + place.x * w.in_c, w.kernel_w * w.in_c, column);
    } else {
      for (int32_t kx = 0, x = place.x; kx < w.kernel_w;
           ++kx, x += w.dilation_w) {
        column = x < 0 || x >= w.in_w ? Fill(zero_, w.in_c, column)
                                      : Copy(row + x * w.in_c, w.in_c, column);
      }
    }
  }
}

template <typename Element>
void Columns<Element>::Pair(uint32_t* panel) {
  const Window& w = window_;
  if (is_pointwise_) {
    WidenPair(image_, image_ + depth_, groups_, panel);
    image_ += 2 * depth_;
    return;
  }
  const Place a = Next(), b = Next();
  if (w.in_c % 4 != 0) {
    Gather(a, first_);
    Gather(b, second_);
    WidenPair(first_, second_, groups_, panel);
    return;
  }
  const int32_t last = w.in_w - w.kernel_w;
  const bool whole =
      w.dilation_w == 1 && a.x >= 0 && a.x <= last && b.x >= 0 && b.x <= last;
  for (int32_t ky = 0; ky < w.kernel_h; ++ky) {
    const Element* row_a = Row(a, ky);
    const Element* row_b = Row(b, ky);
    if (whole && row_a != nullptr && row_b != nullptr) {
      panel = WidenPair(row_a + a.x * w.in_c, row_b + b.x * w.in_c,
                        w.kernel_w * w.in_c / 4, panel);
      continue;
    }
    for (int32_t kx = 0; kx < w.kernel_w; ++kx) {
      panel =
          WidenPair(Tap(a, row_a, kx), Tap(b, row_b, kx), w.in_c / 4, panel);
    }
  }
}

template <typename Element>
void Columns<Element>::One(uint32_t* panel) {
  if (is_pointwise_) {
    WidenOne(image_, groups_, panel);
    image_ += depth_;
    return;
  }
  Gather(Next(), first_);
  WidenOne(first_, groups_, panel);
}

template class Columns<int8_t>;
template class Columns<int16_t>;

}  // namespace mcu_eval::kernels::dsp

#endif  // __ARM_FEATURE_DSP
