// CRC-32/ISO-HDLC, the one of zlib, PNG and Ethernet: reflected polynomial
// 0xEDB88320, initial value and final xor 0xFFFFFFFF.
// Check value: "123456789" gives 0xCBF43926.
#ifndef MCU_EVAL_LINK_CRC_H_
#define MCU_EVAL_LINK_CRC_H_

#include <cstddef>
#include <cstdint>

namespace mcu_eval {

// Continues the CRC-32 `crc` of the bytes before (0 at the start) over `size`
// bytes at `data`. The result is final at any point: no closing call.
uint32_t Crc32(uint32_t crc, const uint8_t* data, size_t size);

}  // namespace mcu_eval

#endif  // MCU_EVAL_LINK_CRC_H_
