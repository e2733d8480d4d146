// MUL on Armv7E-M with DSP: products end by ShortForm()'s rule, with the
// multiplier as a fraction of 2^32.
#if defined(__ARM_FEATURE_DSP)

#include "firmware/infer/kernels/dsp.h"
#include "firmware/infer/kernels/limit.h"
#include "firmware/infer/kernels/pairing.h"
#include "firmware/infer/kernels/portable.h"
#include "firmware/infer/kernels/words_dsp.h"

namespace mcu_eval::kernels::dsp {
namespace {

struct Row {
  int32_t zero_points[2];
  int32_t fraction, before_last, rounding;
};

template <typename Element>
Element MulOne(const Row& row, int32_t a, int32_t b) {
  const int32_t product = (a - row.zero_points[0]) * (b - row.zero_points[1]);
  const int32_t high = AddHigh(product, product, row.fraction);
  const int32_t rounded =
      ((high + (high >> 31)) >> row.before_last) + row.rounding;
  return static_cast<Element>(SaturatedHalf<Element>(rounded));
}

template <typename Element>
void Run(const Mul& plan, const Element* a, const Element* b, Element* output) {
  const Row row = {
      {plan.zero_points[0], plan.zero_points[1]},
      static_cast<int32_t>(static_cast<uint32_t>(plan.multiplier) << 1),
      plan.right - 1,
      RoundingOf(plan.output)};
  int32_t total = 0;
  ForRows(plan.pairing, a, b, output,
          [&](const Element* x, const Element* y, Element* out, int32_t count,
              int32_t step_x, int32_t step_y) {
            total += count;
            for (; count > 0; --count, x += step_x, y += step_y) {
              *out++ = MulOne<Element>(row, *x, *y);
            }
          });
  Limit(plan.output, output, total);
}

// A multiplier of 0 has no fraction that is at least 1/2.
bool IsShort(const Mul& plan) { return plan.right > 0 && plan.multiplier > 0; }

}  // namespace

void RunMul8(const Mul& plan, const int8_t* a, const int8_t* b, int8_t* output,
             uint8_t* scratch) {
  if (IsShort(plan)) {
    Run(plan, a, b, output);
  } else {
    portable::RunMul8(plan, a, b, output, scratch);
  }
}

void RunMul16(const Mul& plan, const int16_t* a, const int16_t* b,
              int16_t* output, uint8_t* scratch) {
  if (IsShort(plan)) {
    Run(plan, a, b, output);
  } else {
    portable::RunMul16(plan, a, b, output, scratch);
  }
}

}  // namespace mcu_eval::kernels::dsp

#endif  // __ARM_FEATURE_DSP
