#include "firmware/infer/kernels/forms.h"
#include "firmware/infer/kernels/portable.h"

namespace mcu_eval::kernels {

const Forms kPortableForms = {
    {KernelSet::kPortable, NoBytes<Conv8>, nullptr, portable::ConvScratch8,
     portable::RunConv8},
    {KernelSet::kPortable, NoBytes<Conv8>, nullptr, portable::ConvScratch8,
     portable::RunConv8},
};

}  // namespace mcu_eval::kernels
