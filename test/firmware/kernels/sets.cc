#include "test/firmware/kernels/trial.h"

namespace mcu_eval_test {

size_t FormSets(FormSet (&sets)[kMostSets]) {
  using mcu_eval::kernels::ActiveForms;
  using mcu_eval::kernels::kPortableForms;
  size_t n = 0;
  sets[n++] = {"portable", &kPortableForms};
  if (&ActiveForms() != &kPortableForms) sets[n++] = {"own", &ActiveForms()};
  return n;
}

}  // namespace mcu_eval_test
