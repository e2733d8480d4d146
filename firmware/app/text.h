// Short texts for details and logs, without printf (which may use the heap).
#ifndef MCU_EVAL_APP_TEXT_H_
#define MCU_EVAL_APP_TEXT_H_

#include <cstddef>
#include <cstdint>

namespace mcu_eval {

// Longest detail or log text, wire.md section 9.
constexpr size_t kTextBytes = 200;

// A text built from parts; what exceeds kTextBytes is cut.
class Text {
 public:
  Text& Add(const char* part);
  Text& Add(uint32_t decimal);
  Text& AddHex(uint32_t value);  // 8 digits

  const char* c_str() const { return text_; }

 private:
  void Put(char c);

  char text_[kTextBytes + 1] = {};
  size_t size_ = 0;
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_APP_TEXT_H_
