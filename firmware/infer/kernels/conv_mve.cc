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

using Sums = int32_t[Columns::kMost][kWaiting];

// What a run needs of its operator.
struct Run {
  const Conv8& plan;
  const Limits limits;
  Ends* ends;  // of each four channels
  bool has_left;
};

size_t EndsBytes(const Window& w) {
  return static_cast<size_t>(w.out_c + 3) / 4 * sizeof(Ends);
}

Run RunOf(const Conv8& plan, uint8_t* memory) {
  Run run = {plan, Limits(plan.output), reinterpret_cast<Ends*>(memory), false};
  const uint32x4_t offsets = EveryChannel(1);
  Ends* ends = run.ends;
  for (int32_t c = 0; c < plan.window.out_c; c += 4, ++ends) {
    *ends = EndsOf(plan.channels + c, offsets, vctp32q(plan.window.out_c - c));
    run.has_left = run.has_left || vmaxvq_s32(0, ends->left) > 0;
  }
  return run;
}

// Channels `first` to `first + count` of an operator.
struct Part {
  const Run& run;
  int32_t first, count;

  const Channel8* channels() const { return run.plan.channels + first; }
};

void SumOne(const Part& part, const int8_t* column, int32_t* sums) {
  const int32_t depth = part.run.plan.depth();
  const int8_t* weights = part.run.plan.weights + part.first * depth;
  for (int32_t c = 0; c < part.count; c += 4) {
    const int8_t* rows[4];
    int32_t four[4];
    for (int32_t i = 0; i < 4; ++i) {
      // The last channel again where there are no four: nobody looks at it.
      const int32_t channel = std::min(c + i, part.count - 1);
      rows[i] = weights + channel * depth;
      four[i] = part.channels()[channel].bias;
    }
    Dot4x1(rows, column, depth, four);
    for (int32_t i = 0; i < 4; ++i) sums[c + i] = four[i];
  }
}

void SumPairs(const Part& part, int32_t first, int32_t count,
              const int8_t* const (&columns)[3], Sums& sums) {
  const int32_t depth = part.run.plan.depth();
  Pairs pairs = {part.run.plan.weights + (part.first + first) * depth,
                 {columns[0], columns[1], columns[2]},
                 part.channels() + first,
                 sums[0] + first,
                 sums[0] + first + count,
                 depth};
  Dot2x3(&pairs);
}

void SumThree(const Part& part, const int8_t* const (&columns)[3], Sums& sums) {
  if (part.count == 1) {
    for (int32_t i = 0; i < 3; ++i) SumOne(part, columns[i], sums[i]);
    return;
  }
  SumPairs(part, 0, part.count / 2 * 2, columns, sums);
  // The last channel's pair is the one before it, whose sum is made twice.
  if (part.count % 2 != 0) SumPairs(part, part.count - 2, 2, columns, sums);
}

// Ends the sums of `kColumns` columns; `output` is the first one's.
template <int32_t kColumns, bool kLeft>
void EndPart(const Part& part, const Sums& sums, int8_t* output) {
  const Run& run = part.run;
  const Limits limits = run.limits;
  const int32_t pixel = run.plan.window.out_c;
  const Ends* ends = run.ends + part.first / 4;
  int8_t* out0 = output + part.first;
  int8_t* out1 = out0 + pixel;
  int8_t* out2 = out1 + pixel;
  const int32_t* from = sums[0];
  const auto ended = [&](int32_t column) {
    return limits.Clamp(
        Rescale<kLeft>(vldrwq_s32(from + column * kWaiting), *ends));
  };
  int32_t left = part.count;
  for (; left >= 4; left -= 4, from += 4, ++ends) {
    vstrbq_s32(out0, ended(0));
    out0 += 4;
    if (kColumns == 1) continue;
    vstrbq_s32(out1, ended(1));
    vstrbq_s32(out2, ended(2));
    out1 += 4;
    out2 += 4;
  }
  if (left == 0) return;
  const mve_pred16_t active = vctp32q(left);
  vstrbq_p_s32(out0, ended(0), active);
  if (kColumns == 1) return;
  vstrbq_p_s32(out1, ended(1), active);
  vstrbq_p_s32(out2, ended(2), active);
}

template <int32_t kColumns>
void RunColumns(const Run& run, Columns& columns, int8_t* output) {
  const int32_t channels = run.plan.window.out_c;
  const int8_t* three[3];
  for (int32_t i = 0; i < kColumns; ++i) three[i] = columns.Next(i);
  Sums sums;
  for (Part part = {run, 0, 0}; part.first < channels; part.first += kWaiting) {
    part.count = std::min(channels - part.first, kWaiting);
    if (kColumns == 3) {
      SumThree(part, three, sums);
    } else {
      SumOne(part, three[0], sums[0]);
    }
    if (run.has_left) {
      EndPart<kColumns, true>(part, sums, output);
    } else {
      EndPart<kColumns, false>(part, sums, output);
    }
  }
}

}  // namespace

size_t ConvScratch8(const Conv8& plan) {
  return EndsBytes(plan.window) + Columns::ScratchBytes(plan.window);
}

void RunConv8(const Conv8& plan, const int8_t* input, int8_t* output,
              uint8_t* scratch) {
  const Window& w = plan.window;
  const Run run = RunOf(plan, scratch);
  Columns columns(w, plan.in_zero_point, input, scratch + EndsBytes(w));
  int32_t left = w.batches * w.out_h * w.out_w;
  for (; left >= 3; left -= 3, output += 3 * w.out_c) {
    RunColumns<3>(run, columns, output);
  }
  for (; left > 0; --left, output += w.out_c) {
    RunColumns<1>(run, columns, output);
  }
}

}  // namespace mcu_eval::kernels::mve

#endif  // __ARM_FEATURE_MVE
