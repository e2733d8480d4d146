// ADD in int8 with MVE, four elements in the lanes. Inputs that are not walked
// side by side, element by element, are left to the DSP form.
#if defined(__ARM_FEATURE_MVE)

#include "firmware/infer/kernels/dsp.h"
#include "firmware/infer/kernels/ends_mve.h"
#include "firmware/infer/kernels/mve.h"

namespace mcu_eval::kernels::mve {
namespace {

bool IsOneRow(const Pairing& p) {
  return p.extents[0] * p.extents[1] * p.extents[2] == 1 &&
         p.steps[0][3] == 1 && p.steps[1][3] == 1;
}

// The input of the larger scale has a multiplier of 1/2: its share is a shift.
bool IsWhole(const Add& plan, int which) {
  const auto& input = plan.inputs[which];
  return input.multiplier == 1 << 30 && input.right == 0;
}

// An input's share of the sum.
template <bool kWhole>
struct Share {
  Share(const Add& plan, int which)
      : factor(vdupq_n_s32(1 << (plan.left - (kWhole ? 1 : 0)))),
        addend(-plan.inputs[which].zero_point *
               (1 << (plan.left - (kWhole ? 1 : 0)))),
        multiplier(plan.inputs[which].multiplier),
        minus_right(vdupq_n_s32(-plan.inputs[which].right)) {}

  int32x4_t Of(int32x4_t input) const {
    const int32x4_t shifted = vmlasq_n_s32(input, factor, addend);
    if (kWhole) return shifted;
    return RoundingShift(vqrdmulhq_n_s32(shifted, multiplier), minus_right);
  }

  int32x4_t factor;
  int32_t addend, multiplier;
  int32x4_t minus_right;
};

template <bool kWhole>
void Run(const Add& plan, int first, const int8_t* a, const int8_t* b,
         int8_t* output) {
  const Share<kWhole> share_a(plan, first);
  const Share<false> share_b(plan, 1 - first);
  const int32x4_t minus_right = vdupq_n_s32(-plan.right);
  const Limits limits(plan.output);
  const auto ended = [&](int32x4_t x, int32x4_t y) {
    const int32x4_t sum = vaddq_s32(share_a.Of(x), share_b.Of(y));
    return limits.Clamp(
        RoundingShift(vqrdmulhq_n_s32(sum, plan.multiplier), minus_right));
  };
  int32_t left = plan.pairing.extents[3];
  for (; left >= 4; left -= 4, a += 4, b += 4, output += 4) {
    vstrbq_s32(output, ended(vldrbq_s32(a), vldrbq_s32(b)));
  }
  if (left == 0) return;
  const mve_pred16_t active = vctp32q(left);
  vstrbq_p_s32(output, ended(vldrbq_z_s32(a, active), vldrbq_z_s32(b, active)),
               active);
}

}  // namespace

size_t AddScratch8(const Add& plan) {
  return IsOneRow(plan.pairing) ? 0 : dsp::AddScratch8(plan);
}

void RunAdd8(const Add& plan, const int8_t* a, const int8_t* b, int8_t* output,
             uint8_t* scratch) {
  if (!IsOneRow(plan.pairing)) {
    dsp::RunAdd8(plan, a, b, output, scratch);
  } else if (IsWhole(plan, 0)) {
    Run<true>(plan, 0, a, b, output);
  } else if (IsWhole(plan, 1)) {
    Run<true>(plan, 1, b, a, output);
  } else {
    Run<false>(plan, 0, a, b, output);
  }
}

}  // namespace mcu_eval::kernels::mve

#endif  // __ARM_FEATURE_MVE
