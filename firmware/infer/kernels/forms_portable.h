// The portable set as a constant, for sets that differ from it in some members:
// they start from it, so that each is complete.
#ifndef MCU_EVAL_INFER_KERNELS_FORMS_PORTABLE_H_
#define MCU_EVAL_INFER_KERNELS_FORMS_PORTABLE_H_

#include "firmware/infer/kernels/forms.h"
#include "firmware/infer/kernels/portable.h"

namespace mcu_eval::kernels {

constexpr Forms PortableForms() {
  constexpr KernelSet kSet = KernelSet::kPortable;
  Forms forms = {};
  forms.conv8 = {kSet, NoBytes<Conv8>, nullptr, portable::ConvScratch8,
                 portable::RunConv8};
  forms.dense8 = forms.conv8;
  forms.conv16 = {kSet, NoBytes<Conv16>, nullptr, portable::ConvScratch16,
                  portable::RunConv16};
  forms.dense16 = forms.conv16;
  forms.depthwise8 = {kSet, NoBytes<Depthwise8>, nullptr, NoBytes<Depthwise8>,
                      portable::RunDepthwise8};
  forms.depthwise16 = {kSet, NoBytes<Depthwise16>, nullptr,
                       NoBytes<Depthwise16>, portable::RunDepthwise16};
  forms.average8 = {kSet, NoBytes<Pool>, nullptr, NoBytes<Pool>,
                    portable::RunAverage8};
  forms.max8 = {kSet, NoBytes<Pool>, nullptr, NoBytes<Pool>, portable::RunMax8};
  forms.average16 = {kSet, NoBytes<Pool>, nullptr, NoBytes<Pool>,
                     portable::RunAverage16};
  forms.max16 = {kSet, NoBytes<Pool>, nullptr, NoBytes<Pool>,
                 portable::RunMax16};
  forms.softmax8 = {kSet, NoBytes<Softmax8>, nullptr, portable::SoftmaxScratch8,
                    portable::RunSoftmax8};
  forms.softmax16 = {kSet, NoBytes<Softmax16>, nullptr, NoBytes<Softmax16>,
                     portable::RunSoftmax16};
  forms.add8 = {kSet, NoBytes<Add>, portable::RunAdd8};
  forms.add16 = {kSet, NoBytes<Add>, portable::RunAdd16};
  forms.mul8 = {kSet, NoBytes<Mul>, portable::RunMul8};
  forms.mul16 = {kSet, NoBytes<Mul>, portable::RunMul16};
  return forms;
}

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_FORMS_PORTABLE_H_
