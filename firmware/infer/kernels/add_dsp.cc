// ADD on Armv7E-M with DSP.
//
// One of the inputs has the larger scale, whose multiplier is 1/2: its share is
// a shift. In int8 the other's share comes from a table of 256 words that is
// made in scratch for each run, a few thousand instructions, so that it costs
// no memory that is kept; small operators do without.
#if defined(__ARM_FEATURE_DSP)

#include "firmware/infer/kernels/dsp.h"
#include "firmware/infer/kernels/limit.h"
#include "firmware/infer/kernels/pairing.h"
#include "firmware/infer/kernels/portable.h"
#include "firmware/infer/kernels/words_dsp.h"

namespace mcu_eval::kernels::dsp {
namespace {

constexpr int32_t kValues = 256;
// Elements from which on the table is worth its making.
constexpr int32_t kTabled = 2 * kValues;

int32_t CountOf(const Pairing& p) {
  return p.extents[0] * p.extents[1] * p.extents[2] * p.extents[3];
}

// Which input has a multiplier of 1/2 as it is, or neither (-1).
int WholeInput(const Add& plan) {
  for (int i = 0; i < 2; ++i) {
    const auto& input = plan.inputs[i];
    if (input.multiplier == 1 << 30 && input.right == 0) return i;
  }
  return -1;
}

// int8. Sums are doubled, so that SMMLAR multiplies them as they should be; it
// adds the zero point and half a step before the last shift. Up to a shift of
// 22 nothing of that can overflow: sums have 28 bits.
constexpr int32_t kMostShift8 = 22;

bool IsTabled(const Add& plan) {
  return CountOf(plan.pairing) >= kTabled && WholeInput(plan) >= 0 &&
         plan.right >= 1 && plan.right <= kMostShift8;
}

struct End8 {
  int32_t multiplier;
  int32_t right;
  int32_t addend;
};

// `kLow`: the zero point is the lowest output, so that ties below it, which go
// away from it, need no care.
template <bool kLow>
int8_t Ended8(int32_t twice, const End8& end) {
  const int32_t addend = kLow ? end.addend : end.addend + (twice >> 31);
  int32_t result = AddHigh(addend, twice, end.multiplier) >> end.right;
  asm("ssat %0, #8, %0" : "+r"(result));
  return static_cast<int8_t>(result);
}

// What all rows share.
struct Row8 {
  const int32_t* table;
  int whole;
  End8 end;
};

template <bool kLow>
int8_t AddOne(const Row8& row, int32_t whole, uint32_t tabled) {
  return Ended8<kLow>(row.table[tabled & 0xff] + whole * (1 << 20), row.end);
}

template <bool kLow>
void AddRow8(const Row8& shared, const int8_t* whole, const int8_t* tabled,
             int8_t* output, int32_t count, int32_t step_whole,
             int32_t step_tabled) {
  const Row8 row = shared;
  if (step_whole == 1 && step_tabled == 1) {
    for (; count >= 4; count -= 4, whole += 4, tabled += 4, output += 4) {
      const uint32_t x = WordAt(whole), y = WordAt(tabled);
      output[0] = AddOne<kLow>(row, static_cast<int8_t>(x), y);
      output[1] = AddOne<kLow>(row, static_cast<int8_t>(x >> 8), y >> 8);
      output[2] = AddOne<kLow>(row, static_cast<int8_t>(x >> 16), y >> 16);
      output[3] = AddOne<kLow>(row, static_cast<int8_t>(x >> 24), y >> 24);
    }
  }
  for (; count > 0; --count, whole += step_whole, tabled += step_tabled) {
    *output++ = AddOne<kLow>(row, *whole, static_cast<uint8_t>(*tabled));
  }
}

// By the tabled input as a byte: twice its share of the sum, less the other's
// zero point.
void FillTable(const Add& plan, int tabled, int32_t* table) {
  const int32_t other = plan.inputs[1 - tabled].zero_point;
  for (int32_t value = -128; value < 128; ++value) {
    table[value & 0xff] =
        2 * AddTerm(plan, tabled, value) - other * (1 << plan.left);
  }
}

template <bool kLow>
void RunTabled(const Add& plan, const int8_t* a, const int8_t* b,
               int8_t* output, const Row8& row) {
  ForRows(plan.pairing, a, b, output,
          [&](const int8_t* x, const int8_t* y, int8_t* out, int32_t count,
              int32_t step_x, int32_t step_y) {
            if (row.whole == 0) {
              AddRow8<kLow>(row, x, y, out, count, step_x, step_y);
            } else {
              AddRow8<kLow>(row, y, x, out, count, step_y, step_x);
            }
          });
}

// int16. Sums have 31 bits, so that they end by ShortForm()'s rule, with the
// multiplier as a fraction of 2^32.
struct Row16 {
  int32_t multiplier, right, half;  // of the input that is not whole
  int32_t fraction, before_last;
};

bool IsShort16(const Add& plan) {
  const int whole = WholeInput(plan);
  return whole >= 0 && plan.right > 0;
}

// `whole` and `other` are the inputs, times 2^16.
int16_t AddOne16(const Row16& row, int32_t whole, int32_t other) {
  const int32_t share = AddHigh(row.right == 0 ? 0 : row.half + (other >> 31),
                                other, row.multiplier) >>
                        row.right;
  const int32_t sum = share + (whole >> 2);
  const int32_t high = AddHigh(sum, sum, row.fraction);
  const int32_t rounded = ((high + (high >> 31)) >> row.before_last) + 1;
  return static_cast<int16_t>(SaturatedHalf<int16_t>(rounded));
}

int32_t Upper(int16_t value) { return value * (1 << 16); }

void AddRow16(const Row16& shared, const int16_t* whole, const int16_t* other,
              int16_t* output, int32_t count, int32_t step_whole,
              int32_t step_other) {
  const Row16 row = shared;
  if (step_whole == 1 && step_other == 1) {
    for (; count >= 2; count -= 2, whole += 2, other += 2, output += 2) {
      const uint32_t x = WordAt(whole), y = WordAt(other);
      output[0] = AddOne16(row, static_cast<int32_t>(x << 16),
                           static_cast<int32_t>(y << 16));
      output[1] = AddOne16(row, static_cast<int32_t>(x & 0xffff0000u),
                           static_cast<int32_t>(y & 0xffff0000u));
    }
  }
  for (; count > 0; --count, whole += step_whole, other += step_other) {
    *output++ = AddOne16(row, Upper(*whole), Upper(*other));
  }
}

}  // namespace

size_t AddScratch8(const Add& plan) {
  return IsTabled(plan) ? kValues * sizeof(int32_t) : 0;
}

void RunAdd8(const Add& plan, const int8_t* a, const int8_t* b, int8_t* output,
             uint8_t* scratch) {
  if (!IsTabled(plan)) {
    portable::RunAdd8(plan, a, b, output, scratch);
    return;
  }
  auto* table = reinterpret_cast<int32_t*>(scratch);
  const int whole = WholeInput(plan);
  FillTable(plan, 1 - whole, table);
  const int32_t zero_point = plan.output.zero_point;
  const Row8 row = {table,
                    whole,
                    {plan.multiplier, plan.right,
                     zero_point * (1 << plan.right) + (1 << (plan.right - 1))}};
  if (zero_point == INT8_MIN) {
    RunTabled<true>(plan, a, b, output, row);
  } else {
    RunTabled<false>(plan, a, b, output, row);
  }
  Limit(plan.output, output, CountOf(plan.pairing));
}

void RunAdd16(const Add& plan, const int16_t* a, const int16_t* b,
              int16_t* output, uint8_t* scratch) {
  if (!IsShort16(plan)) {
    portable::RunAdd16(plan, a, b, output, scratch);
    return;
  }
  const int whole = WholeInput(plan);
  const auto& other = plan.inputs[1 - whole];
  const Row16 row = {
      other.multiplier, other.right,
      other.right == 0 ? 0 : int32_t{1} << (other.right - 1),
      static_cast<int32_t>(static_cast<uint32_t>(plan.multiplier) << 1),
      plan.right - 1};
  ForRows(plan.pairing, a, b, output,
          [&](const int16_t* x, const int16_t* y, int16_t* out, int32_t count,
              int32_t step_x, int32_t step_y) {
            if (whole == 0) {
              AddRow16(row, x, y, out, count, step_x, step_y);
            } else {
              AddRow16(row, y, x, out, count, step_y, step_x);
            }
          });
  Limit(plan.output, output, CountOf(plan.pairing));
}

}  // namespace mcu_eval::kernels::dsp

#endif  // __ARM_FEATURE_DSP
