#include "firmware/infer/kernels/forms.h"

#include <initializer_list>

namespace mcu_eval::kernels {

const Forms* FormsOf(KernelSet set) {
  if (set == KernelSet::kPortable) return &kPortableForms;
#if defined(__ARM_FEATURE_DSP)
  if (set == KernelSet::kDsp) return &kDspForms;
#endif
#if defined(__ARM_FEATURE_MVE)
  if (set == KernelSet::kMve) return &kMveForms;
#endif
#if defined(__x86_64__)
  // These ask the operating system, too, whether it saves the registers.
  if (set == KernelSet::kAvx2 && __builtin_cpu_supports("avx2")) {
    return &kAvx2Forms;
  }
  if (set == KernelSet::kVnni && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vnni")) {
    return &kVnniForms;
  }
#endif
  return nullptr;
}

// Where known when compiled, an image holds no other set.
#if defined(__ARM_FEATURE_MVE)
const Forms& ActiveForms() { return kMveForms; }
#elif defined(__ARM_FEATURE_DSP)
const Forms& ActiveForms() { return kDspForms; }
#else
namespace {

const Forms* g_active = nullptr;

const Forms* Best() {
  for (KernelSet set : {KernelSet::kVnni, KernelSet::kAvx2}) {
    if (const Forms* forms = FormsOf(set)) return forms;
  }
  return &kPortableForms;
}

}  // namespace

bool Activate(KernelSet set) {
  const Forms* forms = FormsOf(set);
  if (forms != nullptr) g_active = forms;
  return forms != nullptr;
}

const Forms& ActiveForms() {
  if (g_active == nullptr) g_active = Best();
  return *g_active;
}
#endif

}  // namespace mcu_eval::kernels
