// One host's session: takes frames, keeps order, answers. proto/wire.md,
// sections 3 to 5 and 7.
#ifndef MCU_EVAL_APP_SESSION_H_
#define MCU_EVAL_APP_SESSION_H_

#include <cstddef>
#include <cstdint>

#include "firmware/app/inference.h"
#include "firmware/app/model.h"
#include "firmware/app/replies.h"
#include "firmware/link/link.h"
#include "firmware/link/message.h"
#include "firmware/ports/platform.h"

namespace mcu_eval {

class Session {
 public:
  // All arguments outlive the session.
  Session(Link& link, const platform::Board& board, const ModelState& model,
          Inference& inference);

  // Handles the frames at hand, then returns; on a stream port it blocks until
  // there are bytes. Never returns from a Reset request.
  void Step();

 private:
  void Handle(const Frame& frame);
  void HandleHello(const Frame& frame);
  void Open(const Frame& frame, const mcu_eval_Hello& hello);
  void HandleSync(const mcu_eval_Sync& sync);
  void HandleRequest(const Frame& frame, const HostMessage* message);
  void Dispatch(const HostMessage& message, Answer& answer);
  void Configure(const mcu_eval_Configure& configure, Answer& answer);
  void Stats(Answer& answer);
  void Reset(const mcu_eval_Reset& reset, Answer& answer);

  void SendUnkeptError(const FrameHeader& to, mcu_eval_ErrorCode code,
                       const char* detail);
  void RefuseWithoutSession(const Frame& frame);
  void LogFault();
  void Log(mcu_eval_LogLevel level, const char* text);

  Link& link_;
  const platform::Board& board_;
  const ModelState& model_;
  Inference& inference_;
  ReplyCache cache_;

  bool open_ = false;
  bool other_protocol_ = false;  // that is why no session is open
  bool reset_due_ = false;
  uint8_t id_ = 0;
  uint32_t nonce_ = 0;
  size_t max_frame_ = 0;  // the smaller of both ends'
  uint32_t log_level_ = mcu_eval_LogLevel_LOG_INFO;
  uint32_t replays_ = 0;
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_APP_SESSION_H_
