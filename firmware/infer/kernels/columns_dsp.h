// What an image's windows see, as panels of the assembly loops.
#ifndef MCU_EVAL_INFER_KERNELS_COLUMNS_DSP_H_
#define MCU_EVAL_INFER_KERNELS_COLUMNS_DSP_H_

#include <cstddef>
#include <cstdint>

#include "firmware/infer/kernels/plan.h"

namespace mcu_eval::kernels::dsp {

// One column after the other, in the order of the outputs.
template <typename Element>
class Columns {
 public:
  // `zero` is what padding is filled with; `scratch` has Room() elements.
  Columns(const Window& window, Element zero, const Element* input,
          Element* scratch);
  static size_t Room(const Window& window);

  // The panel of the next two columns, or of the next one.
  void Pair(uint32_t* panel);
  void One(uint32_t* panel);

 private:
  // Where a column's window begins in the image, and in the input.
  struct Place {
    int32_t y, x;
    int32_t offset;
  };
  Place Next();
  void Begin();
  bool IsWide(const Place& place) const;
  bool IsWhole(const Place& place) const;
  void Runs(const Element* a, const Element* b, uint32_t* panel) const;
  void Border(Place a, Place b, uint32_t* panel) const;
  uint32_t* Taps(bool has_a, const Place& a, bool has_b, const Place& b,
                 uint32_t* panel) const;
  void Gather(const Place& place, Element* column) const;

  const Window& window_;
  const Element zero_;
  const Element* const input_;
  const int32_t depth_, groups_;
  // Columns lie in the input one after the other.
  const bool is_pointwise_;
  // A row of a window is one run of whole groups, or each tap of it is.
  const bool is_run_, is_tap_;
  // Last places whose window ends within the image, and one row of a window
  // further down.
  const int32_t last_y_, last_x_, row_step_;
  // Two columns in the order of the weights, filled up with zeros to whole
  // groups; or, in the place of the second, a tap of padding.
  Element* const first_;
  Element* const second_;

  int32_t batch_ = 0, out_y_ = 0, out_x_ = 0;
  Place next_;
};

}  // namespace mcu_eval::kernels::dsp

#endif  // MCU_EVAL_INFER_KERNELS_COLUMNS_DSP_H_
