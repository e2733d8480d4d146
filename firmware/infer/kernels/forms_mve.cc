#if defined(__ARM_FEATURE_MVE)
#include "firmware/infer/kernels/forms.h"
#include "firmware/infer/kernels/mve.h"

namespace mcu_eval::kernels {

const Forms kMveForms = {
    {KernelSet::kMve, NoBytes<Conv8>, nullptr, mve::ConvScratch8,
     mve::RunConv8},
    {KernelSet::kMve, NoBytes<Conv8>, nullptr, mve::ConvScratch8,
     mve::RunConv8},
};

}  // namespace mcu_eval::kernels

#endif  // __ARM_FEATURE_MVE
