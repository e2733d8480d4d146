#include "firmware/app/detail.h"

namespace mcu_eval {

void Detail::Put(char c) {
  if (size_ < kTextBytes) text_[size_++] = c;
}

Detail& Detail::Add(const char* part) {
  for (; *part != '\0'; ++part) Put(*part);
  return *this;
}

Detail& Detail::Add(uint32_t decimal) {
  char digits[10];
  size_t count = 0;
  do {
    digits[count++] = static_cast<char>('0' + decimal % 10);
    decimal /= 10;
  } while (decimal != 0);
  while (count > 0) Put(digits[--count]);
  return *this;
}

Detail& Detail::AddHex(uint32_t value) {
  for (int shift = 28; shift >= 0; shift -= 4) {
    Put("0123456789abcdef"[value >> shift & 0xF]);
  }
  return *this;
}

}  // namespace mcu_eval
