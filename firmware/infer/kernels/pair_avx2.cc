// ADD and MUL for AVX2, eight elements at a time. What is left of a row, and
// inputs that are not walked one by one, go the portable way.
#if defined(__x86_64__)

#include <immintrin.h>

#include "firmware/infer/kernels/lanes_avx2.h"
#include "firmware/infer/kernels/pairing.h"
#include "firmware/infer/kernels/requantize_avx2.h"
#include "firmware/infer/kernels/x86.h"

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {
namespace {

// RescaleBy() of one scale for all lanes.
struct Scale {
  __m256i multiplier;
  __m128i left, right, before_last;
  bool has_right;
};

Scale ScaleOf(int32_t multiplier, int32_t left, int32_t right) {
  return {_mm256_set1_epi32(multiplier), _mm_cvtsi32_si128(left),
          _mm_cvtsi32_si128(right), _mm_cvtsi32_si128(right - 1), right > 0};
}

__m256i RescaleBy(__m256i value, const Scale& scale) {
  const __m256i high =
      HighProduct(_mm256_sll_epi32(value, scale.left), scale.multiplier);
  if (!scale.has_right) return high;
  // All but the last bit, then the last with its rounding: no 33rd bit.
  const __m256i shifted = _mm256_sra_epi32(
      _mm256_add_epi32(high, _mm256_srai_epi32(high, 31)), scale.before_last);
  return _mm256_srai_epi32(_mm256_add_epi32(shifted, _mm256_set1_epi32(1)), 1);
}

class Adder {
 public:
  explicit Adder(const Add& plan)
      : plan_(plan), ending_(EndingOf(plan.output)) {
    for (int i = 0; i < 2; ++i) {
      zero_points_[i] = _mm256_set1_epi32(plan.inputs[i].zero_point);
      scales_[i] =
          ScaleOf(plan.inputs[i].multiplier, plan.left, plan.inputs[i].right);
    }
    end_ = ScaleOf(plan.multiplier, 0, plan.right);
  }
  __m256i operator()(__m256i x, __m256i y) const {
    return Clamp(RescaleBy(_mm256_add_epi32(Term(0, x), Term(1, y)), end_),
                 ending_);
  }
  int32_t operator()(int32_t x, int32_t y) const {
    return AddEnd(plan_, AddTerm(plan_, 0, x) + AddTerm(plan_, 1, y));
  }

 private:
  __m256i Term(int which, __m256i value) const {
    return RescaleBy(_mm256_sub_epi32(value, zero_points_[which]),
                     scales_[which]);
  }

  const Add& plan_;
  Ending ending_;
  __m256i zero_points_[2];
  Scale scales_[2], end_;
};

class Multiplier {
 public:
  explicit Multiplier(const Mul& plan)
      : plan_(plan),
        ending_(EndingOf(plan.output)),
        scale_(ScaleOf(plan.multiplier, plan.left, plan.right)) {}
  __m256i operator()(__m256i x, __m256i y) const {
    const __m256i product = _mm256_mullo_epi32(
        _mm256_sub_epi32(x, _mm256_set1_epi32(plan_.zero_points[0])),
        _mm256_sub_epi32(y, _mm256_set1_epi32(plan_.zero_points[1])));
    return Clamp(RescaleBy(product, scale_), ending_);
  }
  int32_t operator()(int32_t x, int32_t y) const { return MulEnd(plan_, x, y); }

 private:
  const Mul& plan_;
  Ending ending_;
  Scale scale_;
};

template <typename Element>
__m256i LoadStep(const Element* from, int32_t step) {
  return step == 0 ? _mm256_set1_epi32(*from) : LoadLanes(from);
}

template <typename Element, typename Function>
void Run(const Pairing& pairing, const Element* a, const Element* b,
         Element* output, const Function& function) {
  ForRows(pairing, a, b, output,
          [&](const Element* x, const Element* y, Element* out, int32_t count,
              int32_t step_x, int32_t step_y) {
            const bool by_one =
                (step_x == 0 || step_x == 1) && (step_y == 0 || step_y == 1);
            int32_t i = 0;
            for (; by_one && i + 8 <= count; i += 8) {
              StoreLanes(out + i, function(LoadStep(x + i * step_x, step_x),
                                           LoadStep(y + i * step_y, step_y)));
            }
            for (; i < count; ++i) {
              out[i] = static_cast<Element>(
                  function(int32_t{x[i * step_x]}, int32_t{y[i * step_y]}));
            }
          });
}

}  // namespace

void RunAdd8(const Add& plan, const int8_t* a, const int8_t* b, int8_t* output,
             uint8_t*) {
  Run(plan.pairing, a, b, output, Adder(plan));
}

void RunAdd16(const Add& plan, const int16_t* a, const int16_t* b,
              int16_t* output, uint8_t*) {
  Run(plan.pairing, a, b, output, Adder(plan));
}

void RunMul8(const Mul& plan, const int8_t* a, const int8_t* b, int8_t* output,
             uint8_t*) {
  Run(plan.pairing, a, b, output, Multiplier(plan));
}

void RunMul16(const Mul& plan, const int16_t* a, const int16_t* b,
              int16_t* output, uint8_t*) {
  Run(plan.pairing, a, b, output, Multiplier(plan));
}

}  // namespace mcu_eval::kernels::avx2

#pragma GCC pop_options

#endif  // __x86_64__
