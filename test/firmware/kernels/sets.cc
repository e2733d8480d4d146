#include "test/firmware/kernels/trial.h"

namespace mcu_eval_test {

size_t FormSets(FormSet (&sets)[kMostSets]) {
  using mcu_eval::KernelSet;
  constexpr struct {
    const char* name;
    KernelSet set;
  } kSets[] = {{"portable", KernelSet::kPortable},
               {"dsp", KernelSet::kDsp},
               {"mve", KernelSet::kMve},
               {"avx2", KernelSet::kAvx2},
               {"vnni", KernelSet::kVnni}};
  size_t n = 0;
  for (const auto& [name, set] : kSets) {
    const auto* forms = mcu_eval::kernels::FormsOf(set);
    if (forms != nullptr) sets[n++] = {name, forms};
  }
  return n;
}

}  // namespace mcu_eval_test
