#if defined(__x86_64__)

#include "firmware/infer/kernels/forms_portable.h"
#include "firmware/infer/kernels/x86.h"

namespace mcu_eval::kernels {
namespace {

constexpr Forms Avx2() {
  constexpr KernelSet kSet = KernelSet::kAvx2;
  Forms forms = PortableForms();
  forms.conv8 = {kSet, avx2::ConvPacked8, avx2::PackConv8, avx2::ConvScratch8,
                 avx2::RunConv8};
  forms.dense8 = forms.conv8;
  forms.conv16 = {kSet, avx2::ConvPacked16, avx2::PackConv16,
                  avx2::ConvScratch16, avx2::RunConv16};
  forms.dense16 = forms.conv16;
  forms.depthwise8 = {kSet, avx2::DepthwisePacked8, avx2::PackDepthwise8,
                      avx2::DepthwiseScratch8, avx2::RunDepthwise8};
  forms.depthwise16 = {kSet, avx2::DepthwisePacked16, avx2::PackDepthwise16,
                       avx2::DepthwiseScratch16, avx2::RunDepthwise16};
  forms.average8 = {kSet, NoBytes<Pool>, nullptr, NoBytes<Pool>,
                    avx2::RunAverage8};
  forms.max8 = {kSet, NoBytes<Pool>, nullptr, NoBytes<Pool>, avx2::RunMax8};
  forms.average16 = {kSet, NoBytes<Pool>, nullptr, NoBytes<Pool>,
                     avx2::RunAverage16};
  forms.max16 = {kSet, NoBytes<Pool>, nullptr, NoBytes<Pool>, avx2::RunMax16};
  forms.add8 = {kSet, NoBytes<Add>, avx2::RunAdd8};
  forms.add16 = {kSet, NoBytes<Add>, avx2::RunAdd16};
  forms.mul8 = {kSet, NoBytes<Mul>, avx2::RunMul8};
  forms.mul16 = {kSet, NoBytes<Mul>, avx2::RunMul16};
  return forms;
}

// Machines with AVX512 have AVX2.
constexpr Forms Vnni() {
  Forms forms = Avx2();
  forms.conv8 = {KernelSet::kVnni, vnni::ConvPacked8, vnni::PackConv8,
                 vnni::ConvScratch8, vnni::RunConv8};
  forms.dense8 = forms.conv8;
  return forms;
}

// Before any code runs.
constexpr Forms kAvx2 = Avx2();
constexpr Forms kVnni = Vnni();

}  // namespace

const Forms kAvx2Forms = kAvx2;
const Forms kVnniForms = kVnni;

}  // namespace mcu_eval::kernels

#endif  // __x86_64__
