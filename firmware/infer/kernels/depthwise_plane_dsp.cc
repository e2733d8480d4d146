#if defined(__ARM_FEATURE_DSP)

#include <algorithm>

#include "firmware/infer/kernels/depthwise_plane.h"

namespace mcu_eval::kernels::dsp {
namespace {

constexpr int32_t kLanes = 4;

// Two pixels that go down the image side by side. A step of 0 stays at one
// pixel, which is how padding beside the image is read.
struct Stream {
  const uint8_t* pixel;
  int32_t step;
};

uint32_t PairOf(int32_t left, int32_t right) {
  return static_cast<uint32_t>(left & 0xffff) | static_cast<uint32_t>(right)
                                                    << 16;
}

// Four channels of `count` pairs of pixels; `count` is 1 at least. Registers
// are named since STM stores them in their order; there is one to spare, for
// compilers that count the loop around this one in lr.
uint32_t* SpreadFour(const int8_t*, Stream a, Stream b, int32_t count,
                     uint32_t* to) {
  asm volatile(
      "1:\n"
      "ldr r0, [%[a]]\n"
      "ldr r1, [%[b]]\n"
      "add %[a], %[a], %[step_a]\n"
      "add %[b], %[b], %[step_b]\n"
      "sxtb16 r2, r1\n"
      "sxtb16 r3, r1, ror #8\n"
      "sxtb16 r4, r0\n"
      "sxtb16 r1, r0, ror #8\n"
      "pkhbt r0, r4, r2, lsl #16\n"
      "pkhtb r2, r2, r4, asr #16\n"
      "pkhtb r4, r3, r1, asr #16\n"
      "pkhbt r1, r1, r3, lsl #16\n"
      "stm %[to]!, {r0, r1, r2, r4}\n"
      "subs %[count], %[count], #1\n"
      "bne 1b\n"
      : [a] "+r"(a.pixel), [b] "+r"(b.pixel), [to] "+r"(to), [count] "+r"(count)
      : [step_a] "r"(a.step), [step_b] "r"(b.step)
      : "r0", "r1", "r2", "r3", "r4", "cc", "memory");
  return to;
}

// Not LDRD, which channels that are no multiple of two would misalign.
uint32_t* SpreadFour(const int16_t*, Stream a, Stream b, int32_t count,
                     uint32_t* to) {
  asm volatile(
      "1:\n"
      "ldr r0, [%[a]]\n"
      "ldr r3, [%[a], #4]\n"
      "ldr r2, [%[b]]\n"
      "ldr r4, [%[b], #4]\n"
      "add %[a], %[a], %[step_a]\n"
      "add %[b], %[b], %[step_b]\n"
      "pkhtb r1, r2, r0, asr #16\n"
      "pkhbt r0, r0, r2, lsl #16\n"
      "pkhbt r2, r3, r4, lsl #16\n"
      "pkhtb r3, r4, r3, asr #16\n"
      "stm %[to]!, {r0, r1, r2, r3}\n"
      "subs %[count], %[count], #1\n"
      "bne 1b\n"
      : [a] "+r"(a.pixel), [b] "+r"(b.pixel), [to] "+r"(to), [count] "+r"(count)
      : [step_a] "r"(a.step), [step_b] "r"(b.step)
      : "r0", "r1", "r2", "r3", "r4", "cc", "memory");
  return to;
}

// Images of fewer than four channels.
template <typename Element>
uint32_t* SpreadFew(int32_t lanes, Stream a, Stream b, int32_t count,
                    uint32_t* to) {
  for (; count > 0; --count, to += kLanes) {
    const auto* left = reinterpret_cast<const Element*>(a.pixel);
    const auto* right = reinterpret_cast<const Element*>(b.pixel);
    for (int32_t c = 0; c < lanes; ++c) to[c] = PairOf(left[c], right[c]);
    a.pixel += a.step;
    b.pixel += b.step;
  }
  return to;
}

uint32_t* FillRows(uint32_t* to, uint32_t word, int32_t rows) {
  for (; rows > 0; --rows, to += kLanes) {
    to[0] = to[1] = to[2] = to[3] = word;
  }
  return to;
}

template <typename Element>
void Spread(const Window& w, const Element* image, int32_t first,
            int32_t zero_point, const Part& part, uint32_t* plane) {
  const auto zero = static_cast<Element>(zero_point);
  const Element outside[kLanes] = {zero, zero, zero, zero};
  const uint32_t word = PairOf(zero, zero);
  const int32_t above = std::min(std::max(-part.top, int32_t{0}), part.rows);
  const int32_t inside =
      std::min(part.top + part.rows, w.in_h) - part.top - above;
  const int32_t below = part.rows - above - std::max(inside, int32_t{0});
  const Element* row = image + (part.top + above) * w.in_w * w.in_c + first;
  const auto pitch = static_cast<int32_t>(w.in_w * w.in_c * sizeof(Element));
  const auto stream = [&](int32_t x) {
    if (x < 0 || x >= w.in_w) {
      return Stream{reinterpret_cast<const uint8_t*>(outside), 0};
    }
    return Stream{reinterpret_cast<const uint8_t*>(row + x * w.in_c), pitch};
  };
  for (int32_t i = 0; i < part.columns; ++i) {
    const int32_t x = part.left + 2 * i;
    plane = FillRows(plane, word, above);
    if (inside > 0) {
      plane = w.in_c < kLanes
                  ? SpreadFew<Element>(w.in_c, stream(x), stream(x + 1), inside,
                                       plane)
                  : SpreadFour(image, stream(x), stream(x + 1), inside, plane);
    }
    plane = FillRows(plane, word, below);
  }
}

}  // namespace

void SpreadPart(const Window& window, const int8_t* image, int32_t first,
                int32_t zero_point, const Part& part, uint32_t* plane) {
  Spread(window, image, first, zero_point, part, plane);
}

void SpreadPart(const Window& window, const int16_t* image, int32_t first,
                int32_t zero_point, const Part& part, uint32_t* plane) {
  Spread(window, image, first, zero_point, part, plane);
}

}  // namespace mcu_eval::kernels::dsp

#endif  // __ARM_FEATURE_DSP
