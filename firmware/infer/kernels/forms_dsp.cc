#if defined(__ARM_FEATURE_DSP)

#include "firmware/infer/kernels/dsp.h"
#include "firmware/infer/kernels/forms_portable.h"

namespace mcu_eval::kernels {
namespace {

constexpr Forms Dsp() {
  Forms forms = PortableForms();
  forms.conv8 = {KernelSet::kDsp, NoBytes<Conv8>, nullptr, dsp::ConvScratch8,
                 dsp::RunConv8};
  forms.dense8 = forms.conv8;
  forms.depthwise8 = {KernelSet::kDsp, NoBytes<Depthwise8>, nullptr,
                      dsp::DepthwiseScratch8, dsp::RunDepthwise8};
  forms.depthwise16 = {KernelSet::kDsp, NoBytes<Depthwise16>, nullptr,
                       dsp::DepthwiseScratch16, dsp::RunDepthwise16};
  return forms;
}

// Before any code runs, and in flash.
constexpr Forms kForms = Dsp();

}  // namespace

const Forms kDspForms = kForms;

}  // namespace mcu_eval::kernels

#endif  // __ARM_FEATURE_DSP
