#if defined(__ARM_FEATURE_DSP)

#include "firmware/infer/kernels/forms_dsp.h"

namespace mcu_eval::kernels {
namespace {

// Before any code runs, and in flash.
constexpr Forms kForms = DspForms();

}  // namespace

const Forms kDspForms = kForms;

}  // namespace mcu_eval::kernels

#endif  // __ARM_FEATURE_DSP
