// Raw bytes to and from the host: the lowest layer of the link. The board's
// implementation lives in firmware/ports/<family>/.
#ifndef MCU_EVAL_LINK_PORT_H_
#define MCU_EVAL_LINK_PORT_H_

#include <cstddef>
#include <cstdint>

namespace mcu_eval {

// No method may be called from an interrupt handler.
class Port {
 public:
  // Moves up to `capacity` received bytes to `dst` and returns how many.
  //
  // A stream port (pipe, semihosting) blocks until there is at least one byte
  // and returns 0 only at the end of the stream. A ring port (UART) never
  // blocks and returns 0 while nothing is there. `capacity` must not be 0.
  virtual size_t Read(uint8_t* dst, size_t capacity) = 0;

  // Sends all `size` bytes; returns once `src` may be reused. Bytes for a peer
  // that went away are dropped and closed() turns true.
  virtual void Write(const uint8_t* src, size_t size) = 0;

  // Sleeps until Read() may have something, or for at most about 1 ms. Returns
  // at once on a stream port.
  virtual void Idle() = 0;

  // True once the peer closed the stream; never on a ring port. The main loop
  // returns then.
  virtual bool closed() const = 0;

 protected:
  ~Port() = default;
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_LINK_PORT_H_
