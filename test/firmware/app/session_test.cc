#include "test/firmware/app/bench.h"
#include "test/firmware/check.h"

using namespace mcu_eval;
using namespace mcu_eval_test;

namespace {

uint8_t Kind(const Received& frame) { return frame.header.kind; }

bool IsError(const Received& frame, mcu_eval_ErrorCode code) {
  return Kind(frame) == mcu_eval_Kind_ERROR && frame.fields().Number(1) == code;
}

const Body kStats;

}  // namespace

TEST(Hello_DescribesTheBoardAndItsModel) {
  ResetFake();
  Bench b;
  const Received reply = b.Open(200, 0xABCD0123);
  CHECK_EQ(Kind(reply), mcu_eval_Kind_HELLO_REPLY);
  CHECK_EQ(reply.header.session, 200);
  CHECK_EQ(reply.header.seq, 0);
  const Fields f = reply.fields();
  CHECK_EQ(f.Number(1), 1u);
  CHECK_EQ(f.Number(2), 0xABCD0123u);
  CHECK(f.Number(3) != 0);
  CHECK_EQ(f.Text(4), "0123456789abcdef");
  CHECK_EQ(f.Number(5), uint64_t{mcu_eval_ResetCause_POWER_ON});
  CHECK(!f.Has(6));
  CHECK_EQ(f.Text(8), "fake");
  CHECK_EQ(f.Number(11), uint64_t{mcu_eval_ClockSource_CLOCK_QEMU_ICOUNT});
  CHECK_EQ(f.Number(12), uint64_t{kMaxFrame});
  CHECK_EQ(f.Number(13), uint64_t{kRxWindow});
  CHECK_EQ(f.Number(14), uint64_t{kReplyWindow});
  CHECK_EQ(f.Number(15), 128u);
  CHECK_EQ(f.Number(16), 2u);
  CHECK_EQ(f.Number(18), uint64_t{mcu_eval_InitStatus_READY});
  CHECK(!f.Has(19));
  CHECK_EQ(f.Number(20), 0xC0FFEEu);
  CHECK_EQ(f.Number(21), 77u);
  CHECK_EQ(f.Number(24), 1234u);
  const Fields output = f.Sub(23);
  CHECK_EQ(output.Number(1), uint64_t{kFirstOutput});
  CHECK_EQ(output.Number(2), uint64_t{mcu_eval_TensorType_INT8});
  CHECK(output.Bytes(3) == (ByteString{1, 10}));
  CHECK_EQ(output.Number(4), 0x3F000000u);
  CHECK_EQ(output.Number(5), 5u);  // zigzag of -3
  CHECK_EQ(f.All(27).size(), size_t{2});
  CHECK_EQ(Fields(f.All(27)[0].bytes).Number(4), 2u);  // nodes 0 and 2
  CHECK_EQ(Fields(f.All(27)[1].bytes).Number(1), 101u);
}

TEST(HostWithSmallFrames_GetsAShorterHelloReply) {
  ResetFake();
  TheFake().input_sizes.assign(4, 8);
  TheFake().output_sizes.assign(4, 8);
  TheFake().operators = 60;
  Bench b;
  const auto frames = b.Send(Wire(mcu_eval_Kind_HELLO, 1, 0, Hello(1, 1, 600)));
  CHECK_EQ(frames.size(), size_t{1});
  CHECK(frames[0].encoded <= 601);
  const Fields f = frames[0].fields();
  CHECK_EQ(f.All(22).size(), size_t{4});
  CHECK_EQ(f.All(23).size(), size_t{4});
  size_t names = 0;
  for (int tag : {22, 23}) {
    for (const Field& t : f.All(tag)) names += Fields(t.bytes).Has(6);
  }
  CHECK_EQ(names, size_t{0});
  CHECK(!f.All(27).empty() && f.All(27).size() < 31);
  const Received whole = b.Open(2, 2);
  CHECK_EQ(whole.fields().All(27).size(), size_t{31});
}

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

TEST(Infer_RunsTheStagedInputOnce) {
  ResetFake();
  Bench b;
  b.Open();
  const ByteString input = SomeInput(1);
  const Received reply = b.Run(1, input, 4711);
  CHECK_EQ(Kind(reply), mcu_eval_Kind_INFER_REPLY);
  const Fields f = reply.fields();
  CHECK_EQ(f.Number(1), 4711u);
  CHECK_EQ(f.Number(2), uint64_t{Bench::Crc(input)});
  CHECK_EQ(f.Number(3), uint64_t{mcu_eval_InferMode_EXCLUSIVE});
  CHECK_EQ(f.Number(5), 5'000'000'000u);
  CHECK(f.Has(6));
  CHECK_EQ(f.Number(7), 1u);
  const ByteString want = ModelOutput(input, kFirstOutput, 10);
  const Fields output = f.Sub(4);
  CHECK_EQ(output.Number(1), uint64_t{kFirstOutput});
  CHECK_EQ(output.Number(2), 10u);
  CHECK_EQ(output.Number(3), uint64_t{Bench::Crc(want)});
  CHECK(output.Bytes(4) == want);
  CHECK(!TheFake().wrote_while_measuring);
  CHECK_EQ(TheFake().request_in_invoke, 1u);
  CHECK_EQ(TheFake().request, 0u);

  // The slot still holds the input, though the tensor's memory was reused.
  const Received again =
      b.Ask(mcu_eval_Kind_INFER, Infer(0, 1, 4712, Bench::Crc(input)));
  CHECK(again.fields().Sub(4).Bytes(4) == want);
  CHECK_EQ(again.fields().Number(7), 2u);
}

TEST(BoardWithoutAClock_SendsNoTicks) {
  ResetFake();
  TheFake().clock = platform::ClockSource::kNone;
  Bench b;
  b.Open();
  const Fields f = b.Run(1, SomeInput(1), 1).fields();
  CHECK(!f.Has(5) && !f.Has(6));
}

TEST(InputOfAnotherCrc_IsNotRun) {
  ResetFake();
  Bench b;
  b.Open();
  const ByteString input = SomeInput(1);
  b.SendFrame(mcu_eval_Kind_LOAD_INPUT, 0, LoadInput(0, 1, 64, 0, input));
  const Fields f =
      b.Ask(mcu_eval_Kind_INFER, Infer(0, 1, 5, Bench::Crc(input) ^ 1))
          .fields();
  CHECK_EQ(f.Number(1), 5u);
  CHECK_EQ(f.Number(3), 1u);
  CHECK_EQ(f.Number(4), uint64_t{mcu_eval_IncompleteReason_CRC_DIFFERS});
  CHECK_EQ(f.Number(6), uint64_t{Bench::Crc(input)});
  CHECK_EQ(TheFake().invokes, 0u);
}

TEST(MissingChunk_IsNamedAndCanBeSentAgain) {
  ResetFake();
  Bench b;
  b.Open();
  const ByteString input = SomeInput(1);
  const ByteString tail(input.begin() + 40, input.end());
  b.SendFrame(mcu_eval_Kind_LOAD_INPUT, 0, LoadInput(1, 1, 64, 40, tail));
  const Fields f =
      b.Ask(mcu_eval_Kind_INFER, Infer(1, 1, 5, Bench::Crc(input))).fields();
  CHECK_EQ(f.Number(2), 1u);
  CHECK_EQ(f.Number(4), uint64_t{mcu_eval_IncompleteReason_MISSING_BYTES});
  CHECK_EQ(f.All(5).size(), size_t{1});
  CHECK_EQ(f.Sub(5).Number(2), 40u);
  CHECK_EQ(f.Number(6), 0u);
  b.SendFrame(mcu_eval_Kind_LOAD_INPUT, 0,
              LoadInput(1, 1, 64, 0, {input.begin(), input.begin() + 40}));
  CHECK_EQ(Kind(b.Ask(mcu_eval_Kind_INFER, Infer(1, 1, 5, Bench::Crc(input)))),
           mcu_eval_Kind_INFER_REPLY);
}

TEST(Delta_IsAppliedToTheOtherSlot) {
  ResetFake();
  Bench b;
  b.Open();
  const ByteString base = SomeInput(1);
  b.Run(1, base, 1);
  ByteString input = base;
  for (uint8_t& byte : input) byte = static_cast<uint8_t>(byte - 1);
  // Two bits a difference, all -1: every packed bit is set.
  const Body delta = Body()
                         .Fixed32(1, Bench::Crc(base))
                         .Varint(2, 64)
                         .Varint(3, 2)
                         .Bytes(4, ByteString(16, 0xFF));
  b.SendFrame(mcu_eval_Kind_LOAD_INPUT, 0,
              Body().Varint(1, 1).Varint(2, 2).Varint(3, 64).Sub(6, delta));
  const Received reply =
      b.Ask(mcu_eval_Kind_INFER, Infer(1, 2, 2, Bench::Crc(input)));
  CHECK_EQ(Kind(reply), mcu_eval_Kind_INFER_REPLY);
  CHECK(reply.fields().Sub(4).Bytes(4) == ModelOutput(input, kFirstOutput, 10));
}

TEST(LoadInputWithoutContent_IsABadChunk) {
  ResetFake();
  Bench b;
  b.Open();
  b.SendFrame(mcu_eval_Kind_LOAD_INPUT, 0, Body().Varint(2, 1).Varint(3, 64));
  const Received reply = b.Ask(mcu_eval_Kind_INFER, Infer(0, 1, 1, 0));
  CHECK_EQ(reply.fields().Number(4),
           uint64_t{mcu_eval_IncompleteReason_BAD_CHUNK});
}

TEST(ReportTensor_IsReturnedBehindTheOutputs) {
  ResetFake();
  Bench b;
  b.Open();
  const ByteString input = SomeInput(3);
  b.SendFrame(mcu_eval_Kind_LOAD_INPUT, 0, LoadInput(0, 1, 64, 0, input));
  const Received reply = b.Ask(
      mcu_eval_Kind_INFER,
      Infer(0, 1, 1, Bench::Crc(input)).Bytes(6, {uint8_t(kHiddenTensor)}));
  const auto outputs = reply.fields().All(4);
  CHECK_EQ(outputs.size(), size_t{2});
  CHECK(Fields(outputs[1].bytes).Bytes(4) ==
        ModelOutput(input, kHiddenTensor, 300));
  const Received refused = b.Ask(
      mcu_eval_Kind_INFER, Infer(0, 1, 1, Bench::Crc(input)).Varint(6, 6));
  CHECK(IsError(refused, mcu_eval_ErrorCode_BAD_REQUEST));
  CHECK_EQ(TheFake().invokes, 1u);
}

TEST(OutputsLargerThanAFrame_AreReadInPages) {
  ResetFake();
  TheFake().output_sizes = {10, 3 * kMaxFrame};
  Bench b;
  b.Open();
  const ByteString input = SomeInput(3);
  const Received reply = b.Run(1, input, 8);
  CHECK(reply.encoded <= kMaxFrame + 1);
  const auto outputs = reply.fields().All(4);
  const Fields large(outputs[1].bytes);
  const ByteString want = ModelOutput(input, kFirstOutput + 1, 3 * kMaxFrame);
  CHECK_EQ(large.Number(2), uint64_t{want.size()});
  CHECK_EQ(large.Number(3), uint64_t{Bench::Crc(want)});
  ByteString got = large.Bytes(4);
  CHECK(got.size() > kMaxFrame / 2);
  while (got.size() < want.size()) {
    const Received chunk =
        b.Ask(mcu_eval_Kind_READ_OUTPUT, Body()
                                             .Varint(1, 8)
                                             .Varint(2, kFirstOutput + 1)
                                             .Varint(3, got.size())
                                             .Varint(4, 0xFFFFFFFF));
    CHECK_EQ(Kind(chunk), mcu_eval_Kind_OUTPUT_CHUNK);
    CHECK(chunk.encoded <= kMaxFrame + 1);
    CHECK_EQ(chunk.fields().Number(3), uint64_t{got.size()});
    CHECK_EQ(chunk.fields().Number(5), uint64_t{want.size()});
    const ByteString more = chunk.fields().Bytes(4);
    CHECK(!more.empty());
    if (more.empty()) break;
    got.insert(got.end(), more.begin(), more.end());
  }
  CHECK(got == want);
}

TEST(OutputsThatFillTheFrame_LeaveTheRestForReadOutput) {
  ResetFake();
  TheFake().output_sizes = {kMaxFrame / 2, kMaxFrame, kMaxFrame};
  Bench b;
  b.Open();
  const Received reply = b.Run(1, SomeInput(3), 8);
  CHECK_EQ(Kind(reply), mcu_eval_Kind_INFER_REPLY);
  const auto outputs = reply.fields().All(4);
  CHECK_EQ(outputs.size(), size_t{3});
  CHECK_EQ(Fields(outputs[0].bytes).Bytes(4).size(), size_t{kMaxFrame / 2});
  CHECK(!Fields(outputs[1].bytes).Bytes(4).empty());
  CHECK(Fields(outputs[2].bytes).Bytes(4).empty());
  CHECK_EQ(Fields(outputs[2].bytes).Number(2), uint64_t{kMaxFrame});
}

TEST(ReadOutputOutOfRange_IsRefused) {
  ResetFake();
  Bench b;
  b.Open();
  const auto read = [&](uint32_t sample, uint32_t tensor, uint32_t offset,
                        uint32_t length) {
    return b.Ask(
        mcu_eval_Kind_READ_OUTPUT,
        Body().Varint(1, sample).Varint(2, tensor).Varint(3, offset).Varint(
            4, length));
  };
  CHECK(IsError(read(0, kFirstOutput, 0, 1), mcu_eval_ErrorCode_NO_OUTPUT));
  b.Run(1, SomeInput(1), 8);
  CHECK_EQ(read(8, kFirstOutput, 9, 100).fields().Bytes(4).size(), size_t{1});
  CHECK(IsError(read(9, kFirstOutput, 0, 1), mcu_eval_ErrorCode_NO_OUTPUT));
  CHECK(IsError(read(8, kHiddenTensor, 0, 1), mcu_eval_ErrorCode_NO_OUTPUT));
  CHECK(IsError(read(8, kFirstOutput, 0, 0), mcu_eval_ErrorCode_BAD_REQUEST));
  CHECK(IsError(read(8, kFirstOutput, 10, 1), mcu_eval_ErrorCode_BAD_REQUEST));
  CHECK(IsError(read(8, kFirstOutput, 0xFFFFFFFF, 0xFFFFFFFF),
                mcu_eval_ErrorCode_BAD_REQUEST));
}

TEST(SeveralInputs_AreOneStringOfBytes) {
  ResetFake();
  TheFake().input_sizes = {8, 24};
  Bench b;
  b.Open();
  const ByteString input = SomeInput(5, 32);
  CHECK(b.Run(1, input, 1).fields().Sub(4).Bytes(4) ==
        ModelOutput(input, kFirstOutput, 10));
}

TEST(BoardWithoutStaging_LoadsDirectly) {
  ResetFake();
  TheFake().staging_bytes = 0;
  Bench b;
  const Fields hello = b.Open().fields();
  CHECK_EQ(hello.Number(18), uint64_t{mcu_eval_InitStatus_READY});
  CHECK_EQ(hello.Number(15), 0u);
  CHECK_EQ(hello.Number(16), 1u);
  const ByteString input = SomeInput(1);
  CHECK(b.Run(1, input, 1).fields().Sub(4).Bytes(4) ==
        ModelOutput(input, kFirstOutput, 10));
  const auto read = [&] {
    return b.Ask(mcu_eval_Kind_READ_OUTPUT,
                 Body().Varint(1, 1).Varint(2, kFirstOutput).Varint(4, 10));
  };
  CHECK_EQ(Kind(read()), mcu_eval_Kind_OUTPUT_CHUNK);
  const Received again =
      b.Ask(mcu_eval_Kind_INFER, Infer(0, 1, 2, Bench::Crc(input)));
  CHECK_EQ(again.fields().Number(4),
           uint64_t{mcu_eval_IncompleteReason_MISSING_BYTES});
  b.SendFrame(mcu_eval_Kind_LOAD_INPUT, 0, LoadInput(0, 2, 64, 0, {1}));
  CHECK(IsError(read(), mcu_eval_ErrorCode_NO_OUTPUT));
  CHECK(b.Run(2, input, 3).fields().Sub(4).Bytes(4) ==
        ModelOutput(input, kFirstOutput, 10));
  CHECK_EQ(TheFake().invokes, 2u);
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

TEST(UnknownModes_AreRefused) {
  ResetFake();
  Bench b;
  b.Open();
  const auto infer = [&](uint32_t slot, uint32_t mode) {
    return b.Ask(mcu_eval_Kind_INFER, Infer(slot, 1, 1, 1, mode));
  };
  CHECK(IsError(infer(0, 2), mcu_eval_ErrorCode_UNSUPPORTED));
  CHECK(IsError(infer(0, 0), mcu_eval_ErrorCode_BAD_REQUEST));
  CHECK(IsError(infer(0, 200), mcu_eval_ErrorCode_BAD_REQUEST));
  CHECK(IsError(infer(2, 1), mcu_eval_ErrorCode_BAD_REQUEST));
  CHECK(IsError(b.Ask(mcu_eval_Kind_PROFILE, Body()),
                mcu_eval_ErrorCode_UNSUPPORTED));
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

TEST(ModelThatDoesNotLoad_StillAnswersHello) {
  const struct {
    ModelReason region, load;
    mcu_eval_InitStatus status;
  } cases[] = {
      {ModelReason::kNoModel, ModelReason::kOk, mcu_eval_InitStatus_NO_MODEL},
      {ModelReason::kBadCrc, ModelReason::kOk, mcu_eval_InitStatus_MODEL_CRC},
      {ModelReason::kOk, ModelReason::kNotTflite,
       mcu_eval_InitStatus_MODEL_FORMAT},
      {ModelReason::kOk, ModelReason::kBadShape,
       mcu_eval_InitStatus_MODEL_INVALID},
      {ModelReason::kOk, ModelReason::kUnsupportedOp,
       mcu_eval_InitStatus_OPERATOR_UNSUPPORTED},
      {ModelReason::kOk, ModelReason::kArenaTooSmall,
       mcu_eval_InitStatus_ARENA_TOO_SMALL},
  };
  for (const auto& c : cases) {
    ResetFake();
    TheFake().region = c.region;
    TheFake().load = c.load;
    Bench b;
    const Fields f = b.Open().fields();
    CHECK_EQ(f.Number(18), uint64_t{c.status});
    CHECK_EQ(f.Text(19), "REASON: a made-up reason");
    CHECK(!f.Has(22) && !f.Has(23) && !f.Has(27));
    const Received refused = b.Ask(mcu_eval_Kind_INFER, Infer(0, 1, 1, 0));
    CHECK(IsError(refused, mcu_eval_ErrorCode_NOT_READY));
    CHECK_EQ(refused.fields().Text(2), "REASON: a made-up reason");
    CHECK_EQ(Kind(b.Ask(mcu_eval_Kind_STATS, kStats)),
             mcu_eval_Kind_STATS_REPLY);
  }
}

TEST(ModelOfFiveInputs_IsRefusedWithItsCounts) {
  ResetFake();
  TheFake().input_sizes.assign(5, 8);
  Bench b;
  const Fields f = b.Open().fields();
  CHECK_EQ(f.Number(18), uint64_t{mcu_eval_InitStatus_MODEL_INVALID});
  CHECK(f.Text(19).find("5 inputs") != std::string::npos);
  CHECK_EQ(f.All(22).size(), size_t{4});
}

TEST(InputLargerThanTheStagingBuffer_IsToldInHello) {
  ResetFake();
  TheFake().staging_bytes = kInputBytes - 1;
  Bench b;
  const Fields f = b.Open().fields();
  CHECK_EQ(f.Number(18), uint64_t{mcu_eval_InitStatus_STAGING_TOO_SMALL});
  CHECK(f.Text(19).find("64") != std::string::npos);
  CHECK(IsError(b.Ask(mcu_eval_Kind_INFER, Infer(0, 1, 1, 0)),
                mcu_eval_ErrorCode_NOT_READY));
}

TEST(InvokeThatFails_SaysWhyAndGoesOn) {
  ResetFake();
  Bench b;
  b.Open();
  TheFake().invoke_fails = true;
  const Received failed = b.Run(1, SomeInput(1), 1);
  CHECK(IsError(failed, mcu_eval_ErrorCode_INVOKE_FAILED));
  CHECK_EQ(failed.fields().Text(2), "the kernel failed");
  TheFake().invoke_fails = false;
  CHECK_EQ(b.Run(2, SomeInput(1), 1).fields().Number(7), 1u);
}

TEST(FaultOfTheBootBefore_IsInHelloAndLogged) {
  ResetFake();
  TheFake().faulted = true;
  TheFake().fault.pc = 0x1234;
  TheFake().fault.cfsr = 0x8200;
  TheFake().fault.address = 0xE0000000;
  TheFake().fault.seq = 321;
  TheFake().fault.phase = platform::Phase::kInvoke;
  Bench b;
  const auto frames = b.Send(Wire(mcu_eval_Kind_HELLO, 9, 0, Hello(1)));
  CHECK_EQ(frames.size(), size_t{2});
  const Fields f = frames[0].fields();
  CHECK_EQ(f.Number(5), uint64_t{mcu_eval_ResetCause_FAULT_RESET});
  CHECK_EQ(f.Sub(6).Number(1), uint64_t{mcu_eval_FaultKind_BUS_FAULT});
  CHECK_EQ(f.Sub(6).Number(2), 0x1234u);
  CHECK_EQ(f.Sub(6).Number(4), 0x8200u);
  CHECK_EQ(f.Sub(6).Number(5), 0xE0000000u);
  CHECK_EQ(f.Sub(6).Number(6), 321u);
  CHECK_EQ(f.Number(18), uint64_t{mcu_eval_InitStatus_READY});
  CHECK_EQ(Kind(frames[1]), mcu_eval_Kind_LOG);
  CHECK_EQ(frames[1].header.session, 9);
  CHECK(frames[1].fields().Text(2).find("00001234") != std::string::npos);
}

TEST(ModelThatCrashedInLoad_IsNotLoadedAgain) {
  ResetFake();
  TheFake().faulted = true;
  TheFake().fault.phase = platform::Phase::kLoad;
  Bench b;
  CHECK_EQ(TheFake().loads, 0u);
  CHECK_EQ(b.Open().fields().Number(18),
           uint64_t{mcu_eval_InitStatus_RUNTIME_REFUSED});
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
