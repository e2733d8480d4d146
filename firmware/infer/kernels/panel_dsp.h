// Columns of activations as the assembly loops read them.
#ifndef MCU_EVAL_INFER_KERNELS_PANEL_DSP_H_
#define MCU_EVAL_INFER_KERNELS_PANEL_DSP_H_

#include <cstddef>
#include <cstdint>

#include "firmware/infer/kernels/plan.h"

namespace mcu_eval::kernels::dsp {

// Four elements of a column are one group: int16 0, 2, 1, 3. `groups` of them
// are made of 4 * groups elements.
//
// Of two columns in turns, 16 bytes a group; int16 columns must be 4-byte
// aligned. Returns the end of what was written.
uint32_t* WidenPair(const int8_t* a, const int8_t* b, int32_t groups,
                    uint32_t* panel);
uint32_t* WidenPair(const int16_t* a, const int16_t* b, int32_t groups,
                    uint32_t* panel);
// Of one column, 8 bytes a group.
uint32_t* WidenOne(const int8_t* a, int32_t groups, uint32_t* panel);
uint32_t* WidenOne(const int16_t* a, int32_t groups, uint32_t* panel);

// Makes panels of the columns of an image, in the order of the outputs.
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
  // Where a column's window lies: the image and its top left corner there.
  struct Place {
    const Element* image;
    int32_t y, x;
  };
  Place Next();
  const Element* Row(const Place& place, int32_t ky) const;
  const Element* Tap(const Place& place, const Element* row, int32_t kx) const;
  void Gather(const Place& place, Element* column) const;

  const Window& window_;
  const Element zero_;
  const Element* image_;
  int32_t y_ = 0, x_ = 0;
  const int32_t depth_, groups_;
  // Two columns in the order of the weights, filled up with zeros to whole
  // groups; the second one's place holds a tap of padding where columns need
  // not be gathered.
  Element* first_;
  Element* second_;
  const bool is_pointwise_;  // columns lie in the input one after the other
};

}  // namespace mcu_eval::kernels::dsp

#endif  // MCU_EVAL_INFER_KERNELS_PANEL_DSP_H_
