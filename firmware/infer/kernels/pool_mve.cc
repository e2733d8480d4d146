// AVERAGE_POOL_2D and MAX_POOL_2D in int8 with MVE: eight channels in 16-bit
// lanes, or sixteen bytes. The last channels may overlap those before; images
// of fewer, and windows whose sums need more bits, are left to the DSP form.
#if defined(__ARM_FEATURE_MVE)

#include <arm_mve.h>

#include "firmware/infer/kernels/dsp.h"
#include "firmware/infer/kernels/mve.h"
#include "firmware/infer/kernels/pool.h"

namespace mcu_eval::kernels::mve {
namespace {

// Sums of as many int8 fit into 16 bits.
constexpr int32_t kMostSummed = 256;

struct Average {
  static constexpr int32_t kLanes = 8;
  int16x8_t sums = vdupq_n_s16(0);

  void Add(const int8_t* pixel) { sums = vaddq_s16(sums, vldrbq_s16(pixel)); }
  void Finish(int32_t count, const Output& limits, int8_t* output) const {
    int16_t each[kLanes];
    vstrhq_s16(each, sums);
    for (int32_t i = 0; i < kLanes; ++i) {
      output[i] = Limited<int8_t>(Mean(each[i], count), limits);
    }
  }
};

struct Max {
  static constexpr int32_t kLanes = 16;
  int8x16_t max = vdupq_n_s8(-128);

  void Add(const int8_t* pixel) { max = vmaxq_s8(max, vldrbq_s8(pixel)); }
  void Finish(int32_t, const Output& limits, int8_t* output) const {
    const int8x16_t least = vdupq_n_s8(static_cast<int8_t>(limits.min));
    const int8x16_t most = vdupq_n_s8(static_cast<int8_t>(limits.max));
    vstrbq_s8(output, vminq_s8(vmaxq_s8(max, least), most));
  }
};

template <typename Fold>
void Run(const Pool& plan, const int8_t* input, int8_t* output) {
  const Window& w = plan.window;
  ForPanes(w, input, output,
           [&](const Pane& pane, const int8_t* first, int8_t* pixel) {
             for (int32_t done = 0; done < w.in_c; done += Fold::kLanes) {
               const int32_t c = std::min(done, w.in_c - Fold::kLanes);
               Fold fold;
               const int8_t* row = first + c;
               for (int32_t y = 0; y < pane.rows; ++y) {
                 const int8_t* at = row;
                 for (int32_t x = 0; x < pane.columns; ++x, at += w.in_c) {
                   fold.Add(at);
                 }
                 row += w.in_w * w.in_c;
               }
               fold.Finish(pane.count(), plan.output, pixel + c);
             }
           });
}

}  // namespace

void RunAverage8(const Pool& plan, const int8_t* input, int8_t* output,
                 uint8_t* scratch) {
  const Window& w = plan.window;
  const int32_t most =
      std::min(w.kernel_h, w.in_h) * std::min(w.kernel_w, w.in_w);
  if (w.in_c < Average::kLanes || most > kMostSummed) {
    dsp::RunAverage8(plan, input, output, scratch);
  } else {
    Run<Average>(plan, input, output);
  }
}

void RunMax8(const Pool& plan, const int8_t* input, int8_t* output,
             uint8_t* scratch) {
  if (plan.window.in_c < Max::kLanes) {
    dsp::RunMax8(plan, input, output, scratch);
  } else {
    Run<Max>(plan, input, output);
  }
}

}  // namespace mcu_eval::kernels::mve

#endif  // __ARM_FEATURE_MVE
