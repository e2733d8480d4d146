// Builds a short text in a fixed buffer; what does not fit is cut, and what is
// not printable ASCII (names come from models) becomes '?'. Stands in for
// printf, which would bring a heap along.
#ifndef MCU_EVAL_INFER_TEXT_H_
#define MCU_EVAL_INFER_TEXT_H_

#include <cstddef>
#include <cstdint>

namespace mcu_eval {

class Text {
 public:
  // Writes to `buffer`, always NUL-terminated; `capacity` must not be 0.
  Text(char* buffer, size_t capacity) : buffer_(buffer), capacity_(capacity) {
    buffer_[0] = 0;
  }

  Text& Add(const char* text) {
    while (*text != 0) Put(*text++);
    return *this;
  }
  Text& Add(char c) {
    Put(c);
    return *this;
  }
  // Any integer but char.
  template <typename Integer>
  Text& Add(Integer value) {
    const bool negative = value < 0;
    if (negative) Put('-');
    const uint64_t bits = static_cast<uint64_t>(static_cast<int64_t>(value));
    return Digits(negative ? 0 - bits : bits, 10);
  }
  Text& Hex(uint64_t value) { return Digits(value, 16); }

 private:
  void Put(char c) {
    if (length_ + 1 >= capacity_) return;
    buffer_[length_++] = c >= ' ' && c <= '~' ? c : '?';
    buffer_[length_] = 0;
  }
  Text& Digits(uint64_t value, unsigned base) {
    char digits[20];
    int n = 0;
    do {
      digits[n++] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    while (n > 0) Put(digits[--n]);
    return *this;
  }

  char* buffer_;
  size_t capacity_;
  size_t length_ = 0;
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_INFER_TEXT_H_
