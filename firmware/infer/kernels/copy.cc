#include "firmware/infer/kernels/copy.h"

#include <cstring>

namespace mcu_eval::kernels {

#if defined(__ARM_ARCH)

void CopyBytes(void* to, const void* from, size_t bytes) {
  auto* out = static_cast<uint8_t*>(to);
  const auto* in = static_cast<const uint8_t*>(from);
  for (; bytes >= 16; bytes -= 16, in += 16, out += 16) {
    uint32_t words[4];
    __builtin_memcpy(words, in, 16);
    __builtin_memcpy(out, words, 16);
  }
  for (; bytes > 0; --bytes) *out++ = *in++;
}

void FillElements(void* to, int32_t value, size_t count, size_t element_bytes) {
  const uint32_t half = element_bytes == 1
                            ? static_cast<uint32_t>(value & 0xff) * 0x0101u
                            : static_cast<uint32_t>(value) & 0xffffu;
  const uint32_t word = half * 0x00010001u;
  size_t bytes = count * element_bytes;
  auto* out = static_cast<uint8_t*>(to);
  for (; bytes >= 4; bytes -= 4, out += 4) __builtin_memcpy(out, &word, 4);
  __builtin_memcpy(out, &word, bytes & 2);
  if (bytes & 1) out[bytes & 2] = static_cast<uint8_t>(word);
}

#else

void CopyBytes(void* to, const void* from, size_t bytes) {
  std::memcpy(to, from, bytes);
}

void FillElements(void* to, int32_t value, size_t count, size_t element_bytes) {
  if (element_bytes == 1) {
    std::memset(to, value, count);
    return;
  }
  auto* out = static_cast<int16_t*>(to);
  for (size_t i = 0; i < count; ++i) out[i] = static_cast<int16_t>(value);
}

#endif

}  // namespace mcu_eval::kernels
