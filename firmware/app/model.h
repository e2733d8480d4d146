// The model of this boot: found, checked and loaded once. What went wrong is a
// state that Hello reports, never an end of the firmware.
#ifndef MCU_EVAL_APP_MODEL_H_
#define MCU_EVAL_APP_MODEL_H_

#include <cstdint>

#include "firmware/app/detail.h"
#include "firmware/ports/platform.h"
#include "mcu_eval.pb.h"

namespace mcu_eval {

// Model inputs and outputs that HelloReply can describe (wire.md, section 9).
constexpr size_t kMaxModelTensors = 4;

struct ModelState {
  mcu_eval_InitStatus status = mcu_eval_InitStatus_INIT_UNSPECIFIED;
  Detail detail;     // empty when READY
  uint32_t crc = 0;  // of the bytes in the region, 0 if there are none
  uint32_t bytes = 0;
  uint32_t input_bytes = 0;  // all inputs together
  // Staging memory is the input tensor itself: the board has none.
  bool direct_load = false;

  bool ready() const { return status == mcu_eval_InitStatus_READY; }
};

// Takes the model out of the board's region and prepares it in the arena. A
// model that crashed the firmware in the boot before is not loaded again.
ModelState LoadModel(const platform::Board& board);

}  // namespace mcu_eval

#endif  // MCU_EVAL_APP_MODEL_H_
