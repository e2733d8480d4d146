#include "firmware/infer/kernels/forms.h"

namespace mcu_eval::kernels {

#if defined(__ARM_FEATURE_DSP)
const Forms& ActiveForms() { return kDspForms; }
#else
const Forms& ActiveForms() { return kPortableForms; }
#endif

}  // namespace mcu_eval::kernels
