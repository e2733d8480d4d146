#include "test/firmware/app/bench.h"
#include "test/firmware/check.h"

using namespace mcu_eval;
using namespace mcu_eval_test;

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

MCU_EVAL_TEST_MAIN()
