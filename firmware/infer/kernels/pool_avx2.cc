// AVERAGE_POOL_2D and MAX_POOL_2D for AVX2, eight channels at a time.
#if defined(__x86_64__)

#include <immintrin.h>

#include "firmware/infer/kernels/lanes_avx2.h"
#include "firmware/infer/kernels/pool.h"
#include "firmware/infer/kernels/x86.h"

#pragma GCC push_options
#pragma GCC target("avx2")

namespace mcu_eval::kernels::avx2 {
namespace {

// Sum over count as Mean() has it. Doubles hold sums of 32 bits exactly, and
// their quotient rounds to a whole number only where it is one.
__m128i Mean4(__m128i sum, int32_t count) {
  const __m128i half = _mm_set1_epi32(count / 2);
  const __m128i sign = _mm_cmpgt_epi32(_mm_setzero_si128(), sum);
  const __m128i rounded =
      _mm_add_epi32(sum, _mm_sub_epi32(_mm_xor_si128(half, sign), sign));
  return _mm256_cvttpd_epi32(_mm256_div_pd(
      _mm256_cvtepi32_pd(rounded), _mm256_set1_pd(static_cast<double>(count))));
}

struct Average {
  static constexpr int32_t kStart = 0;
  static __m256i Fold(__m256i a, __m256i b) { return _mm256_add_epi32(a, b); }
  static int32_t Fold(int32_t a, int32_t b) { return a + b; }
  static __m256i Finish(__m256i sum, int32_t count) {
    return _mm256_set_m128i(Mean4(_mm256_extracti128_si256(sum, 1), count),
                            Mean4(_mm256_castsi256_si128(sum), count));
  }
  static int32_t Finish(int32_t sum, int32_t count) { return Mean(sum, count); }
};

struct Maximum {
  static constexpr int32_t kStart = INT16_MIN;
  static __m256i Fold(__m256i a, __m256i b) { return _mm256_max_epi32(a, b); }
  static int32_t Fold(int32_t a, int32_t b) { return std::max(a, b); }
  template <typename T>
  static T Finish(T max, int32_t) {
    return max;
  }
};

template <typename Rule, typename Element>
void Run(const Pool& plan, const Element* input, Element* output) {
  const Window& w = plan.window;
  const int32_t row_step = w.in_w * w.in_c;
  const __m256i min = _mm256_set1_epi32(plan.output.min);
  const __m256i max = _mm256_set1_epi32(plan.output.max);
  ForPanes(w, input, output,
           [&](const Pane& pane, const Element* first, Element* pixel) {
             int32_t c = 0;
             for (; c + 8 <= w.in_c; c += 8) {
               __m256i folded = _mm256_set1_epi32(Rule::kStart);
               for (int32_t y = 0; y < pane.rows; ++y) {
                 const Element* from = first + y * row_step + c;
                 for (int32_t x = 0; x < pane.columns; ++x, from += w.in_c) {
                   folded = Rule::Fold(folded, LoadLanes(from));
                 }
               }
               folded = Rule::Finish(folded, pane.count());
               StoreLanes(pixel + c,
                          _mm256_min_epi32(_mm256_max_epi32(folded, min), max));
             }
             for (; c < w.in_c; ++c) {
               int32_t folded = Rule::kStart;
               for (int32_t y = 0; y < pane.rows; ++y) {
                 const Element* from = first + y * row_step + c;
                 for (int32_t x = 0; x < pane.columns; ++x, from += w.in_c) {
                   folded = Rule::Fold(folded, int32_t{*from});
                 }
               }
               pixel[c] = Limited<Element>(Rule::Finish(folded, pane.count()),
                                           plan.output);
             }
           });
}

}  // namespace

void RunAverage8(const Pool& plan, const int8_t* input, int8_t* output,
                 uint8_t*) {
  Run<Average>(plan, input, output);
}

void RunAverage16(const Pool& plan, const int16_t* input, int16_t* output,
                  uint8_t*) {
  Run<Average>(plan, input, output);
}

void RunMax8(const Pool& plan, const int8_t* input, int8_t* output, uint8_t*) {
  Run<Maximum>(plan, input, output);
}

void RunMax16(const Pool& plan, const int16_t* input, int16_t* output,
              uint8_t*) {
  Run<Maximum>(plan, input, output);
}

}  // namespace mcu_eval::kernels::avx2

#pragma GCC pop_options

#endif  // __x86_64__
