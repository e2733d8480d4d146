#include "firmware/app/replies.h"

#include "firmware/app/detail.h"
#include "firmware/link/message.h"

namespace mcu_eval {

void ReplyCache::Clear() {
  newest_ = 0;
  for (KeptReply& kept : kept_) kept.used = false;
}

Admission ReplyCache::Admit(uint16_t seq, uint32_t crc, KeptReply** place) {
  if (seq == 0) return Admission::kSeqZero;
  KeptReply& kept = kept_[seq % kReplyWindow];
  *place = &kept;
  if (kept.used && kept.seq == seq) {
    return kept.crc == crc ? Admission::kReplay : Admission::kReused;
  }
  const bool newer = static_cast<int16_t>(seq - newest_) > 0;
  if (!newer && static_cast<uint16_t>(newest_ - seq) >= kReplyWindow) {
    return Admission::kStale;
  }
  if (newer) {
    newest_ = seq;
    for (KeptReply& old : kept_) {
      if (static_cast<uint16_t>(newest_ - old.seq) >= kReplyWindow) {
        old.used = false;
      }
    }
  }
  kept.used = true;
  kept.seq = seq;
  kept.crc = crc;
  kept.size = 0;
  return Admission::kHandle;
}

Answer::Answer(const FrameHeader& request, size_t max_frame, KeptReply* place)
    : header_{kFrameVersion, 0, request.session, 0, request.seq},
      max_frame_(max_frame),
      place_(place) {}

void Answer::Set(uint8_t kind, const void* body) {
  if (!Encode(kind, body)) {
    SetError(mcu_eval_ErrorCode_UNSUPPORTED,
             "the reply does not fit the host's max_frame");
  }
}

void Answer::SetError(mcu_eval_ErrorCode code, const char* detail) {
  const TextView text = {detail, kTextBytes};
  mcu_eval_Error error = mcu_eval_Error_init_zero;
  error.code = code;
  error.detail = EncodeText(&text);
  Encode(mcu_eval_Kind_ERROR, &error);
}

bool Answer::Encode(uint8_t kind, const void* body) {
  header_.kind = kind;
  FrameEncoder encoder(place_->frame, max_frame_, header_);
  place_->size = EncodeBody(kind, body, encoder) ? encoder.Finish() : 0;
  return place_->size != 0;
}

}  // namespace mcu_eval
