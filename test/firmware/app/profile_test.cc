#include "firmware/app/profile.h"

#include "test/firmware/app/bench.h"
#include "test/firmware/check.h"

using namespace mcu_eval;
using namespace mcu_eval_test;

namespace {

Body ProfileOf(uint32_t id, uint32_t sample, const ByteString& input,
               uint32_t first_node = 0) {
  return Body()
      .Sub(1, Infer(0, id, sample, Bench::Crc(input)))
      .Varint(2, first_node);
}

// Loads `input` into slot 0 and profiles it.
Received Profiled(Bench& b, uint32_t sample, const ByteString& input) {
  b.SendFrame(mcu_eval_Kind_LOAD_INPUT, 0,
              LoadInput(0, 1, uint32_t(input.size()), 0, input));
  return b.Ask(mcu_eval_Kind_PROFILE, ProfileOf(1, sample, input));
}

uint64_t NodeTicks(const Fields& reply, size_t node) {
  return Fields(reply.All(4).at(node).bytes).Number(2);
}

}  // namespace

TEST(Profile_CountsEachOperatorAndItself) {
  ResetFake();
  TheFake().step = 1;
  Bench b;
  b.Open();
  const Received reply = Profiled(b, 7, SomeInput(1));
  CHECK_EQ(Kind(reply), mcu_eval_Kind_PROFILE_REPLY);
  const Fields f = reply.fields();
  CHECK_EQ(f.Number(1), 7u);
  CHECK_EQ(f.Number(2), 3u);
  CHECK_EQ(f.Number(3), 0u);
  CHECK_EQ(f.All(4).size(), size_t{3});
  const uint64_t total = f.Number(5), hook = f.Number(7), empty = f.Number(8);
  CHECK_EQ(f.Number(6), 1u);
  CHECK_EQ(hook, 5u + 5 + 4 + 6 + 5 + 9);
  CHECK_EQ(empty, 2u + 4 + 6 + 3);
  uint64_t layers = 0;
  for (size_t i = 0; i < 3; ++i) {
    CHECK_EQ(Fields(f.All(4)[i].bytes).Number(1), uint64_t{i});
    CHECK_EQ(Fields(f.All(4)[i].bytes).Number(3), 1u);
    CHECK_EQ(NodeTicks(f, i) - empty, 1001 + 10 * i);
    layers += NodeTicks(f, i) - empty;
  }
  // The runtime's own, and the half of reading the clock at both ends.
  CHECK_EQ(total - 3 * hook, layers + 3 * 17 + 5);
  CHECK(!TheFake().wrote_while_measuring);
  CHECK_EQ(TheFake().request_in_invoke, b.seq);
}

TEST(ACoarseClock_IsExactInTheMeanOfAStepOfRuns) {
  ResetFake();
  Bench b;
  b.Open();
  const ByteString input = SomeInput(1);
  uint64_t total = 0, nodes[3] = {}, hook = 0, empty = 0;
  for (uint32_t run = 0; run < 40; ++run) {
    const Fields f = Profiled(b, run, input).fields();
    CHECK_EQ(f.Number(6), 40u);
    CHECK_EQ(f.Number(5) % 40, 0u);
    total += f.Number(5);
    hook = f.Number(7);
    empty = f.Number(8);
    for (size_t i = 0; i < 3; ++i) nodes[i] += NodeTicks(f, i);
  }
  CHECK_EQ(hook, 34u);
  CHECK_EQ(empty, 15u);
  for (size_t i = 0; i < 3; ++i) {
    CHECK_EQ(nodes[i], 40 * (1001 + 10 * i + empty));
  }
  CHECK_EQ(total, 40u * (3 * 1001 + 30 + 3 * 17 + 5 + 3 * hook));
}

TEST(BoardWithoutAClock_ProfilesWithoutTicks) {
  ResetFake();
  TheFake().clock = platform::ClockSource::kNone;
  TheFake().step = 0;
  Bench b;
  b.Open();
  const Fields f = Profiled(b, 1, SomeInput(1)).fields();
  CHECK_EQ(f.Number(2), 3u);
  CHECK_EQ(f.All(4).size(), size_t{3});
  for (const Field& node : f.All(4)) CHECK(!Fields(node.bytes).Has(2));
  for (int tag = 5; tag <= 8; ++tag) CHECK(!f.Has(tag));
}

TEST(AProfile_EndsTheOutputBeforeAndIsCounted) {
  ResetFake();
  Bench b;
  b.Open();
  const ByteString input = SomeInput(2);
  CHECK_EQ(b.Run(1, input, 5).fields().Number(7), 1u);
  b.Ask(mcu_eval_Kind_PROFILE, ProfileOf(1, 6, input));
  for (uint32_t sample : {5u, 6u}) {
    const Body read =
        Body().Varint(1, sample).Varint(2, kFirstOutput).Varint(4, 1);
    CHECK(IsError(b.Ask(mcu_eval_Kind_READ_OUTPUT, read),
                  mcu_eval_ErrorCode_NO_OUTPUT));
  }
  const Fields again =
      b.Ask(mcu_eval_Kind_INFER, Infer(0, 1, 7, Bench::Crc(input))).fields();
  CHECK_EQ(again.Number(7), 3u);
}

TEST(Pages_ReadTheLastProfileWithoutRunning) {
  ResetFake();
  TheFake().operators = 30;
  Bench b;
  b.id = 9;
  b.Send(Wire(mcu_eval_Kind_HELLO, 9, 0, Hello(1, 1, 256)));
  const ByteString input = SomeInput(3);
  Fields f = Profiled(b, 4, input).fields();
  size_t seen = 0;
  while (seen < 30) {
    CHECK_EQ(f.Number(2), 30u);
    CHECK_EQ(f.Number(3), uint64_t{seen});
    const auto nodes = f.All(4);
    CHECK(!nodes.empty() && nodes.size() < 30);
    if (nodes.empty()) return;
    for (const Field& node : nodes) {
      CHECK_EQ(Fields(node.bytes).Number(1), uint64_t{seen++});
    }
    if (seen == 30) break;
    const Received page =
        b.Ask(mcu_eval_Kind_PROFILE, ProfileOf(0, 4, {}, uint32_t(seen)));
    CHECK(page.encoded <= 257);
    f = page.fields();
  }
  CHECK_EQ(TheFake().invokes, 1u);
  CHECK(IsError(b.Ask(mcu_eval_Kind_PROFILE, ProfileOf(0, 4, {}, 30)),
                mcu_eval_ErrorCode_BAD_REQUEST));
  CHECK(IsError(b.Ask(mcu_eval_Kind_PROFILE, ProfileOf(0, 5, {}, 1)),
                mcu_eval_ErrorCode_NO_OUTPUT));
}

TEST(AProfile_IsNeverOverlapped) {
  ResetFake();
  TheFake().takes_bytes_in_invoke = true;
  Bench b;
  b.Open();
  const ByteString input = SomeInput(1);
  b.SendFrame(mcu_eval_Kind_LOAD_INPUT, 0,
              LoadInput(0, 1, kInputBytes, 0, input));
  const Body infer =
      Infer(0, 1, 1, Bench::Crc(input), mcu_eval_InferMode_OVERLAPPED);
  CHECK(IsError(b.Ask(mcu_eval_Kind_PROFILE, Body().Sub(1, infer)),
                mcu_eval_ErrorCode_UNSUPPORTED));
  CHECK_EQ(TheFake().invokes, 0u);
}

TEST(WhatInferRefuses_ProfileRefuses) {
  ResetFake();
  Bench b;
  b.Open();
  const ByteString input = SomeInput(4);
  CHECK(IsError(b.Ask(mcu_eval_Kind_PROFILE, Body()),
                mcu_eval_ErrorCode_BAD_REQUEST));
  CHECK(IsError(b.Ask(mcu_eval_Kind_PROFILE, ProfileOf(0, 0, {}, 1)),
                mcu_eval_ErrorCode_NO_OUTPUT));
  const Body overlapped = Body().Sub(
      1, Infer(0, 1, 1, Bench::Crc(input), mcu_eval_InferMode_OVERLAPPED));
  CHECK(IsError(b.Ask(mcu_eval_Kind_PROFILE, overlapped),
                mcu_eval_ErrorCode_UNSUPPORTED));
  const Received missing = b.Ask(mcu_eval_Kind_PROFILE, ProfileOf(1, 3, input));
  CHECK_EQ(Kind(missing), mcu_eval_Kind_INPUT_INCOMPLETE);
  CHECK_EQ(missing.fields().Number(1), 3u);
  CHECK_EQ(TheFake().invokes, 0u);

  TheFake().invoke_fails = true;
  CHECK(IsError(Profiled(b, 1, input), mcu_eval_ErrorCode_INVOKE_FAILED));
  CHECK(IsError(b.Ask(mcu_eval_Kind_PROFILE, ProfileOf(0, 1, {}, 1)),
                mcu_eval_ErrorCode_NO_OUTPUT));
}

TEST(MoreOperatorsThanItHolds_AreRefused) {
  ResetFake();
  TheFake().operators = Profiler::kMaxNodes + 1;
  Bench b;
  b.Open();
  CHECK(IsError(Profiled(b, 1, SomeInput(1)), mcu_eval_ErrorCode_UNSUPPORTED));
  CHECK_EQ(TheFake().invokes, 0u);
}

TEST(ANewSession_BeginsTheDelaysAnew) {
  ResetFake();
  Bench b;
  const ByteString input = SomeInput(1);
  std::vector<ByteString> first;
  for (uint8_t session : {11, 12}) {
    b.Open(session, session);
    for (size_t run = 0; run < 3; ++run) {
      const ByteString body = Profiled(b, uint32_t(run), input).body;
      if (session == 11) {
        first.push_back(body);
      } else {
        CHECK(body == first[run]);
      }
    }
    CHECK(IsError(b.Ask(mcu_eval_Kind_PROFILE, ProfileOf(0, 9, {}, 1)),
                  mcu_eval_ErrorCode_NO_OUTPUT));
  }
}

MCU_EVAL_TEST_MAIN()
