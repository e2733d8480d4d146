// The whole test harness: a case is a function, a failed CHECK is printed and
// counted, main() returns whether any failed.
//
//   TEST(Situation_Outcome) { CHECK_EQ(Sum(1, 2), 3); }
//   MCU_EVAL_TEST_MAIN()
#ifndef MCU_EVAL_TEST_FIRMWARE_CHECK_H_
#define MCU_EVAL_TEST_FIRMWARE_CHECK_H_

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

namespace mcu_eval_test {

struct Case {
  const char* name;
  void (*run)();
};

inline std::vector<Case>& Cases() {
  static std::vector<Case> cases;
  return cases;
}

inline int& Failures() {
  static int failures = 0;
  return failures;
}

struct Register {
  Register(const char* name, void (*run)()) { Cases().push_back({name, run}); }
};

template <typename T>
auto Printable(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return static_cast<long long>(value);
  } else if constexpr (std::is_integral_v<T> && sizeof(T) == 1) {
    return static_cast<int>(value);
  } else {
    return value;
  }
}

template <typename A, typename B>
void CheckEqual(const A& got, const B& want, const char* text, const char* file,
                int line) {
  if (got == want) return;
  ++Failures();
  std::cerr << file << ":" << line << ": " << text << ": got " << Printable(got)
            << ", want " << Printable(want) << "\n";
}

inline void CheckTrue(bool value, const std::string& text, const char* file,
                      int line) {
  if (value) return;
  ++Failures();
  std::cerr << file << ":" << line << ": " << text << " is false\n";
}

// Runs all cases; `program` names them in the summary.
inline int RunAll(const char* program) {
  for (const Case& c : Cases()) {
    const int before = Failures();
    c.run();
    if (Failures() != before) std::cerr << "FAILED " << c.name << "\n";
  }
  std::printf("%s: %zu cases, %d failed checks\n", program, Cases().size(),
              Failures());
  return Failures() == 0 && !Cases().empty() ? 0 : 1;
}

}  // namespace mcu_eval_test

#define TEST(name)                                                      \
  static void name();                                                   \
  static const mcu_eval_test::Register name##_registered(#name, &name); \
  static void name()

#define CHECK_EQ(got, want) \
  mcu_eval_test::CheckEqual(got, want, #got " == " #want, __FILE__, __LINE__)
#define CHECK(value) mcu_eval_test::CheckTrue(value, #value, __FILE__, __LINE__)

#define MCU_EVAL_TEST_MAIN() \
  int main(int, char** argv) { return mcu_eval_test::RunAll(argv[0]); }

#endif  // MCU_EVAL_TEST_FIRMWARE_CHECK_H_
