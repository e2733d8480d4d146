// HelloReply: all that this board and its model are.
#ifndef MCU_EVAL_APP_HELLO_H_
#define MCU_EVAL_APP_HELLO_H_

#include "firmware/app/inference.h"
#include "firmware/app/model.h"
#include "firmware/link/link.h"
#include "firmware/ports/platform.h"
#include "mcu_eval.pb.h"

namespace mcu_eval {

constexpr uint32_t kProtocol = 1;

// Never 0.
uint32_t BootNonce();

// The latest fault since power-on as the wire tells it; false without one.
bool DescribeFault(mcu_eval_Fault* fault);

// Sends the reply to `hello`, whose frame had session byte `session`. Tensor
// names, then operators are left out, from the end, where it would not fit.
void SendHelloReply(Link& link, uint8_t session, const mcu_eval_Hello& hello,
                    const platform::Board& board, const ModelState& model,
                    const Inference& inference);

}  // namespace mcu_eval

#endif  // MCU_EVAL_APP_HELLO_H_
