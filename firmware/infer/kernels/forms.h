// The forms of every kernel: the same function, the same bits, for another
// instruction set. One struct of pointers a set; what a set has no form of its
// own for is the portable one.
#ifndef MCU_EVAL_INFER_KERNELS_FORMS_H_
#define MCU_EVAL_INFER_KERNELS_FORMS_H_

#include "firmware/infer/infer.h"
#include "firmware/infer/kernels/plan.h"

namespace mcu_eval::kernels {

// One kernel in one form. `Plan` is complete but for `packed` when
// packed_bytes() and scratch_bytes() are asked.
template <typename Plan, typename Element>
struct Form {
  KernelSet set;
  // Memory that is kept as long as the model, for weights in another order or
  // tables; 0 for none, and then pack() is never called. 16-byte aligned.
  size_t (*packed_bytes)(const Plan& plan);
  void (*pack)(const Plan& plan, uint8_t* packed);
  // Memory that is the kernel's own during run() alone. 16-byte aligned.
  size_t (*scratch_bytes)(const Plan& plan);
  void (*run)(const Plan& plan, const Element* input, Element* output,
              uint8_t* scratch);
};

// A kernel of two inputs, element by element.
template <typename Plan, typename Element>
struct PairForm {
  KernelSet set;
  size_t (*scratch_bytes)(const Plan& plan);
  void (*run)(const Plan& plan, const Element* a, const Element* b,
              Element* output, uint8_t* scratch);
};

template <typename Plan>
constexpr size_t NoBytes(const Plan&) {
  return 0;
}

struct Forms {
  Form<Conv8, int8_t> conv8;
  Form<Conv8, int8_t> dense8;
  Form<Conv16, int16_t> conv16;
  Form<Conv16, int16_t> dense16;
  Form<Depthwise8, int8_t> depthwise8;
  Form<Depthwise16, int16_t> depthwise16;
  Form<Pool, int8_t> average8, max8;
  Form<Pool, int16_t> average16, max16;
  Form<Softmax8, int8_t> softmax8;
  Form<Softmax16, int16_t> softmax16;
  PairForm<Add, int8_t> add8;
  PairForm<Add, int16_t> add16;
  PairForm<Mul, int8_t> mul8;
  PairForm<Mul, int16_t> mul16;
};

// The sets that this build has, each complete.
extern const Forms kPortableForms;
#if defined(__ARM_FEATURE_DSP)
extern const Forms kDspForms;
#endif
#if defined(__ARM_FEATURE_MVE)
extern const Forms kMveForms;
#endif

#if defined(__x86_64__)
extern const Forms kAvx2Forms;
extern const Forms kVnniForms;
#endif

// A set of this build that this machine can run, or null.
const Forms* FormsOf(KernelSet set);

// Takes another set than the best; false, and no change, where there is no such
// set. Only where sets are chosen at run time, and only while no model is
// loaded that will run again: its plans are for the set it was loaded with.
bool Activate(KernelSet set);

// The set in use: the best of the build that the machine has.
const Forms& ActiveForms();

}  // namespace mcu_eval::kernels

#endif  // MCU_EVAL_INFER_KERNELS_FORMS_H_
