// The whole firmware above the port, on a fake board, with a fake port.
#ifndef MCU_EVAL_TEST_FIRMWARE_APP_BENCH_H_
#define MCU_EVAL_TEST_FIRMWARE_APP_BENCH_H_

#include <algorithm>
#include <deque>
#include <memory>

#include "firmware/app/inference.h"
#include "firmware/app/model.h"
#include "firmware/app/session.h"
#include "firmware/link/crc.h"
#include "firmware/link/link.h"
#include "test/firmware/app/fake_board.h"
#include "test/firmware/app/wire.h"

namespace mcu_eval_test {

class FakePort final : public mcu_eval::Port {
 public:
  size_t Read(uint8_t* dst, size_t capacity) override {
    size_t size = std::min({capacity, longest_read, in.size()});
    std::copy_n(in.begin(), size, dst);
    in.erase(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(size));
    return size;
  }
  void Write(const uint8_t* src, size_t size) override {
    if (TheFake().measuring) TheFake().wrote_while_measuring = true;
    out.insert(out.end(), src, src + size);
  }
  void Idle() override {}
  bool closed() const override { return false; }

  std::deque<uint8_t> in;
  ByteString out;
  size_t longest_read = SIZE_MAX;
};

class Bench {
 public:
  Bench() { Boot(); }

  // Boots the firmware anew; bytes in flight stay.
  void Boot() {
    PrepareFake();
    model = mcu_eval::LoadModel(TheFake().board);
    inference = std::make_unique<mcu_eval::Inference>(TheFake().board, model);
    link = std::make_unique<mcu_eval::Link>(port);
    session = std::make_unique<mcu_eval::Session>(*link, TheFake().board, model,
                                                  *inference);
  }

  // Gives bytes to the device, lets it handle them all, and returns its frames.
  std::vector<Received> Send(const ByteString& bytes) {
    port.in.insert(port.in.end(), bytes.begin(), bytes.end());
    if (setjmp(TheFake().reset_to) != 0) Boot();
    while (!port.in.empty()) session->Step();
    ByteString out;
    out.swap(port.out);
    return Unwire(out);
  }

  std::vector<Received> SendFrame(uint8_t kind, uint16_t seq,
                                  const Body& body) {
    return Send(Wire(kind, id, seq, body));
  }

  // The single reply to a request with the next seq.
  Received Ask(uint8_t kind, const Body& body) {
    auto frames = SendFrame(kind, ++seq, body);
    if (frames.size() != 1) {
      std::fprintf(stderr, "%zu frames instead of one reply\n", frames.size());
      std::abort();
    }
    return frames[0];
  }

  // Opens a session and returns HelloReply.
  Received Open(uint8_t session_byte = 9, uint32_t nonce = 1) {
    id = session_byte;
    seq = 0;
    ByteString bytes = {0};  // ends a torn frame before it
    const ByteString hello = Wire(mcu_eval_Kind_HELLO, id, 0, Hello(nonce));
    bytes.insert(bytes.end(), hello.begin(), hello.end());
    for (const Received& frame : Send(bytes)) {
      if (frame.header.kind == mcu_eval_Kind_HELLO_REPLY) return frame;
    }
    std::fprintf(stderr, "no HelloReply\n");
    std::abort();
  }

  // Loads `input` into slot 0 under `input_id` and runs it.
  Received Run(uint32_t input_id, const ByteString& input, uint32_t sample) {
    SendFrame(mcu_eval_Kind_LOAD_INPUT, 0,
              LoadInput(0, input_id, uint32_t(input.size()), 0, input));
    return Ask(mcu_eval_Kind_INFER, Infer(0, input_id, sample, Crc(input)));
  }

  static uint32_t Crc(const ByteString& bytes) {
    return mcu_eval::Crc32(0, bytes.data(), bytes.size());
  }

  FakePort port;
  mcu_eval::ModelState model;
  std::unique_ptr<mcu_eval::Inference> inference;
  std::unique_ptr<mcu_eval::Link> link;
  std::unique_ptr<mcu_eval::Session> session;
  uint8_t id = 9;
  uint16_t seq = 0;
};

// Puts the fake board back to its defaults.
inline void ResetFake() { TheFake() = Fake(); }

inline ByteString SomeInput(uint32_t seed, size_t size = kInputBytes) {
  std::mt19937 random(seed);
  ByteString input(size);
  for (uint8_t& byte : input) byte = static_cast<uint8_t>(random());
  return input;
}

inline ByteString ModelOutput(const ByteString& input, uint32_t tensor,
                              uint32_t size) {
  ByteString output(size);
  for (uint32_t i = 0; i < size; ++i) output[i] = ModelByte(input, tensor, i);
  return output;
}

}  // namespace mcu_eval_test

#endif  // MCU_EVAL_TEST_FIRMWARE_APP_BENCH_H_
