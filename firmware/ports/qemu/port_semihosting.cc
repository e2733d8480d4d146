#include "firmware/ports/platform.h"
#include "firmware/ports/qemu/semihosting.h"

namespace mcu_eval {
namespace platform {
namespace {

class SemihostingPort : public Port {
 public:
  SemihostingPort()
      : input_(SemihostingOpen(":tt", 3, kOpenRead)),
        output_(SemihostingOpen(":tt", 3, kOpenWrite)) {}

  size_t Read(uint8_t* dst, size_t capacity) override {
    const size_t n = SemihostingRead(input_, dst, capacity);
    if (n == 0) closed_ = true;
    return n;
  }

  void Write(const uint8_t* src, size_t size) override {
    while (size > 0 && !closed_) {
      const size_t left = SemihostingWrite(output_, src, size);
      if (left >= size) {
        closed_ = true;
        return;
      }
      src += size - left;
      size = left;
    }
  }

  void Idle() override {}

  bool closed() const override { return closed_; }

 private:
  int32_t input_;
  int32_t output_;
  bool closed_ = false;
};

}  // namespace

Port& BoardPort() {
  static SemihostingPort port;
  return port;
}

}  // namespace platform
}  // namespace mcu_eval
