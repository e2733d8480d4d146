#include "firmware/infer/kernels/forms_portable.h"

namespace mcu_eval::kernels {
namespace {

// Before any code runs: other sets start from it.
constexpr Forms kForms = PortableForms();

}  // namespace

const Forms kPortableForms = kForms;

}  // namespace mcu_eval::kernels
