// Flow from host to device, proto/wire.md section 5.
#include "test/firmware/app/bench.h"
#include "test/firmware/check.h"

using namespace mcu_eval;
using namespace mcu_eval_test;

namespace {

std::vector<Received> CreditsIn(const std::vector<Received>& frames) {
  std::vector<Received> credits;
  for (const Received& frame : frames) {
    if (frame.header.kind == mcu_eval_Kind_CREDIT) credits.push_back(frame);
  }
  return credits;
}

ByteString Sync(uint8_t session, uint32_t sent, uint32_t id) {
  return Wire(mcu_eval_Kind_SYNC, session, 0,
              Body().Varint(1, sent).Varint(2, id));
}

const uint32_t kHalf = kRxWindow / 2;

}  // namespace

TEST(Consumed_CountsFromBehindTheHello) {
  ResetFake();
  Bench b;
  ByteString stream = {0, 1, 2, 3, 0};
  const ByteString hello = Wire(mcu_eval_Kind_HELLO, 9, 0, Hello(1));
  const ByteString stats = Wire(mcu_eval_Kind_STATS, 9, 1, Body());
  stream.insert(stream.end(), hello.begin(), hello.end());
  stream.insert(stream.end(), stats.begin(), stats.end());
  for (size_t longest : {size_t{1}, size_t{7}, SIZE_MAX}) {
    b.port.longest_read = longest;
    b.Boot();
    b.Send(stream);
    // An old Sync is not applied, but answered: it shows the count.
    const ByteString sync = Sync(9, 123456, 0);
    const auto credits = CreditsIn(b.Send(sync));
    CHECK_EQ(credits.size(), size_t{1});
    CHECK_EQ(credits[0].fields().Number(1),
             uint64_t{stats.size() + sync.size()});
    CHECK_EQ(credits[0].fields().Number(2), 0u);
  }
}

TEST(HalfTheWindow_BringsOneCreditWhateverTheBytesAre) {
  ResetFake();
  Bench b;
  b.Open();
  CHECK(b.Send(ByteString(kHalf - 1, 0)).empty());
  auto credits = CreditsIn(b.Send(ByteString(1, 0)));
  CHECK_EQ(credits.size(), size_t{1});
  CHECK_EQ(credits[0].fields().Number(1), uint64_t{kHalf});
  CHECK_EQ(credits[0].header.session, 9);
  CHECK_EQ(credits[0].header.seq, 0);
  // Garbage without a delimiter counts too.
  credits = CreditsIn(b.Send(ByteString(kHalf, 0x55)));
  CHECK_EQ(credits.size(), size_t{1});
  CHECK_EQ(credits[0].fields().Number(1), uint64_t{2 * kHalf});
}

TEST(Sync_DeclaresAllBeforeItConsumed) {
  ResetFake();
  Bench b;
  b.Open();
  auto credits = CreditsIn(b.Send(Sync(9, 5000, 1)));
  CHECK_EQ(credits.size(), size_t{1});
  CHECK_EQ(credits[0].fields().Number(1), 5000u);
  CHECK_EQ(credits[0].fields().Number(2), 1u);
  // The same again is answered, not applied.
  const ByteString again = Sync(9, 9999, 1);
  credits = CreditsIn(b.Send(again));
  CHECK_EQ(credits[0].fields().Number(1), 5000u + again.size());
  CHECK_EQ(credits[0].fields().Number(2), 1u);
  // Lost bytes: the device had consumed more or less, `sent` is the truth.
  credits = CreditsIn(b.Send(Sync(9, 0xFFFFFFF0u, 2)));
  CHECK_EQ(credits[0].fields().Number(1), 0xFFFFFFF0u);
  b.Send(ByteString(0x20, 0));
  const ByteString old = Sync(9, 0, 2);
  credits = CreditsIn(b.Send(old));
  CHECK_EQ(credits[0].fields().Number(1), uint64_t{0x10 + old.size()});
}

TEST(NewSession_BeginsItsOwnCount) {
  ResetFake();
  Bench b;
  b.Open(9, 1);
  b.Send(Sync(9, 77777, 5));
  b.Open(10, 2);
  const ByteString sync = Sync(10, 0, 0);
  const auto credits = CreditsIn(b.Send(sync));
  CHECK_EQ(credits[0].fields().Number(1), uint64_t{sync.size()});
  CHECK_EQ(credits[0].fields().Number(2), 0u);
}

TEST(NewSession_OwesItsFirstCreditAtHalfTheWindow) {
  ResetFake();
  Bench b;
  b.Open(9, 1);
  b.Send(ByteString(kHalf + 100, 0));
  b.Open(10, 2);
  CHECK(b.Send(ByteString(kHalf - 1, 0)).empty());
  CHECK_EQ(CreditsIn(b.Send(ByteString(1, 0))).size(), size_t{1});
}

TEST(LostBytes_AreLoggedWhereTheHostAsksForIt) {
  ResetFake();
  Bench b;
  b.Open(9, 1);
  CHECK_EQ(b.Send(Sync(9, 5000, 1)).size(), size_t{1});
  b.Ask(mcu_eval_Kind_CONFIGURE, Body().Varint(2, mcu_eval_LogLevel_LOG_DEBUG));
  const auto frames = b.Send(Sync(9, 10000, 2));
  CHECK_EQ(frames.size(), size_t{2});
  CHECK_EQ(frames[1].header.kind, mcu_eval_Kind_LOG);
  const Fields log = frames[1].fields();
  CHECK_EQ(log.Number(1), uint64_t{mcu_eval_LogLevel_LOG_DEBUG});
  CHECK(log.Text(2).find("Sync 2: bytes lost: 49") == 0);
  // Fewer than came: the line doubled some, none is lost.
  CHECK_EQ(b.Send(Sync(9, 100, 3)).size(), size_t{1});
  b.Open(10, 2);  // back to LOG_INFO
  CHECK_EQ(b.Send(Sync(10, 5000, 1)).size(), size_t{1});
}

TEST(BeforeHello_ThereIsNoCredit) {
  ResetFake();
  Bench b;
  CHECK(b.Send(ByteString(2 * kRxWindow, 0)).empty());
}

// A host that keeps the rule never waits for ever: each window it fills is
// given back.
TEST(LongTransfer_NeverStalls) {
  ResetFake();
  Bench b;
  b.Open();
  const ByteString frame = Wire(mcu_eval_Kind_LOAD_INPUT, 9, 0,
                                LoadInput(0, 1, 64, 0, SomeInput(1)));
  uint32_t sent = 0;
  uint32_t acknowledged = 0;
  for (int i = 0; i < 5000; ++i) {
    CHECK(sent - acknowledged + frame.size() <= kRxWindow - 32);
    sent += static_cast<uint32_t>(frame.size());
    for (const Received& credit : CreditsIn(b.Send(frame))) {
      acknowledged = static_cast<uint32_t>(credit.fields().Number(1));
    }
  }
  CHECK(acknowledged > 0);
}

MCU_EVAL_TEST_MAIN()
