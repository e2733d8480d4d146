#include "firmware/app/replies.h"

#include <memory>

#include "test/firmware/app/wire.h"
#include "test/firmware/check.h"

using namespace mcu_eval;
using namespace mcu_eval_test;

namespace {

struct Bench {
  std::unique_ptr<ReplyCache> cache = std::make_unique<ReplyCache>();
  KeptReply* place = nullptr;

  Admission Admit(uint16_t seq, uint32_t crc) {
    return cache->Admit(seq, crc, &place);
  }
};

}  // namespace

TEST(SameRequestAgain_IsReplayedFromItsPlace) {
  Bench b;
  CHECK(b.Admit(1, 0xA) == Admission::kHandle);
  KeptReply* const first = b.place;
  first->size = 5;
  CHECK(b.Admit(2, 0xB) == Admission::kHandle);
  CHECK(b.place != first);
  CHECK(b.Admit(1, 0xA) == Admission::kReplay);
  CHECK(b.place == first);
  CHECK_EQ(b.place->size, size_t{5});
}

TEST(SeqWithAnotherRequest_IsReused) {
  Bench b;
  b.Admit(1, 0xA);
  CHECK(b.Admit(1, 0xB) == Admission::kReused);
  CHECK(b.Admit(1, 0xA) == Admission::kReplay);
}

TEST(SeqZero_IsRefused) {
  Bench b;
  CHECK(b.Admit(0, 0xA) == Admission::kSeqZero);
}

TEST(OlderThanTheWindow_IsStale) {
  Bench b;
  for (uint16_t seq = 1; seq <= 5; ++seq) {
    CHECK(b.Admit(seq, seq) == Admission::kHandle);
  }
  CHECK(b.Admit(1, 1) == Admission::kStale);
  CHECK(b.Admit(2, 2) == Admission::kReplay);
  CHECK(b.Admit(2, 3) == Admission::kReused);
}

TEST(RequestLostAndSentLate_IsStillHandled) {
  Bench b;
  b.Admit(1, 1);
  CHECK(b.Admit(4, 4) == Admission::kHandle);
  CHECK(b.Admit(2, 2) == Admission::kHandle);
  CHECK(b.Admit(3, 3) == Admission::kHandle);
  CHECK(b.Admit(1, 1) == Admission::kReplay);
  CHECK(b.Admit(2, 2) == Admission::kReplay);
  CHECK(b.Admit(5, 5) == Admission::kHandle);
  CHECK(b.Admit(1, 1) == Admission::kStale);
}

TEST(JumpAhead_ForgetsAllThatLeftTheWindow) {
  Bench b;
  for (uint16_t seq = 1; seq <= 4; ++seq) b.Admit(seq, seq);
  CHECK(b.Admit(1000, 0) == Admission::kHandle);
  for (uint16_t seq = 1; seq <= 4; ++seq) {
    CHECK(b.Admit(seq, seq) == Admission::kStale);
    CHECK(b.Admit(seq, 99) == Admission::kStale);
  }
  CHECK(b.Admit(998, 1) == Admission::kHandle);
}

// After 65535 comes 1.
TEST(Wrap_KeepsTheWindow) {
  Bench b;
  uint16_t seq = 1;
  uint32_t number = 1;
  for (; number < 200000; ++number) {
    CHECK(b.Admit(seq, number) == Admission::kHandle);
    CHECK(b.Admit(seq, number) == Admission::kReplay);
    if (seq == 2 && number > 10) {
      CHECK(b.Admit(1, number - 1) == Admission::kReplay);
      CHECK(b.Admit(65535, number - 2) == Admission::kReplay);
      CHECK(b.Admit(65534, number - 3) == Admission::kStale);
    }
    seq = seq == 65535 ? 1 : static_cast<uint16_t>(seq + 1);
  }
}

TEST(Clear_BeginsAnew) {
  Bench b;
  for (uint16_t seq = 1; seq <= 9; ++seq) b.Admit(seq, seq);
  b.cache->Clear();
  CHECK(b.Admit(1, 7) == Admission::kHandle);
}

TEST(AnswerTooLongForTheFrame_BecomesAnError) {
  Bench b;
  b.Admit(3, 1);
  Answer answer({1, mcu_eval_Kind_READ_OUTPUT, 9, 0, 3}, 256, b.place);
  const ByteString data(300, 1);
  const ByteView view = {data.data(), data.size()};
  mcu_eval_OutputChunk chunk = mcu_eval_OutputChunk_init_zero;
  chunk.data = EncodeBytes(&view);
  answer.Set(mcu_eval_Kind_OUTPUT_CHUNK, &chunk);
  const auto frames =
      Unwire(ByteString(b.place->frame, b.place->frame + b.place->size));
  CHECK_EQ(frames.size(), size_t{1});
  CHECK_EQ(frames[0].header.kind, mcu_eval_Kind_ERROR);
  CHECK_EQ(frames[0].header.seq, 3);
  CHECK_EQ(frames[0].header.session, 9);
}

MCU_EVAL_TEST_MAIN()
