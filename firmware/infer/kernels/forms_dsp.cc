#if defined(__ARM_FEATURE_DSP)

#include "firmware/infer/kernels/dsp.h"
#include "firmware/infer/kernels/forms.h"

namespace mcu_eval::kernels {

const Forms kDspForms = {
    {KernelSet::kDsp, NoBytes<Conv8>, nullptr, dsp::ConvScratch8,
     dsp::RunConv8},
    {KernelSet::kDsp, NoBytes<Conv8>, nullptr, dsp::ConvScratch8,
     dsp::RunConv8},
};

}  // namespace mcu_eval::kernels

#endif  // __ARM_FEATURE_DSP
