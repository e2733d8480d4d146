// Texts of Error.detail, status_detail and Log, built without printf, which may
// use the heap.
#ifndef MCU_EVAL_APP_DETAIL_H_
#define MCU_EVAL_APP_DETAIL_H_

#include <cstddef>
#include <cstdint>

namespace mcu_eval {

// Longest detail or log text, wire.md section 9.
constexpr size_t kTextBytes = 200;

// Built from parts; what exceeds kTextBytes is cut.
class Detail {
 public:
  Detail& Add(const char* part);
  Detail& Add(uint32_t decimal);
  Detail& AddHex(uint32_t value);  // 8 digits

  const char* c_str() const { return text_; }

 private:
  void Put(char c);

  char text_[kTextBytes + 1] = {};
  size_t size_ = 0;
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_APP_DETAIL_H_
