// One case of one kernel: draws, memory, and the comparison of every form of
// the build with the expected bytes.
//
// A kernel's file draws a plan and its tensors, computes what TFLM's reference
// makes of them, and hands both to HoldForms():
//
//   void Run(Trial& trial) { ... HoldForms(trial, &Forms::conv8, plan, ...); }
//   const Subject g_conv8("conv8", Run);
#ifndef MCU_EVAL_TEST_FIRMWARE_KERNELS_TRIAL_H_
#define MCU_EVAL_TEST_FIRMWARE_KERNELS_TRIAL_H_

#include <cstring>

#include "firmware/infer/kernels/forms.h"
#include "firmware/infer/text.h"
#include "test/firmware/kernels/pool.h"
#include "test/firmware/kernels/random.h"

namespace mcu_eval_test {

using mcu_eval::Text;

// A set of forms that this build has and this machine can run.
struct FormSet {
  const char* name;
  const mcu_eval::kernels::Forms* forms;
};
constexpr size_t kMostSets = 4;
// The first is the portable one.
size_t FormSets(FormSet (&sets)[kMostSets]);

struct Trial {
  Random& random;
  // What failed, for the user; empty: nothing did.
  char failure[320] = {};
  // The plan in words, for a failure.
  char plan[240] = {};
  // Cases that each form ran, in the order of FormSets().
  uint32_t* runs;

  bool failed() const { return failure[0] != 0; }
  Text Fail() { return Text(failure, sizeof(failure)); }
  Text Describe() { return Text(plan, sizeof(plan)); }
};

// A kernel under test, listed by its constructor.
struct Subject {
  Subject(const char* name, void (*run)(Trial& trial));
  const char* name;
  void (*run)(Trial& trial);
  const Subject* next;
};

// An array in guarded memory that begins anywhere `T` may.
template <typename T>
T* Array(Trial& trial, const char* name, size_t count) {
  const size_t places = 16 / alignof(T);
  const size_t offset =
      trial.random.Chance(50)
          ? 0
          : alignof(T) * static_cast<size_t>(trial.random.Int(
                             0, static_cast<int64_t>(places) - 1));
  return reinterpret_cast<T*>(pool::Take(name, count * sizeof(T), offset));
}

// Fails unless `got` has the bytes of `want` and no memory was damaged.
template <typename Element>
bool Hold(Trial& trial, const char* form, const Element* got,
          const Element* want, size_t count) {
  bool outside = false;
  const char* damage = pool::Damage(&outside);
  if (damage != nullptr) {
    trial.Fail()
        .Add(form)
        .Add(outside ? " writes beyond " : " changes ")
        .Add(damage);
    return false;
  }
  for (size_t i = 0; i < count; ++i) {
    if (got[i] == want[i]) continue;
    trial.Fail()
        .Add(form)
        .Add(": output ")
        .Add(i)
        .Add(" of ")
        .Add(count)
        .Add(" is ")
        .Add(int{got[i]})
        .Add(", reference ")
        .Add(int{want[i]});
    return false;
  }
  return true;
}

// Lets a form pack its weights; plans without that memory need none.
template <typename Kernel, typename Plan>
auto Pack(const Kernel& form, Plan* plan, uint8_t junk, int)
    -> decltype(plan->packed, void()) {
  plan->packed = nullptr;
  const size_t bytes = form.packed_bytes(*plan);
  if (bytes == 0) return;
  uint8_t* packed = pool::Take("packed memory", bytes);
  std::memset(packed, junk, bytes);
  form.pack(*plan, packed);
  plan->packed = packed;
}
template <typename Kernel, typename Plan>
void Pack(const Kernel&, Plan*, uint8_t, long) {}

// Runs every form of a kernel on a plan that is complete but for `packed`, and
// holds its output to `want`.
template <typename Plan, typename Kernel, typename Element,
          typename... Elements>
void HoldForms(Trial& trial, Kernel mcu_eval::kernels::Forms::*kernel,
               Plan plan, const Element* want, size_t count,
               const Elements*... inputs) {
  FormSet sets[kMostSets];
  const size_t n = FormSets(sets);
  for (size_t i = 0; i < n && !trial.failed(); ++i) {
    const Kernel& form = sets[i].forms->*kernel;
    // A set without a form of its own has the portable one.
    if (i > 0 && form.run == (sets[0].forms->*kernel).run) continue;
    const size_t mark = pool::Mark();
    const uint8_t junk = static_cast<uint8_t>(trial.random.Next());
    Pack(form, &plan, junk, 0);
    pool::Seal();
    const size_t scratch_bytes = form.scratch_bytes(plan);
    uint8_t* scratch = pool::Take("scratch", scratch_bytes);
    std::memset(scratch, junk, scratch_bytes);
    Element* output = Array<Element>(trial, "output", count);
    std::memset(output, junk, count * sizeof(Element));
    form.run(plan, inputs..., output, scratch);
    Hold(trial, sets[i].name, output, want, count);
    ++trial.runs[i];
    pool::Release(mark);
  }
}

}  // namespace mcu_eval_test

#endif  // MCU_EVAL_TEST_FIRMWARE_KERNELS_TRIAL_H_
