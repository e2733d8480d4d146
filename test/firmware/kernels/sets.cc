#include "test/firmware/kernels/trial.h"

namespace mcu_eval_test {

size_t FormSets(FormSet (&sets)[kMostSets]) {
  using mcu_eval::KernelSet;
  const struct {
    const char* name;
    KernelSet set;
  } all[] = {{"portable", KernelSet::kPortable},
             {"dsp", KernelSet::kDsp},
             {"mve", KernelSet::kMve},
             {"avx2", KernelSet::kAvx2},
             {"vnni", KernelSet::kVnni}};
  size_t n = 0;
  for (const auto& each : all) {
    const auto* forms = mcu_eval::kernels::FormsOf(each.set);
    if (forms != nullptr) sets[n++] = {each.name, forms};
  }
  return n;
}

}  // namespace mcu_eval_test
