#include <errno.h>
#include <unistd.h>

#include "firmware/ports/platform.h"

namespace mcu_eval {
namespace platform {
namespace {

class StdioPort : public Port {
 public:
  size_t Read(uint8_t* dst, size_t capacity) override {
    ssize_t n;
    do {
      n = read(STDIN_FILENO, dst, capacity);
    } while (n < 0 && errno == EINTR);
    if (n <= 0) closed_ = true;
    return n > 0 ? static_cast<size_t>(n) : 0;
  }

  void Write(const uint8_t* src, size_t size) override {
    while (size > 0 && !closed_) {
      const ssize_t n = write(STDOUT_FILENO, src, size);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        closed_ = true;
        return;
      }
      src += n;
      size -= static_cast<size_t>(n);
    }
  }

  void Idle() override {}

  bool closed() const override { return closed_; }

 private:
  bool closed_ = false;
};

}  // namespace

Port& BoardPort() {
  static StdioPort port;
  return port;
}

}  // namespace platform
}  // namespace mcu_eval
