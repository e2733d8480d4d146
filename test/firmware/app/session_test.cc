#include "test/firmware/app/bench.h"
#include "test/firmware/check.h"

using namespace mcu_eval;
using namespace mcu_eval_test;

TEST(BeforeHello_RequestsGetNoSession) {
  ResetFake();
  Bench b;
  const auto frames = b.Send(Wire(mcu_eval_Kind_STATS, 77, 300, kStats));
  CHECK_EQ(frames.size(), size_t{1});
  CHECK(IsError(frames[0], mcu_eval_ErrorCode_NO_SESSION));
  CHECK_EQ(frames[0].header.session, 77);
  CHECK_EQ(frames[0].header.seq, 300);
  CHECK_EQ(frames[0].fields().Number(3), b.Open().fields().Number(3));
}

TEST(AnotherProtocol_IsAnsweredAndClosesTheSession) {
  ResetFake();
  Bench b;
  b.Open(9, 1);
  // Another frame version too: Hello is readable in all of them.
  const auto frames = b.Send(Wire(mcu_eval_Kind_HELLO, 10, 0, Hello(2, 7), 7));
  CHECK_EQ(frames.size(), size_t{1});
  CHECK_EQ(frames[0].fields().Number(1), 1u);
  CHECK_EQ(frames[0].fields().Number(2), 2u);
  for (uint8_t session : {9, 10}) {
    const auto refused = b.Send(Wire(mcu_eval_Kind_STATS, session, 1, kStats));
    CHECK_EQ(refused.size(), size_t{1});
    CHECK(IsError(refused[0], mcu_eval_ErrorCode_PROTOCOL));
  }
  b.Open(11, 3);
  CHECK_EQ(Kind(b.Ask(mcu_eval_Kind_STATS, kStats)), mcu_eval_Kind_STATS_REPLY);
}

TEST(RepeatedHello_ChangesNothing) {
  ResetFake();
  Bench b;
  b.Open(9, 5);
  const ByteString input = SomeInput(1);
  b.Run(1, input, 1);
  const uint64_t before = b.link->counters().bytes_received;
  const ByteString hello = Wire(mcu_eval_Kind_HELLO, 9, 0, Hello(5));
  const auto replies = b.Send(hello);
  CHECK_EQ(replies.size(), size_t{1});
  CHECK_EQ(replies[0].fields().Number(2), 5u);
  const Received output =
      b.Ask(mcu_eval_Kind_READ_OUTPUT,
            Body().Varint(1, 1).Varint(2, kFirstOutput).Varint(4, 10));
  CHECK(output.fields().Bytes(4) == ModelOutput(input, kFirstOutput, 10));
  // `consumed` goes on: an old Sync is answered with it.
  const auto credit = b.SendFrame(mcu_eval_Kind_SYNC, 0, Body());
  const uint64_t first_hello = 1 + hello.size();  // a lone 00 before it
  CHECK_EQ(credit[0].fields().Number(1),
           b.link->counters().bytes_received - first_hello);
  CHECK(b.link->counters().bytes_received > before);
}

TEST(NewHello_ForgetsTheOldSession) {
  ResetFake();
  Bench b;
  b.Open(9, 1);
  const ByteString input = SomeInput(1);
  b.Run(1, input, 1);
  b.Open(10, 2);
  CHECK(IsError(b.Ask(mcu_eval_Kind_READ_OUTPUT,
                      Body().Varint(1, 1).Varint(2, kFirstOutput).Varint(4, 1)),
                mcu_eval_ErrorCode_NO_OUTPUT));
  const Received reply =
      b.Ask(mcu_eval_Kind_INFER, Infer(0, 1, 1, Bench::Crc(input)));
  CHECK_EQ(Kind(reply), mcu_eval_Kind_INPUT_INCOMPLETE);
  CHECK_EQ(reply.fields().Number(4),
           uint64_t{mcu_eval_IncompleteReason_OTHER_INPUT});
  CHECK(b.Send(Wire(mcu_eval_Kind_STATS, 9, 1, kStats)).empty());
  CHECK_EQ(b.link->counters().other_session, 1u);
}

TEST(HelloWithSessionZeroOrNoRoom_IsDropped) {
  ResetFake();
  Bench b;
  CHECK(b.Send(Wire(mcu_eval_Kind_HELLO, 0, 0, Hello(1))).empty());
  CHECK(b.Send(Wire(mcu_eval_Kind_HELLO, 1, 0, Hello(1, 1, 255))).empty());
  CHECK_EQ(b.link->counters().bad_body, 2u);
}

TEST(RepeatedRequest_IsReplayedNotRunTwice) {
  ResetFake();
  Bench b;
  b.Open();
  const ByteString input = SomeInput(1);
  b.SendFrame(mcu_eval_Kind_LOAD_INPUT, 0, LoadInput(0, 1, 64, 0, input));
  const Body infer = Infer(0, 1, 1, Bench::Crc(input));
  const Received first = b.SendFrame(mcu_eval_Kind_INFER, 1, infer)[0];
  const Received again = b.SendFrame(mcu_eval_Kind_INFER, 1, infer)[0];
  CHECK(first.body == again.body);
  CHECK_EQ(TheFake().invokes, 1u);
  CHECK(IsError(b.SendFrame(mcu_eval_Kind_STATS, 1, kStats)[0],
                mcu_eval_ErrorCode_SEQ_REUSED));
  CHECK(IsError(b.SendFrame(mcu_eval_Kind_STATS, 0, kStats)[0],
                mcu_eval_ErrorCode_BAD_REQUEST));
  for (uint16_t seq = 2; seq <= 5; ++seq) {
    b.SendFrame(mcu_eval_Kind_STATS, seq, kStats);
  }
  CHECK(IsError(b.SendFrame(mcu_eval_Kind_INFER, 1, infer)[0],
                mcu_eval_ErrorCode_STALE));
  CHECK_EQ(TheFake().invokes, 1u);
  CHECK_EQ(b.link->counters().stale, 1u);
}

TEST(BodyThatDoesNotDecode_IsAnsweredOnceAndCounted) {
  ResetFake();
  Bench b;
  b.Open();
  const Body bad = Body().Bytes(1, {1, 2});  // Infer.slot as bytes
  CHECK(
      IsError(b.Ask(mcu_eval_Kind_INFER, bad), mcu_eval_ErrorCode_BAD_REQUEST));
  CHECK(b.SendFrame(mcu_eval_Kind_LOAD_INPUT, 0, bad).empty());
  CHECK(b.SendFrame(mcu_eval_Kind_SYNC, 0, bad).empty());
  CHECK_EQ(b.link->counters().bad_body, 3u);
}

TEST(Configure_TakesWhatItKnows) {
  ResetFake();
  Bench b;
  b.Open();
  const auto preprocessing = [](uint32_t id) {
    return Body().Sub(1, Body().Varint(1, id).Bytes(2, {1, 2, 3}));
  };
  CHECK_EQ(Kind(b.Ask(mcu_eval_Kind_CONFIGURE, preprocessing(0))),
           mcu_eval_Kind_CONFIGURE_REPLY);
  CHECK(IsError(b.Ask(mcu_eval_Kind_CONFIGURE, preprocessing(1)),
                mcu_eval_ErrorCode_UNSUPPORTED));
  CHECK_EQ(Kind(b.Ask(mcu_eval_Kind_CONFIGURE, Body().Varint(2, 4))),
           mcu_eval_Kind_CONFIGURE_REPLY);
  CHECK(IsError(b.Ask(mcu_eval_Kind_CONFIGURE, Body().Varint(2, 99)),
                mcu_eval_ErrorCode_BAD_REQUEST));
  CHECK(IsError(b.Ask(mcu_eval_Kind_CONFIGURE, Body()),
                mcu_eval_ErrorCode_BAD_REQUEST));
}

TEST(Reset_AnswersThenBootsAnew) {
  ResetFake();
  Bench b;
  b.Open();
  CHECK(IsError(b.Ask(mcu_eval_Kind_RESET, Body()),
                mcu_eval_ErrorCode_BAD_REQUEST));
  CHECK_EQ(TheFake().resets, 0u);
  const Received reply = b.Ask(mcu_eval_Kind_RESET, Body().Varint(1, 1));
  CHECK_EQ(Kind(reply), mcu_eval_Kind_RESET_REPLY);
  CHECK_EQ(TheFake().resets, 1u);
  CHECK(IsError(b.Ask(mcu_eval_Kind_STATS, kStats),
                mcu_eval_ErrorCode_NO_SESSION));
}

TEST(Stats_CountWhatWentOverTheWire) {
  ResetFake();
  Bench b;
  uint64_t received = 0;
  uint64_t sent = 0;
  const auto send = [&](const ByteString& bytes) {
    received += bytes.size();
    const auto frames = b.Send(bytes);
    for (const Received& frame : frames) sent += frame.encoded;
    return frames;
  };
  send(Wire(mcu_eval_Kind_HELLO, 9, 0, Hello(1)));
  ByteString damaged = Wire(mcu_eval_Kind_STATS, 9, 1, kStats);
  damaged[5] ^= 0x10;
  send(damaged);
  send({5, 1, 0, 2, 9, 0});  // a group cut short, then a frame too short
  send(ByteString(kMaxFrame + 1, 7));
  send({0});
  send(Wire(mcu_eval_Kind_STATS, 9, 1, kStats, 2));
  send(Wire(mcu_eval_Kind_LOG, 9, 1, kStats));
  const uint64_t sent_before = sent;
  const auto frames = send(Wire(mcu_eval_Kind_STATS, 9, 2, kStats));
  const Fields f = frames[0].fields();
  CHECK_EQ(f.Number(4), 4097u);
  CHECK_EQ(f.Number(5), 8192u);
  CHECK_EQ(f.Number(6), 1234u);
  const Fields link = f.Sub(1);
  CHECK_EQ(link.Number(1), received);
  CHECK_EQ(link.Number(2), sent_before);
  CHECK_EQ(link.Number(3), 2u);
  CHECK_EQ(link.Number(4), 1u);
  CHECK_EQ(link.Number(5), 1u);
  CHECK_EQ(link.Number(6), 1u);
  CHECK_EQ(link.Number(7), 1u);
  CHECK_EQ(link.Number(8), 1u);
  CHECK_EQ(link.Number(9), 1u);
  CHECK_EQ(link.Number(10), 1u);
}

MCU_EVAL_TEST_MAIN()
