#include "firmware/ports/native/kernel_choice.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "firmware/infer/kernels/forms.h"

namespace mcu_eval {
namespace platform {
namespace {

struct Name {
  const char* name;
  KernelSet set;
};
constexpr Name kNames[] = {{"portable", KernelSet::kPortable},
                           {"avx2", KernelSet::kAvx2},
                           {"vnni", KernelSet::kVnni}};

}  // namespace

bool ChooseKernels() {
  const char* wanted = std::getenv(kKernelsVariable);
  if (wanted == nullptr) return true;
  for (const Name& entry : kNames) {
    if (std::strcmp(entry.name, wanted) != 0) continue;
    if (kernels::Activate(entry.set)) return true;
    std::fprintf(stderr, "%s=%s: this machine cannot run these kernels\n",
                 kKernelsVariable, wanted);
    return false;
  }
  std::fprintf(stderr, "%s=%s: expected portable, avx2 or vnni\n",
               kKernelsVariable, wanted);
  return false;
}

}  // namespace platform
}  // namespace mcu_eval
