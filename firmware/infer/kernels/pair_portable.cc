// ADD and MUL.
#include "firmware/infer/kernels/pairing.h"
#include "firmware/infer/kernels/portable.h"

namespace mcu_eval::kernels::portable {
namespace {

template <typename Plan, typename Element, typename Function>
void Run(const Plan& plan, const Element* a, const Element* b, Element* output,
         Function function) {
  ForRows(plan.pairing, a, b, output,
          [&](const Element* x, const Element* y, Element* out, int32_t count,
              int32_t step_x, int32_t step_y) {
            for (int32_t i = 0; i < count; ++i, x += step_x, y += step_y) {
              out[i] = static_cast<Element>(function(*x, *y));
            }
          });
}

template <typename Element>
void RunAdd(const Add& plan, const Element* a, const Element* b,
            Element* output) {
  Run(plan, a, b, output, [&](int32_t x, int32_t y) {
    return AddEnd(plan, AddTerm(plan, 0, x) + AddTerm(plan, 1, y));
  });
}

template <typename Element>
void RunMul(const Mul& plan, const Element* a, const Element* b,
            Element* output) {
  Run(plan, a, b, output,
      [&](int32_t x, int32_t y) { return MulEnd(plan, x, y); });
}

}  // namespace

void RunAdd8(const Add& plan, const int8_t* a, const int8_t* b, int8_t* output,
             uint8_t*) {
  RunAdd(plan, a, b, output);
}

void RunAdd16(const Add& plan, const int16_t* a, const int16_t* b,
              int16_t* output, uint8_t*) {
  RunAdd(plan, a, b, output);
}

void RunMul8(const Mul& plan, const int8_t* a, const int8_t* b, int8_t* output,
             uint8_t*) {
  RunMul(plan, a, b, output);
}

void RunMul16(const Mul& plan, const int16_t* a, const int16_t* b,
              int16_t* output, uint8_t*) {
  RunMul(plan, a, b, output);
}

}  // namespace mcu_eval::kernels::portable
