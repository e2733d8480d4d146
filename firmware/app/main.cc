#include "firmware/app/inference.h"
#include "firmware/app/model.h"
#include "firmware/app/session.h"
#include "firmware/link/link.h"
#include "firmware/ports/platform.h"

namespace mcu_eval {

// Statics, because the buffers in them are larger than a stack.
void AppMain() {
  const platform::Board& board = platform::ThisBoard();
  static const ModelState model = LoadModel(board);
  static Inference inference(board, model);
  static Link link(platform::BoardPort());
  static Session session(link, board, model, inference);
  while (!link.port().closed()) {
    session.Step();
    link.port().Idle();
  }
}

}  // namespace mcu_eval
