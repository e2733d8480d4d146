// AVERAGE_POOL_2D and MAX_POOL_2D on Armv7E-M with DSP: a word of channels at a
// time, four of int8 or two of int16.
#if defined(__ARM_FEATURE_DSP)

#include "firmware/infer/kernels/dsp.h"
#include "firmware/infer/kernels/pool.h"
#include "firmware/infer/kernels/portable.h"
#include "firmware/infer/kernels/words_dsp.h"

namespace mcu_eval::kernels::dsp {
namespace {

// Sums of as many int8 fit into 16 bits.
constexpr int32_t kMostSummed8 = 256;

int32_t LowHalf(uint32_t word) { return static_cast<int16_t>(word); }
int32_t HighHalf(uint32_t word) { return static_cast<int32_t>(word) >> 16; }

// What one word of channels comes to.
struct Average8 {
  static constexpr int kLanes = 4;
  uint32_t even = 0, odd = 0;

  void Add(uint32_t word) {
    even = AddEvenBytes(even, word);
    odd = AddOddBytes(odd, word);
  }
  void Finish(int32_t count, const Output& limits, int8_t* output) const {
    output[0] = Limited<int8_t>(Mean(LowHalf(even), count), limits);
    output[1] = Limited<int8_t>(Mean(LowHalf(odd), count), limits);
    output[2] = Limited<int8_t>(Mean(HighHalf(even), count), limits);
    output[3] = Limited<int8_t>(Mean(HighHalf(odd), count), limits);
  }
};

struct Average16 {
  static constexpr int kLanes = 2;
  int32_t sums[2] = {0, 0};

  void Add(uint32_t word) {
    sums[0] += LowHalf(word);
    sums[1] += HighHalf(word);
  }
  void Finish(int32_t count, const Output& limits, int16_t* output) const {
    output[0] = Limited<int16_t>(Mean(sums[0], count), limits);
    output[1] = Limited<int16_t>(Mean(sums[1], count), limits);
  }
};

struct Max8 {
  static constexpr int kLanes = 4;
  uint32_t max = 0x80808080;

  void Add(uint32_t word) { max = MaxBytes(max, word); }
  void Finish(int32_t, const Output& limits, int8_t* output) const {
    for (int i = 0; i < kLanes; ++i) {
      output[i] = Limited<int8_t>(static_cast<int8_t>(max >> (8 * i)), limits);
    }
  }
};

struct Max16 {
  static constexpr int kLanes = 2;
  uint32_t max = 0x80008000;

  void Add(uint32_t word) { max = MaxHalves(max, word); }
  void Finish(int32_t, const Output& limits, int16_t* output) const {
    output[0] = Limited<int16_t>(LowHalf(max), limits);
    output[1] = Limited<int16_t>(HighHalf(max), limits);
  }
};

// The last word of channels may overlap the word before.
template <typename Fold, typename Element>
void Run(const Pool& plan, const Element* input, Element* output) {
  const Window& w = plan.window;
  ForPanes(w, input, output,
           [&](const Pane& pane, const Element* first, Element* pixel) {
             for (int32_t done = 0; done < w.in_c; done += Fold::kLanes) {
               const int32_t c = std::min(done, w.in_c - Fold::kLanes);
               Fold fold;
               const Element* row = first + c;
               for (int32_t y = 0; y < pane.rows; ++y) {
                 const Element* at = row;
                 for (int32_t x = 0; x < pane.columns; ++x, at += w.in_c) {
                   fold.Add(WordAt(at));
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
  if (w.in_c < Average8::kLanes || most > kMostSummed8) {
    portable::RunAverage8(plan, input, output, scratch);
  } else {
    Run<Average8>(plan, input, output);
  }
}

void RunMax8(const Pool& plan, const int8_t* input, int8_t* output,
             uint8_t* scratch) {
  if (plan.window.in_c < Max8::kLanes) {
    portable::RunMax8(plan, input, output, scratch);
  } else {
    Run<Max8>(plan, input, output);
  }
}

void RunAverage16(const Pool& plan, const int16_t* input, int16_t* output,
                  uint8_t* scratch) {
  if (plan.window.in_c < Average16::kLanes) {
    portable::RunAverage16(plan, input, output, scratch);
  } else {
    Run<Average16>(plan, input, output);
  }
}

void RunMax16(const Pool& plan, const int16_t* input, int16_t* output,
              uint8_t* scratch) {
  if (plan.window.in_c < Max16::kLanes) {
    portable::RunMax16(plan, input, output, scratch);
  } else {
    Run<Max16>(plan, input, output);
  }
}

}  // namespace mcu_eval::kernels::dsp

#endif  // __ARM_FEATURE_DSP
