#include "firmware/infer/kernels/pool.h"
#include "firmware/infer/kernels/portable.h"

namespace mcu_eval::kernels::portable {
namespace {

// Folds each channel of a pane into one number.
template <typename Element, typename Fold, typename Finish>
void Run(const Pool& plan, const Element* input, Element* output, int32_t start,
         Fold fold, Finish finish) {
  const Window& w = plan.window;
  ForPanes(w, input, output,
           [&](const Pane& pane, const Element* first, Element* pixel) {
             for (int32_t c = 0; c < w.in_c; ++c) {
               int32_t folded = start;
               for (int32_t y = 0; y < pane.rows; ++y) {
                 const Element* row = first + y * w.in_w * w.in_c + c;
                 for (int32_t x = 0; x < pane.columns; ++x, row += w.in_c) {
                   folded = fold(folded, *row);
                 }
               }
               pixel[c] =
                   Limited<Element>(finish(folded, pane.count()), plan.output);
             }
           });
}

template <typename Element>
void RunAverage(const Pool& plan, const Element* input, Element* output) {
  Run(
      plan, input, output, 0, [](int32_t a, int32_t b) { return a + b; }, Mean);
}

template <typename Element>
void RunMax(const Pool& plan, const Element* input, Element* output) {
  Run(
      plan, input, output, INT16_MIN,
      [](int32_t a, int32_t b) { return std::max(a, b); },
      [](int32_t max, int32_t) { return max; });
}

}  // namespace

void RunAverage8(const Pool& plan, const int8_t* input, int8_t* output,
                 uint8_t*) {
  RunAverage(plan, input, output);
}

void RunAverage16(const Pool& plan, const int16_t* input, int16_t* output,
                  uint8_t*) {
  RunAverage(plan, input, output);
}

void RunMax8(const Pool& plan, const int8_t* input, int8_t* output, uint8_t*) {
  RunMax(plan, input, output);
}

void RunMax16(const Pool& plan, const int16_t* input, int16_t* output,
              uint8_t*) {
  RunMax(plan, input, output);
}

}  // namespace mcu_eval::kernels::portable
