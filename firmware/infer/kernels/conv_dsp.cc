// CONV_2D and FULLY_CONNECTED on Armv7E-M with DSP: columns two by two, each
// pair with all channels; a last one alone, and fully connected operators, with
// channels by fours. Scratch holds one panel, never the image's columns.
//
// The loops in assembly end the channels too, where one rule ends all of an
// operator's; else, and for channels that fill no tile, they give bare sums.
#if defined(__ARM_FEATURE_DSP)

#include <algorithm>
#include <cstring>

#include "firmware/infer/kernels/columns_dsp.h"
#include "firmware/infer/kernels/dsp.h"
#include "firmware/infer/kernels/tile_dsp.h"

namespace mcu_eval::kernels::dsp {
namespace {

using Loop = void (*)(Tile* tile);

// Null where channels must be ended one by one.
struct Loops {
  Loop pair, quad;
};

Loops LoopsOf(const Conv8& plan) {
  if (!IsPlain(plan.channels, plan.window.out_c, plan.output)) return {};
  return {McuEvalPair8, McuEvalQuad8};
}

Loops LoopsOf(const Conv16& plan) {
  const Output& output = plan.output;
  const bool is_relu = output.min == 0;
  if (plan.narrow != nullptr || output.max != 32767 ||
      (output.min != -32768 && !is_relu)) {
    return {};
  }
  for (int32_t c = 0; c < plan.window.out_c; ++c) {
    if (!plan.channels[c].is_short) return {};
  }
  if (is_relu) return {McuEvalPair16Relu, McuEvalQuad16Relu};
  return {McuEvalPair16, McuEvalQuad16};
}

int8_t Zero(const Conv8& plan) {
  return static_cast<int8_t>(plan.in_zero_point);
}

int16_t Zero(const Conv16&) { return 0; }

int32_t WithBias(int64_t sum, const Channel8& channel) {
  return static_cast<int32_t>(static_cast<uint32_t>(sum) +
                              static_cast<uint32_t>(channel.bias));
}

int8_t End(const Conv8& plan, int32_t c, int64_t sum) {
  const Channel8& channel = plan.channels[c];
  return Requantize8(WithBias(sum, channel), channel, plan.output);
}

int16_t End(const Conv16& plan, int32_t c, int64_t sum) {
  if (plan.narrow == nullptr) {
    return Requantize16(sum, plan.channels[c], plan.output);
  }
  const Channel8& channel = plan.narrow[c];
  return Requantize16(WithBias(sum, channel), channel, plan.output);
}

// Most groups whose sum cannot leave 32 bits, or whose wrapping is as good.
constexpr int32_t MostGroups(const Conv8&) { return INT32_MAX; }
constexpr int32_t MostGroups(const Conv16&) { return 127; }

size_t GroupsOf(int32_t depth) { return (static_cast<size_t>(depth) + 3) / 4; }

size_t PanelBytes(const Window& w, int32_t depth) {
  return (w.batches * w.out_h * w.out_w > 1 ? 16 : 8) * GroupsOf(depth);
}

// Rows of weights that the loops would read beyond are copied to scratch in
// whole groups, where the depth is no multiple of 4: the last four, to fill any
// tile, and of small operators all.
int32_t TailRows(const Window& w, int32_t depth) {
  constexpr size_t kSmall = 1024;
  if (depth % 4 == 0) return 0;
  const size_t most = std::max(size_t{4}, kSmall / (4 * GroupsOf(depth)));
  return std::min(w.out_c, static_cast<int32_t>(most));
}

// Rows that may be read where they are: whole groups of them end within the
// weights, unless all have copies.
int32_t DirectRows(int32_t rows, int32_t depth, int32_t groups,
                   int32_t tail_first) {
  if (tail_first == 0) return 0;
  const int32_t beyond = 4 * groups - depth;
  return rows - (beyond + depth - 1) / depth;
}

// The channels of an operator, and their products with panels.
template <typename Plan, typename Element>
class Channels {
 public:
  // `tail` has TailRows() times whole groups.
  Channels(const Plan& plan, uint8_t* tail);

  // All outputs of a panel's two columns.
  void Two(const uint32_t* panel, Element* out0, Element* out1);
  // All outputs of a panel's only column.
  void One(const uint32_t* panel, Element* out) const;

 private:
  // Channels that a loop runs over at once: rows where they are, or copies.
  struct Span {
    Tile tile;
    int32_t begin, end;
  };
  Span SpanOf(int32_t begin, int32_t rows, int32_t group_bytes) const;
  void Place(int32_t c, int32_t n, Tile* tile) const;
  void Sum(const uint32_t* panel, int32_t c, int32_t n, Loop loop,
           int32_t words, int32_t group_bytes, int64_t* sums) const;
  static void Run(Loop loop, const Plan& plan, const uint32_t* panel,
                  Element* out0, Element* out1, Span* span);

  const Plan& plan_;
  const int32_t count_, depth_, groups_;
  const int32_t tail_first_;  // first row that has a copy
  const int32_t direct_;      // rows that may be read where they are
  int8_t* const tail_;
  const Loops loops_;
  Span pairs_[2];
};

template <typename Plan, typename Element>
Channels<Plan, Element>::Channels(const Plan& plan, uint8_t* tail)
    : plan_(plan),
      count_(plan.window.out_c),
      depth_(plan.depth()),
      groups_(static_cast<int32_t>(GroupsOf(depth_))),
      tail_first_(count_ - TailRows(plan.window, depth_)),
      direct_(DirectRows(count_, depth_, groups_, tail_first_)),
      tail_(reinterpret_cast<int8_t*>(tail)),
      loops_(LoopsOf(plan)) {
  for (int32_t c = tail_first_; c < count_; ++c) {
    int8_t* row = tail_ + (c - tail_first_) * 4 * groups_;
    std::memcpy(row, plan.weights + c * depth_, depth_);
    std::memset(row + depth_, 0, 4 * groups_ - depth_);
  }
  pairs_[0] = SpanOf(0, 2, kPairGroupBytes);
  pairs_[1] = SpanOf(pairs_[0].end, 2, kPairGroupBytes);
}

// As many whole tiles of `rows` from `begin` on as lie in one place.
template <typename Plan, typename Element>
typename Channels<Plan, Element>::Span Channels<Plan, Element>::SpanOf(
    int32_t begin, int32_t rows, int32_t group_bytes) const {
  Span span = {};
  const int32_t direct = direct_ / rows * rows;
  span.begin = begin;
  span.end = begin < direct ? direct : count_ / rows * rows;
  Place(begin, rows, &span.tile);
  span.tile.rounding = RoundingOf(plan_.output);
  span.tile.step = rows * span.tile.stride - 4 * groups_;
  span.tile.skip = Skip(groups_, group_bytes);
  return span;
}

// Points a tile at the `n` rows from `c` on; what is missing to a whole tile is
// taken twice.
template <typename Plan, typename Element>
void Channels<Plan, Element>::Place(int32_t c, int32_t n, Tile* tile) const {
  const bool in_tail = c + n > direct_;
  const int32_t row = in_tail ? 4 * groups_ : depth_;
  tile->weights =
      in_tail ? tail_ + (c - tail_first_) * row : plan_.weights + c * row;
  tile->stride = n == 1 ? 0 : row;
  tile->weights2 = tile->weights + std::max<int32_t>(n - 2, 0) * row;
}

template <typename Plan, typename Element>
inline void Channels<Plan, Element>::Run(Loop loop, const Plan& plan,
                                         const uint32_t* panel, Element* out0,
                                         Element* out1, Span* span) {
  if (span->begin == span->end) return;
  span->tile.channels = plan.channels + span->begin;
  span->tile.channels_end = plan.channels + span->end;
  span->tile.out0 = out0 + span->begin;
  span->tile.out1 = out1 + span->begin;
  span->tile.panel = panel;
  loop(&span->tile);
}

template <typename Plan, typename Element>
void Channels<Plan, Element>::Two(const uint32_t* panel, Element* out0,
                                  Element* out1) {
  int32_t c = 0;
  if (loops_.pair != nullptr) {
    for (Span& span : pairs_) {
      span.tile.panel_end = panel + 4 * groups_;
      Run(loops_.pair, plan_, panel, out0, out1, &span);
    }
    c = pairs_[1].end;
  }
  for (; c < count_; c += 2) {
    const int32_t n = std::min<int32_t>(count_ - c, 2);
    int64_t sums[4];
    Sum(panel, c, n, McuEvalPairSums, 4, kPairGroupBytes, sums);
    for (int32_t i = 0; i < n; ++i) {
      out0[c + i] = End(plan_, c + i, sums[2 * i]);
      out1[c + i] = End(plan_, c + i, sums[2 * i + 1]);
    }
  }
}

template <typename Plan, typename Element>
void Channels<Plan, Element>::One(const uint32_t* panel, Element* out) const {
  int32_t c = 0;
  while (loops_.quad != nullptr && count_ - c >= 4) {
    Span span = SpanOf(c, 4, kQuadGroupBytes);
    span.tile.panel_end = panel + 2 * groups_;
    Run(loops_.quad, plan_, panel, out, out, &span);
    c = span.end;
  }
  for (; c < count_; c += 4) {
    const int32_t n = std::min<int32_t>(count_ - c, 4);
    int64_t sums[4];
    Sum(panel, c, n, McuEvalQuadSums, 2, kQuadGroupBytes, sums);
    // Three rows are taken as the first two and the last two.
    for (int32_t i = 0; i < n; ++i) {
      out[c + i] = End(plan_, c + i, sums[n == 3 && i == 2 ? 3 : i]);
    }
  }
}

// The sums of up to four channels with a panel of `words` words a group.
template <typename Plan, typename Element>
void Channels<Plan, Element>::Sum(const uint32_t* panel, int32_t c, int32_t n,
                                  Loop loop, int32_t words, int32_t group_bytes,
                                  int64_t* sums) const {
  Tile tile = {};
  Place(c, n, &tile);
  for (int32_t i = 0; i < 4; ++i) sums[i] = 0;
  for (int32_t done = 0; done < groups_;) {
    const int32_t groups = std::min(groups_ - done, MostGroups(plan_));
    int32_t part[4];
    tile.out0 = part;
    tile.panel = panel + words * done;
    done += groups;
    tile.panel_end = panel + words * done;
    tile.skip = Skip(groups, group_bytes);
    loop(&tile);
    tile.weights += 4 * groups;
    tile.weights2 += 4 * groups;
    for (int32_t i = 0; i < 4; ++i) sums[i] += part[i];
  }
}

template <typename Plan, typename Element>
size_t ScratchOf(const Plan& plan) {
  return PanelBytes(plan.window, plan.depth()) +
         Columns<Element>::Room(plan.window) * sizeof(Element) +
         TailRows(plan.window, plan.depth()) * 4 * GroupsOf(plan.depth());
}

template <typename Plan, typename Element>
void RunConv(const Plan& plan, const Element* input, Element* output,
             uint8_t* scratch) {
  const Window& w = plan.window;
  auto* panel = reinterpret_cast<uint32_t*>(scratch);
  scratch += PanelBytes(w, plan.depth());
  Columns<Element> columns(w, Zero(plan), input,
                           reinterpret_cast<Element*>(scratch));
  scratch += Columns<Element>::Room(w) * sizeof(Element);
  Channels<Plan, Element> channels(plan, scratch);
  int32_t left = w.batches * w.out_h * w.out_w;
  for (; left >= 2; left -= 2, output += 2 * w.out_c) {
    columns.Pair(panel);
    channels.Two(panel, output, output + w.out_c);
  }
  if (left > 0) {
    columns.One(panel);
    channels.One(panel, output);
  }
}

}  // namespace

size_t ConvScratch8(const Conv8& plan) {
  return ScratchOf<Conv8, int8_t>(plan);
}

void RunConv8(const Conv8& plan, const int8_t* input, int8_t* output,
              uint8_t* scratch) {
  RunConv(plan, input, output, scratch);
}

size_t ConvScratch16(const Conv16& plan) {
  return ScratchOf<Conv16, int16_t>(plan);
}

void RunConv16(const Conv16& plan, const int16_t* input, int16_t* output,
               uint8_t* scratch) {
  RunConv(plan, input, output, scratch);
}

}  // namespace mcu_eval::kernels::dsp

#endif  // __ARM_FEATURE_DSP
