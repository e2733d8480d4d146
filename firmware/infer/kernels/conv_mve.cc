// CONV_2D and FULLY_CONNECTED with MVE: columns by threes, each three with
// channels by twos; what is left, and fully connected operators, one column
// with channels by fours. The sums of a few channels wait on the stack, and are
// ended with channels in the lanes, whatever order they were made in.
#if defined(__ARM_FEATURE_MVE)

#include <algorithm>

#include "firmware/infer/kernels/columns_mve.h"
#include "firmware/infer/kernels/dot_mve.h"
#include "firmware/infer/kernels/ends_mve.h"
#include "firmware/infer/kernels/mve.h"

namespace mcu_eval::kernels::mve {
namespace {

// Channels whose sums wait: a multiple of 4.
constexpr int32_t kWaiting = 32;
using Sums = int32_t[Columns::kMost][kWaiting];

// Channels `first` to `first + count` of an operator.
struct Part {
  const Conv8& plan;
  int32_t first, count;

  const Channel8* channels() const { return plan.channels + first; }
  // The weights of the part's channel `c`, or of its last where there is none:
  // its sums are not looked at.
  int32_t Channel(int32_t c) const { return std::min(c, count - 1); }
  const int8_t* Weights(int32_t c, int32_t depth) const {
    return plan.weights + (first + Channel(c)) * depth;
  }
};

void SumThree(const Part& part, const int8_t* const (&columns)[3], Sums& out) {
  const int32_t depth = part.plan.depth();
  for (int32_t c = 0; c < part.count; c += 2) {
    const int32_t bias0 = part.channels()[c].bias;
    const int32_t bias1 = part.channels()[part.Channel(c + 1)].bias;
    int32_t sums[2][3] = {{bias0, bias0, bias0}, {bias1, bias1, bias1}};
    Dot2x3(part.Weights(c, depth), part.Weights(c + 1, depth), columns, depth,
           sums);
    for (int32_t column = 0; column < 3; ++column) {
      out[column][c] = sums[0][column];
      out[column][c + 1] = sums[1][column];
    }
  }
}

void SumOne(const Part& part, const int8_t* column, Sums& out) {
  const int32_t depth = part.plan.depth();
  for (int32_t c = 0; c < part.count; c += 4) {
    const int8_t* weights[4];
    int32_t sums[4];
    for (int32_t i = 0; i < 4; ++i) {
      weights[i] = part.Weights(c + i, depth);
      sums[i] = part.channels()[part.Channel(c + i)].bias;
    }
    Dot4x1(weights, column, depth, sums);
    for (int32_t i = 0; i < 4; ++i) out[0][c + i] = sums[i];
  }
}

// Ends the sums of `columns` columns; `output` is the first one's.
void End(const Part& part, const Sums& sums, int32_t columns, int8_t* output) {
  const uint32x4_t offsets = EveryChannel(1);
  const Limits limits(part.plan.output);
  output += part.first;
  for (int32_t c = 0; c < part.count; c += 4) {
    const mve_pred16_t active = vctp32q(part.count - c);
    const Ends ends = EndsOf(part.channels() + c, offsets, active);
    int8_t* to = output + c;
    for (int32_t column = 0; column < columns;
         ++column, to += part.plan.window.out_c) {
      const int32x4_t value = Rescale(vldrwq_s32(sums[column] + c), ends);
      vstrbq_p_s32(to, limits.Clamp(value), active);
    }
  }
}

}  // namespace

size_t ConvScratch8(const Conv8& plan) {
  return Columns::ScratchBytes(plan.window);
}

void RunConv8(const Conv8& plan, const int8_t* input, int8_t* output,
              uint8_t* scratch) {
  const Window& w = plan.window;
  Columns columns(w, plan.in_zero_point, input, scratch);
  Sums sums;
  int32_t left = w.batches * w.out_h * w.out_w;
  for (; left >= 3; left -= 3, output += 3 * w.out_c) {
    const int8_t* const three[] = {columns.Next(0), columns.Next(1),
                                   columns.Next(2)};
    for (Part part = {plan, 0, 0}; part.first < w.out_c;
         part.first += kWaiting) {
      part.count = std::min(w.out_c - part.first, kWaiting);
      SumThree(part, three, sums);
      End(part, sums, 3, output);
    }
  }
  for (; left > 0; --left, output += w.out_c) {
    const int8_t* const one = columns.Next(0);
    for (Part part = {plan, 0, 0}; part.first < w.out_c;
         part.first += kWaiting) {
      part.count = std::min(w.out_c - part.first, kWaiting);
      SumOne(part, one, sums);
      End(part, sums, 1, output);
    }
  }
}

}  // namespace mcu_eval::kernels::mve

#endif  // __ARM_FEATURE_MVE
