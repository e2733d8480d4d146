#include "firmware/link/crc.h"

namespace mcu_eval {
namespace {

struct Table {
  uint32_t of_byte[256];
};

constexpr Table MakeTable() {
  Table table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) ? 0xEDB88320u : 0u);
    }
    table.of_byte[byte] = crc;
  }
  return table;
}

constexpr Table kTable = MakeTable();

}  // namespace

uint32_t Crc32(uint32_t crc, const uint8_t* data, size_t size) {
  crc = ~crc;
  for (size_t i = 0; i < size; ++i) {
    crc = (crc >> 8) ^ kTable.of_byte[(crc ^ data[i]) & 0xFF];
  }
  return ~crc;
}

}  // namespace mcu_eval
