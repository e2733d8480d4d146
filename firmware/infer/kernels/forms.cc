#include "firmware/infer/kernels/forms.h"

namespace mcu_eval::kernels {

const Forms& ActiveForms() { return kPortableForms; }

}  // namespace mcu_eval::kernels
