// What a convolution's window sees, position by position, as runs of bytes in
// the order of the weights.
#ifndef MCU_EVAL_INFER_KERNELS_COLUMNS_MVE_H_
#define MCU_EVAL_INFER_KERNELS_COLUMNS_MVE_H_

#include "firmware/infer/kernels/plan.h"

namespace mcu_eval::kernels::mve {

class Columns {
 public:
  // Columns that scratch holds at a time.
  static constexpr int32_t kMost = 3;
  static size_t ScratchBytes(const Window& window);

  Columns(const Window& window, int32_t zero, const int8_t* input,
          uint8_t* scratch);

  // The column of the next position; valid until slot `slot`, 0 to kMost - 1,
  // is used again. A window of one pixel is not copied.
  const int8_t* Next(int32_t slot);

 private:
  void Gather(int32_t y, int32_t x, int8_t* column) const;
  void GatherRow(const int8_t* row, int32_t x, int8_t* column) const;

  const Window& window_;
  const int32_t zero_;
  const int8_t* image_;
  int8_t* const scratch_;
  const bool is_pixel_;
  const int32_t run_;     // bytes of a row of the window
  const int32_t pitch_;   // from a row of the window to the next, in the image
  const int32_t stride_;  // from a slot to the next
  int32_t y_ = 0, x_ = 0;
};

}  // namespace mcu_eval::kernels::mve

#endif  // MCU_EVAL_INFER_KERNELS_COLUMNS_MVE_H_
