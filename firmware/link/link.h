// Joins the layers:
//
//   Port ──bytes──> FrameDecoder ──Frame──> caller (app/session)
//   Port <──bytes── FrameEncoder <──body── caller
//
// and keeps what belongs to the pipe alone: the counters and the flow credit.
// No policy: sessions, repetitions and answers live in app/.
#ifndef MCU_EVAL_LINK_LINK_H_
#define MCU_EVAL_LINK_LINK_H_

#include <cstddef>
#include <cstdint>

#include "firmware/link/frame.h"
#include "firmware/link/limits.h"
#include "firmware/link/port.h"
#include "mcu_eval.pb.h"

namespace mcu_eval {

class Link {
 public:
  explicit Link(Port& port);

  // Decodes until a sound frame or the end of the bytes at hand; reads the port
  // at most once, which on a stream port may block. Returns true with a frame,
  // whose body is valid until the next call.
  bool Receive(Frame* frame);

  // Encodes a frame of at most `max_frame` bytes (at most kMaxFrame) and sends
  // it. Returns false, sending nothing, if it does not fit.
  bool Send(const FrameHeader& header, const void* body, size_t max_frame);

  // Sends a frame that was encoded before.
  void SendEncoded(const uint8_t* frame, size_t size);

  // Flow credit, wire.md section 5. StartCredit() belongs to the Hello that
  // Receive() returned last: counting begins behind its delimiter.
  void StartCredit();
  // Takes over what a Sync says was sent, if its id is newer than the last.
  // Returns the bytes that were thereby found lost; negative where the line
  // doubled some.
  int32_t ApplySync(const mcu_eval_Sync& sync);
  // True once half the window was consumed since the last Credit.
  bool CreditDue() const;
  void SendCredit(uint8_t session);

  // Counted since boot. The caller adds what only it can tell: bad_body,
  // other_session, stale.
  mcu_eval_LinkCounters& counters() { return counters_; }

  Port& port() { return port_; }

 private:
  void Count(FrameResult result);

  Port& port_;
  FrameDecoder decoder_;
  mcu_eval_LinkCounters counters_ = {};
  uint32_t consumed_ = 0;
  uint32_t credited_ = 0;
  uint32_t sync_id_ = 0;
  size_t chunk_at_ = 0;
  size_t chunk_end_ = 0;
  uint8_t chunk_[kReadChunk];
  uint8_t rx_[kMaxFrame];
  uint8_t tx_[kMaxFrame + 1];
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_LINK_LINK_H_
