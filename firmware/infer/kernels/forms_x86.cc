// Compiled for any x86-64: the tables are made before the machine is known.
#if defined(__x86_64__)

#include "firmware/infer/kernels/forms.h"
#include "firmware/infer/kernels/x86.h"

namespace mcu_eval::kernels {
namespace {

Forms Avx2() {
  Forms forms = kPortableForms;
  forms.conv8 = {KernelSet::kAvx2, avx2::ConvPacked8, avx2::PackConv8,
                 avx2::ConvScratch8, avx2::RunConv8};
  forms.dense8 = forms.conv8;
  return forms;
}

// Machines with AVX512 have AVX2.
Forms Vnni() {
  Forms forms = Avx2();
  forms.conv8 = {KernelSet::kVnni, vnni::ConvPacked8, vnni::PackConv8,
                 vnni::ConvScratch8, vnni::RunConv8};
  forms.dense8 = forms.conv8;
  return forms;
}

}  // namespace

const Forms kAvx2Forms = Avx2();
const Forms kVnniForms = Vnni();

}  // namespace mcu_eval::kernels

#endif  // __x86_64__
