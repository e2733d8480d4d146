#include "test/firmware/app/bench.h"
#include "test/firmware/check.h"

using namespace mcu_eval;
using namespace mcu_eval_test;

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
}

// A board whose port takes bytes during Invoke serves what came meanwhile, in
// order.
TEST(OverlappedRequests_AreServedInOrderWithoutTicks) {
  ResetFake();
  TheFake().takes_bytes_in_invoke = true;
  Bench b;
  const ByteString capabilities = b.Open().fields().Bytes(17);
  CHECK_EQ(std::count(capabilities.begin(), capabilities.end(),
                      mcu_eval_Capability_CAP_OVERLAPPED),
           1);
  const ByteString inputs[] = {SomeInput(1), SomeInput(2)};
  ByteString batch;
  for (uint32_t i = 0; i < 2; ++i) {
    const Body load = LoadInput(i, i + 1, kInputBytes, 0, inputs[i]);
    const Body infer = Infer(i, i + 1, 40 + i, Bench::Crc(inputs[i]),
                             mcu_eval_InferMode_OVERLAPPED);
    for (const ByteString& frame :
         {Wire(mcu_eval_Kind_LOAD_INPUT, b.id, 0, load),
          Wire(mcu_eval_Kind_INFER, b.id, uint16_t(i + 1), infer)}) {
      batch.insert(batch.end(), frame.begin(), frame.end());
    }
  }
  const std::vector<Received> replies = b.Send(batch);
  CHECK_EQ(replies.size(), 2u);
  for (uint32_t i = 0; i < 2; ++i) {
    const Received& reply = replies[i];
    CHECK_EQ(Kind(reply), mcu_eval_Kind_INFER_REPLY);
    CHECK_EQ(reply.header.seq, i + 1);
    CHECK_EQ(reply.fields().Number(1), 40u + i);
    CHECK_EQ(reply.fields().Number(3), uint64_t{mcu_eval_InferMode_OVERLAPPED});
    CHECK(reply.fields().Sub(4).Bytes(4) ==
          ModelOutput(inputs[i], kFirstOutput, 10));
    CHECK(!reply.fields().Has(5));
    CHECK(!reply.fields().Has(6));
  }
  // What was sent again is not run again.
  CHECK_EQ(b.Send(batch).size(), 2u);
  CHECK_EQ(TheFake().invokes, 2u);
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

MCU_EVAL_TEST_MAIN()
