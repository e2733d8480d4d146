// Streams no sane host sends, seeded; ASan and UBSan watch. Whatever comes, the
// device sends sound frames only, names each result rightly, and still serves
// the next host.
#include <map>

#include "test/firmware/app/bench.h"
#include "test/firmware/check.h"

using namespace mcu_eval;
using namespace mcu_eval_test;

namespace {

std::mt19937& Random() {
  static std::mt19937 random(20240401);
  return random;
}

uint32_t Below(uint32_t bound) { return uint32_t(Random()()) % bound; }

// Mostly small, sometimes at an edge.
uint32_t AnyNumber() {
  static const uint32_t edges[] = {
      0,   1,    63,         64,         65,         127,
      128, 4096, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF};
  return Below(3) == 0 ? edges[Below(std::size(edges))] : Below(70);
}

ByteString AnyBytes(uint32_t longest) {
  ByteString bytes(Below(longest + 1));
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(Below(256));
  return bytes;
}

// A body with the fields of no kind in particular.
Body AnyBody(int depth = 0) {
  Body body;
  for (uint32_t i = Below(8); i > 0; --i) {
    const int tag = 1 + static_cast<int>(Below(8));
    switch (Below(depth < 3 ? 4 : 3)) {
      case 0:
        body.Varint(tag, AnyNumber());
        break;
      case 1:
        body.Fixed32(tag, AnyNumber());
        break;
      case 2:
        body.Bytes(tag, AnyBytes(80));
        break;
      default:
        body.Sub(tag, AnyBody(depth + 1));
    }
  }
  return body;
}

// Inputs the hostile host knows; a result must name one of them by its CRC.
struct Known {
  std::map<uint32_t, ByteString> by_crc;

  // Mostly the input that belongs to `id`.
  ByteString Draw(uint32_t id) {
    const ByteString input = SomeInput(Below(8) ? id : Below(4));
    by_crc[Bench::Crc(input)] = input;
    return input;
  }
};

Body AnySensibleBody(uint8_t kind, Known& known) {
  const uint32_t id = Below(4);
  const ByteString input = known.Draw(id);
  switch (kind) {
    case mcu_eval_Kind_HELLO:
      return Hello(Below(2), Below(20) == 0 ? 2 : 1, 256 + Below(5000));
    case mcu_eval_Kind_INFER:
      return Infer(Below(8) ? id % 2 : Below(3), id, AnyNumber(),
                   Bench::Crc(input))
          .Varint(6, Below(8) ? kHiddenTensor : AnyNumber());
    case mcu_eval_Kind_LOAD_INPUT: {
      const uint32_t begin = Below(4) ? 0 : Below(64);
      const uint32_t end = Below(4) ? 64 : begin + Below(64 - begin + 1);
      if (Below(4) == 0) {
        const Body delta = Body()
                               .Fixed32(1, Bench::Crc(known.Draw(Below(4))))
                               .Varint(2, 64)
                               .Varint(3, 1 + Below(8))
                               .Bytes(4, AnyBytes(64));
        return Body()
            .Varint(1, Below(3))
            .Varint(2, id)
            .Varint(3, 64)
            .Sub(6, delta);
      }
      return LoadInput(
          Below(8) ? id % 2 : Below(3), id, 64, begin,
          {input.begin() + begin, input.begin() + std::max(begin, end)});
    }
    case mcu_eval_Kind_READ_OUTPUT:
      return Body()
          .Varint(1, AnyNumber())
          .Varint(2, Below(2) ? kHiddenTensor : kFirstOutput)
          .Varint(3, AnyNumber())
          .Varint(4, AnyNumber());
    default:
      return Body().Varint(1, AnyNumber()).Varint(2, AnyNumber());
  }
}

ByteString AnyFrame(Known& known) {
  static const uint8_t kinds[] = {1, 2,  2,  2,  2,  2,  3,  4, 5,
                                  6, 16, 16, 16, 16, 16, 17, 99};
  const uint8_t kind = kinds[Below(std::size(kinds))];
  const Body body = Below(12) == 0 ? AnyBody() : AnySensibleBody(kind, known);
  const uint8_t session = Below(20) == 0 ? uint8_t(Below(4)) : uint8_t{1};
  static uint16_t newest = 0;
  const uint16_t seq = static_cast<uint16_t>(Below(5)   ? ++newest
                                             : Below(2) ? newest - Below(6)
                                                        : AnyNumber());
  return Wire(kind, session, seq, body, Below(30) == 0 ? uint8_t(Below(3)) : 1);
}

void Damage(ByteString& bytes) {
  switch (Below(5)) {
    case 0:
      bytes[Below(uint32_t(bytes.size()))] ^= uint8_t(1u << Below(8));
      break;
    case 1:
      bytes.erase(bytes.begin() + Below(uint32_t(bytes.size())));
      break;
    case 2:
      bytes.resize(1 + Below(uint32_t(bytes.size())));
      break;
    case 3:
      bytes.insert(bytes.begin() + Below(uint32_t(bytes.size())),
                   uint8_t(Below(256)));
      break;
    default: {
      const ByteString copy = bytes;
      bytes.insert(bytes.end(), copy.begin(), copy.end());
    }
  }
}

void CheckResults(const std::vector<Received>& frames, Known& known) {
  for (const Received& frame : frames) {
    if (frame.header.kind != mcu_eval_Kind_INFER_REPLY) continue;
    const Fields f = frame.fields();
    const auto found = known.by_crc.find(uint32_t(f.Number(2)));
    CHECK(found != known.by_crc.end());
    if (found == known.by_crc.end()) continue;
    const Fields output(f.All(4)[0].bytes);
    CHECK(output.Bytes(4) == ModelOutput(found->second, kFirstOutput, 10));
  }
}

void CheckStillServes(Bench& b, uint32_t nonce) {
  b.Send({0});
  const Received hello = b.Open(uint8_t(2 + nonce % 200), nonce);
  CHECK_EQ(hello.header.kind, mcu_eval_Kind_HELLO_REPLY);
  const ByteString input = SomeInput(nonce);
  const Received reply = b.Run(1, input, nonce);
  CHECK(reply.fields().Sub(4).Bytes(4) == ModelOutput(input, kFirstOutput, 10));
}

}  // namespace

TEST(RandomBytes_NeverCrash) {
  ResetFake();
  Bench b;
  for (uint32_t round = 0; round < 300; ++round) {
    if (round % 2) b.Open(1, 1000 + round);
    b.Send(AnyBytes(3000));
    if (round % 10 == 0) CheckStillServes(b, 5000 + round);
  }
}

TEST(WellFramedNonsense_NeverCrashesNorMisnamesAResult) {
  for (uint32_t staging : {2 * kInputBytes, 0u}) {
    ResetFake();
    TheFake().staging_bytes = staging;
    Bench b;
    Known known;
    size_t results = 0;
    for (uint32_t round = 0; round < 6000; ++round) {
      if (round % 15 == 0) b.Open(1, 100 + round);
      const auto frames = b.Send(AnyFrame(known));
      for (const Received& f : frames) {
        results += f.header.kind == mcu_eval_Kind_INFER_REPLY;
      }
      CheckResults(frames, known);
    }
    CHECK(results > 20);
    CheckStillServes(b, 9999);
  }
}

TEST(DamagedFrames_NeverCrashNorMisnameAResult) {
  ResetFake();
  Bench b;
  Known known;
  for (uint32_t round = 0; round < 6000; ++round) {
    if (round % 15 == 0) b.Open(1, 100 + round);
    ByteString bytes = AnyFrame(known);
    if (Below(2)) Damage(bytes);
    b.port.longest_read = 1 + Below(60);
    CheckResults(b.Send(bytes), known);
  }
  CheckStillServes(b, 9999);
  const auto& c = b.link->counters();
  CHECK(c.bad_crc > 0 && c.bad_cobs > 0 && c.bad_length > 0);
  CHECK(c.bad_version > 0 && c.bad_kind > 0 && c.bad_body > 0);
}

// A stop-and-wait host on a line that loses, flips, doubles and cuts in both
// directions.
TEST(LossyLine_EverySampleIsRunOnceAndAnsweredRightly) {
  ResetFake();
  Bench b;
  b.Open(1, 1);
  uint16_t seq = 0;
  uint32_t input_id = 0;
  for (uint32_t sample = 0; sample < 400; ++sample) {
    const ByteString input = SomeInput(sample);
    ++input_id;
    const ByteString load = Wire(mcu_eval_Kind_LOAD_INPUT, 1, 0,
                                 LoadInput(0, input_id, 64, 0, input));
    bool done = false;
    for (int round = 0; round < 200 && !done; ++round) {
      ByteString lost = load;
      if (Below(3) == 0) Damage(lost);
      b.Send(lost);
      b.Send({0});
      const ByteString infer = Wire(
          mcu_eval_Kind_INFER, 1, seq = uint16_t(seq == 65535 ? 1 : seq + 1),
          Infer(0, input_id, sample, Bench::Crc(input)));
      bool answered = false;
      for (int attempt = 0; attempt < 200 && !answered; ++attempt) {
        ByteString bytes = infer;
        if (Below(3) == 0) Damage(bytes);
        b.Send({0});
        for (const Received& reply : b.Send(bytes)) {
          if (reply.header.seq != seq || Below(3) == 0) continue;  // lost
          answered = true;
          if (reply.header.kind != mcu_eval_Kind_INFER_REPLY) continue;
          CHECK_EQ(reply.fields().Number(1), uint64_t{sample});
          CHECK(reply.fields().Sub(4).Bytes(4) ==
                ModelOutput(input, kFirstOutput, 10));
          done = true;
        }
      }
      CHECK(answered);
    }
    CHECK(done);
    CHECK_EQ(TheFake().invokes, sample + 1);
  }
}

MCU_EVAL_TEST_MAIN()
