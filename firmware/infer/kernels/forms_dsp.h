// The DSP set as a constant, for the set that starts from it.
#ifndef MCU_EVAL_INFER_KERNELS_FORMS_DSP_H_
#define MCU_EVAL_INFER_KERNELS_FORMS_DSP_H_

#include "firmware/infer/kernels/dsp.h"
#include "firmware/infer/kernels/forms_portable.h"

namespace mcu_eval::kernels {

constexpr Forms DspForms() {
  Forms forms = PortableForms();
  forms.conv8 = {KernelSet::kDsp, NoBytes<Conv8>, nullptr, dsp::ConvScratch8,
                 dsp::RunConv8};
  forms.dense8 = forms.conv8;
  forms.conv16 = {KernelSet::kDsp, NoBytes<Conv16>, nullptr, dsp::ConvScratch16,
                  dsp::RunConv16};
  forms.dense16 = forms.conv16;
  forms.depthwise8 = {KernelSet::kDsp, NoBytes<Depthwise8>, nullptr,
                      dsp::DepthwiseScratch8, dsp::RunDepthwise8};
  forms.depthwise16 = {KernelSet::kDsp, NoBytes<Depthwise16>, nullptr,
                       dsp::DepthwiseScratch16, dsp::RunDepthwise16};
  forms.average8.set = forms.average16.set = KernelSet::kDsp;
  forms.average8.run = dsp::RunAverage8;
  forms.average16.run = dsp::RunAverage16;
  forms.max8.set = forms.max16.set = KernelSet::kDsp;
  forms.max8.run = dsp::RunMax8;
  forms.max16.run = dsp::RunMax16;
  forms.add8 = {KernelSet::kDsp, dsp::AddScratch8, dsp::RunAdd8};
  forms.add16 = {KernelSet::kDsp, NoBytes<Add>, dsp::RunAdd16};
  forms.mul8 = {KernelSet::kDsp, NoBytes<Mul>, dsp::RunMul8};
  forms.mul16 = {KernelSet::kDsp, NoBytes<Mul>, dsp::RunMul16};
  return forms;
}

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_FORMS_DSP_H_
