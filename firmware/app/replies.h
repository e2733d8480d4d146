// Answers to requests, and the cache that keeps them: no request runs twice.
// proto/wire.md, section 4.
#ifndef MCU_EVAL_APP_REPLIES_H_
#define MCU_EVAL_APP_REPLIES_H_

#include <cstddef>
#include <cstdint>

#include "firmware/link/frame.h"
#include "firmware/link/limits.h"
#include "mcu_eval.pb.h"

namespace mcu_eval {

// Requests that may be unanswered, and replies kept. A power of two, so that
// two seqs of one window never share a place, across the wrap too.
constexpr uint16_t kReplyWindow = 4;
static_assert((kReplyWindow & (kReplyWindow - 1)) == 0, "a power of two");

// A kept reply: the encoded frame, delimiter included.
struct KeptReply {
  bool used;
  uint16_t seq;
  uint32_t crc;  // of the request's frame
  size_t size;
  uint8_t frame[kMaxFrame + 1];
};

// What to do with a request.
enum class Admission : uint8_t {
  kHandle,   // new: handle it and fill its place
  kReplay,   // send the kept frame again
  kSeqZero,  // Error BAD_REQUEST
  kReused,   // Error SEQ_REUSED
  kStale,    // Error STALE
};

class ReplyCache {
 public:
  // Begins a session: nothing kept, newest seq 0.
  void Clear();

  // Judges the request of `seq` whose frame has CRC-32 `crc`. With kHandle and
  // kReplay, `place` is where its reply belongs or lies.
  Admission Admit(uint16_t seq, uint32_t crc, KeptReply** place);

 private:
  uint16_t newest_ = 0;
  KeptReply kept_[kReplyWindow] = {};
};

// Encodes the one answer to a request into its place in the cache.
class Answer {
 public:
  // `max_frame` is the smaller of both ends'.
  Answer(const FrameHeader& request, size_t max_frame, KeptReply* place);

  // Sets the answer; the last call counts. A body that does not fit the frame
  // becomes an Error.
  void Set(uint8_t kind, const void* body);
  void SetError(mcu_eval_ErrorCode code, const char* detail);

  // Raw bytes a body may have, so that it surely fits.
  size_t max_body() const { return MaxBody(max_frame_); }

 private:
  bool Encode(uint8_t kind, const void* body);

  FrameHeader header_;
  size_t max_frame_;
  KeptReply* place_;
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_APP_REPLIES_H_
