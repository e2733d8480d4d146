#if defined(__ARM_FEATURE_MVE)
#include "firmware/infer/kernels/forms_dsp.h"
#include "firmware/infer/kernels/mve.h"

namespace mcu_eval::kernels {
namespace {

constexpr Forms Mve() {
  Forms forms = DspForms();
  forms.conv8 = {KernelSet::kMve, NoBytes<Conv8>, nullptr, mve::ConvScratch8,
                 mve::RunConv8};
  forms.dense8 = forms.conv8;
  forms.depthwise8 = {KernelSet::kMve, NoBytes<Depthwise8>, nullptr,
                      mve::DepthwiseScratch8, mve::RunDepthwise8};
  forms.average8.set = forms.max8.set = KernelSet::kMve;
  forms.average8.run = mve::RunAverage8;
  forms.max8.run = mve::RunMax8;
  forms.add8 = {KernelSet::kMve, mve::AddScratch8, mve::RunAdd8};
  return forms;
}

// Before any code runs, and in flash.
constexpr Forms kForms = Mve();

}  // namespace

const Forms kMveForms = kForms;

}  // namespace mcu_eval::kernels

#endif  // __ARM_FEATURE_MVE
