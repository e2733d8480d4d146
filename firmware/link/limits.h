// Sizes of the link on this board. A board with less memory, or a UART, sets
// the macros in its build; the defaults suit ports without a ring (pipes,
// semihosting), where a 3 KB input travels in one frame.
#ifndef MCU_EVAL_LINK_LIMITS_H_
#define MCU_EVAL_LINK_LIMITS_H_

#include <cstddef>

#ifndef MCU_EVAL_MAX_FRAME
#define MCU_EVAL_MAX_FRAME 4096
#endif
#ifndef MCU_EVAL_RX_WINDOW
#define MCU_EVAL_RX_WINDOW (8 * MCU_EVAL_MAX_FRAME)
#endif

namespace mcu_eval {

// Largest frame taken or sent: encoded bytes without the delimiter.
constexpr size_t kMaxFrame = MCU_EVAL_MAX_FRAME;

// Bytes the host may send unacknowledged; at most what the port can hold.
constexpr size_t kRxWindow = MCU_EVAL_RX_WINDOW;

// Bytes asked of the port at once.
constexpr size_t kReadChunk = kMaxFrame < 1024 ? kMaxFrame : 1024;

// wire.md, sections 1 and 5.
static_assert(kMaxFrame >= 256, "wire.md: a device takes 256 bytes at least");
static_assert(kRxWindow >= kMaxFrame + 1 + 32,
              "wire.md: a whole frame and a Sync must fit the window");

}  // namespace mcu_eval

#endif  // MCU_EVAL_LINK_LIMITS_H_
