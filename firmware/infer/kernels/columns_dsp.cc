// Columns of images: whole runs of pixels where the window lies within the
// image and its channels fill whole groups; tap by tap at the border; gathered
// in the order of the weights, then widened, where taps begin within a group.
#if defined(__ARM_FEATURE_DSP)

#include "firmware/infer/kernels/columns_dsp.h"

#include <algorithm>
#include <cstring>

#include "firmware/infer/kernels/widen_dsp.h"

namespace mcu_eval::kernels::dsp {
namespace {

int32_t Depth(const Window& w) { return w.kernel_h * w.kernel_w * w.in_c; }

bool IsPointwise(const Window& w) {
  return w.kernel_h * w.kernel_w == 1 && w.in_c % 4 == 0 && w.stride_h == 1 &&
         w.stride_w == 1 && w.pad_top == 0 && w.pad_left == 0;
}

// Runs of a few elements, which memcpy() would be dear for: by words of any
// alignment, of which the last may lie over the one before.
template <typename Element>
inline Element* Copy(const Element* from, int32_t count, Element* to) {
  constexpr int32_t kStep = 4 / sizeof(Element);
  Element* const end = to + count;
  if (count < kStep) {
    while (to != end) *to++ = *from++;
    return end;
  }
  uint32_t word;
  for (int32_t words = count / kStep; words > 0; --words) {
    std::memcpy(&word, from, sizeof(word));
    std::memcpy(to, &word, sizeof(word));
    from += kStep;
    to += kStep;
  }
  if (to == end) return end;
  std::memcpy(&word, from + (end - to) - kStep, sizeof(word));
  std::memcpy(end - kStep, &word, sizeof(word));
  return end;
}

bool IsWithin(int32_t i, int32_t count) {
  return static_cast<uint32_t>(i) < static_cast<uint32_t>(count);
}

template <typename Element>
inline Element* Fill(Element value, int32_t count, Element* to) {
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
      input_(input),
      depth_(Depth(window)),
      groups_((depth_ + 3) / 4),
      is_pointwise_(IsPointwise(window)),
      is_run_(window.dilation_w == 1 && window.kernel_w * window.in_c % 4 == 0),
      is_tap_(window.in_c % 4 == 0),
      last_y_(window.in_h - (window.kernel_h - 1) * window.dilation_h - 1),
      last_x_(window.in_w - (window.kernel_w - 1) * window.dilation_w - 1),
      row_step_(window.dilation_h * window.in_w * window.in_c),
      first_(scratch),
      second_(scratch + 4 * groups_) {
  Begin();
  if (is_pointwise_) return;
  if (is_tap_) {
    Fill(zero, window.in_c, second_);
  } else {
    Fill<Element>(0, 4 * groups_ - depth_, first_ + depth_);
    Fill<Element>(0, 4 * groups_ - depth_, second_ + depth_);
  }
}

// At the first column of a row of outputs.
template <typename Element>
void Columns<Element>::Begin() {
  const Window& w = window_;
  next_.y = out_y_ * w.stride_h - w.pad_top;
  next_.x = -w.pad_left;
  next_.offset = ((batch_ * w.in_h + next_.y) * w.in_w + next_.x) * w.in_c;
}

template <typename Element>
inline typename Columns<Element>::Place Columns<Element>::Next() {
  const Window& w = window_;
  const Place place = next_;
  next_.x += w.stride_w;
  next_.offset += w.stride_w * w.in_c;
  if (++out_x_ == w.out_w) {
    out_x_ = 0;
    if (++out_y_ == w.out_h) {
      out_y_ = 0;
      ++batch_;
    }
    Begin();
  }
  return place;
}

// Within a row of the image, or within all of it.
template <typename Element>
inline bool Columns<Element>::IsWide(const Place& place) const {
  return place.x >= 0 && place.x <= last_x_;
}

template <typename Element>
inline bool Columns<Element>::IsWhole(const Place& place) const {
  return IsWide(place) && place.y >= 0 && place.y <= last_y_;
}

template <typename Element>
void Columns<Element>::Gather(const Place& place, Element* column) const {
  const Window& w = window_;
  const int32_t row = w.kernel_w * w.in_c;
  int32_t offset = place.offset;
  int32_t y = place.y;
  if (w.dilation_w > 1) {
    for (int32_t ky = 0; ky < w.kernel_h; ++ky) {
      int32_t x = place.x;
      const Element* from = input_ + offset;
      for (int32_t kx = 0; kx < w.kernel_w; ++kx) {
        column = IsWithin(y, w.in_h) && IsWithin(x, w.in_w)
                     ? Copy(from, w.in_c, column)
                     : Fill(zero_, w.in_c, column);
        x += w.dilation_w;
        from += w.dilation_w * w.in_c;
      }
      y += w.dilation_h;
      offset += row_step_;
    }
    return;
  }
  if (IsWhole(place)) {
    const Element* from = input_ + offset;
    for (int32_t ky = 0; ky < w.kernel_h; ++ky) {
      column = Copy(from, row, column);
      from += row_step_;
    }
    return;
  }
  // Of a row of the window: padding, pixels, padding.
  const int32_t left = std::clamp<int32_t>(-place.x, 0, w.kernel_w) * w.in_c;
  const int32_t right =
      std::clamp<int32_t>(w.in_w - place.x, 0, w.kernel_w) * w.in_c;
  for (int32_t ky = 0; ky < w.kernel_h; ++ky) {
    if (!IsWithin(y, w.in_h) || right <= left) {
      column = Fill(zero_, row, column);
    } else {
      column = Fill(zero_, left, column);
      column = Copy(input_ + offset + left, right - left, column);
      column = Fill(zero_, row - right, column);
    }
    y += w.dilation_h;
    offset += row_step_;
  }
}

template <typename Element>
void Columns<Element>::Pair(uint32_t* panel) {
  if (is_pointwise_) {
    const Element* a = input_ + next_.offset;
    const Element* b = a + depth_;
    next_.offset += 2 * depth_;
    WidenPair(&a, &b, groups_, panel);
    return;
  }
  const Place a = Next(), b = Next();
  if (is_run_ && IsWhole(a) && IsWhole(b)) {
    Runs(input_ + a.offset, input_ + b.offset, panel);
  } else if (is_tap_) {
    Border(a, b, panel);
  } else {
    Gather(a, first_);
    Gather(b, second_);
    const Element* from_a = first_;
    const Element* from_b = second_;
    WidenPair(&from_a, &from_b, groups_, panel);
  }
}

// Two windows within the image.
template <typename Element>
void Columns<Element>::Runs(const Element* a, const Element* b,
                            uint32_t* panel) const {
  const int32_t run = window_.kernel_w * window_.in_c / 4;
  const int32_t step = row_step_ - 4 * run;
  for (int32_t left = window_.kernel_h; left > 0; --left) {
    panel = WidenPair(&a, &b, run, panel);
    a += step;
    b += step;
  }
}

// Two windows, of which either may lie outside.
template <typename Element>
void Columns<Element>::Border(Place a, Place b, uint32_t* panel) const {
  const Window& w = window_;
  const bool is_run = is_run_ && IsWide(a) && IsWide(b);
  for (int32_t ky = 0; ky < w.kernel_h; ++ky) {
    const bool has_a = IsWithin(a.y, w.in_h), has_b = IsWithin(b.y, w.in_h);
    if (is_run && has_a && has_b) {
      const Element* from_a = input_ + a.offset;
      const Element* from_b = input_ + b.offset;
      panel = WidenPair(&from_a, &from_b, w.kernel_w * w.in_c / 4, panel);
    } else {
      panel = Taps(has_a, a, has_b, b, panel);
    }
    a.y += w.dilation_h;
    b.y += w.dilation_h;
    a.offset += row_step_;
    b.offset += row_step_;
  }
}

// One row of both; `has_*` is false where all of it lies outside.
template <typename Element>
uint32_t* Columns<Element>::Taps(bool has_a, const Place& a, bool has_b,
                                 const Place& b, uint32_t* panel) const {
  const Window& w = window_;
  int32_t x_a = a.x, x_b = b.x, along = 0;
  for (int32_t kx = 0; kx < w.kernel_w; ++kx) {
    const Element* from_a =
        has_a && IsWithin(x_a, w.in_w) ? input_ + a.offset + along : second_;
    const Element* from_b =
        has_b && IsWithin(x_b, w.in_w) ? input_ + b.offset + along : second_;
    panel = WidenPair(&from_a, &from_b, w.in_c / 4, panel);
    x_a += w.dilation_w;
    x_b += w.dilation_w;
    along += w.dilation_w * w.in_c;
  }
  return panel;
}

template <typename Element>
void Columns<Element>::One(uint32_t* panel) {
  if (is_pointwise_) {
    WidenOne(input_ + next_.offset, groups_, panel);
    next_.offset += depth_;
    return;
  }
  Gather(Next(), first_);
  WidenOne(first_, groups_, panel);
}

template class Columns<int8_t>;
template class Columns<int16_t>;

}  // namespace mcu_eval::kernels::dsp

#endif  // __ARM_FEATURE_DSP
