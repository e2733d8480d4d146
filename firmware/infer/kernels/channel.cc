#include "firmware/infer/kernels/channel.h"

namespace mcu_eval::kernels {

Channel8 MakeChannel8(uint32_t bias, int32_t multiplier, int shift) {
  Channel8 channel = {};
  channel.bias = static_cast<int32_t>(bias);
  if (multiplier == 0) {
    channel.fraction = uint32_t{1} << 31;
    channel.right = 40;  // nothing is left of 32 bits
  } else {
    channel.fraction = static_cast<uint32_t>(multiplier) << 1;
    channel.left = static_cast<uint8_t>(shift > 0 ? shift : 0);
    channel.right = static_cast<uint8_t>(shift > 0 ? 0 : -shift);
  }
  channel.is_short = channel.right > 1;
  const int before_last = channel.right - (channel.right > 0 ? 1 : 0);
  channel.before_last =
      static_cast<uint8_t>(before_last > 31 ? 31 : before_last);
  return channel;
}

Channel16 MakeChannel16(int64_t bias, int32_t multiplier, int shift,
                        int64_t reach) {
  const int32_t reduced =
      multiplier < 0x7FFF0000 ? (multiplier + (1 << 15)) >> 16 : 0x7FFF;
  const int right = 15 - shift;
  const int zeros = right > 32 ? 0 : (right < 16 ? 16 : 32 - right);
  Channel16 channel = {};
  channel.base =
      (bias * reduced + (int64_t{1} << (right - 1))) * (int64_t{1} << zeros);
  channel.fraction = reduced << zeros;
  channel.zeros = static_cast<uint8_t>(zeros);
  channel.right = static_cast<int8_t>(right - 32 + zeros);
  channel.is_short = channel.right >= 0 && reach <= INT32_MAX;
  return channel;
}

}  // namespace mcu_eval::kernels
