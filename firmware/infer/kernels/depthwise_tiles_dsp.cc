// 3x3 depthwise convolutions by planes: an image is cut into tiles whose planes
// fit a few kilobytes of scratch, since all kernels' scratch lies in the arena.
#if defined(__ARM_FEATURE_DSP)

#include <cstring>

#include "firmware/infer/kernels/depthwise_dsp.h"
#include "firmware/infer/kernels/depthwise_plane.h"
#include "firmware/infer/kernels/depthwise_walk.h"
#include "firmware/infer/kernels/limit.h"

namespace mcu_eval::kernels::dsp {
namespace {

constexpr int32_t kLanes = 4;
constexpr int32_t kMostPlane = 4096;  // bytes, unless one window needs more
constexpr int32_t kNarrowTile = 6;    // rows that are worth fewer columns

// A rectangle of outputs.
struct Tile {
  int32_t y, x, rows, columns;
};

int32_t DivideUp(int32_t a, int32_t b) { return (a + b - 1) / b; }

int32_t PlaneRows(const Window& w, int32_t rows) {
  return (rows - 1) * w.stride_h + 3;
}

// Columns of pairs: with a stride of 1 a column gives two outputs, with 2 one.
int32_t PlaneColumns(const Window& w, int32_t columns) {
  return (w.stride_w == 1 ? DivideUp(columns, 2) : columns) + 1;
}

int32_t PlaneBytes(const Window& w, const Tile& tile) {
  return PlaneRows(w, tile.rows) * PlaneColumns(w, tile.columns) * kPlaneRow;
}

// The first tile: the others are as large or, at the far ends, smaller. Widths
// are even, for pairs of pixels to stay together.
Tile FirstTile(const Window& w) {
  const int32_t rows = std::min(w.out_h, kNarrowTile);
  const int32_t room =
      kMostPlane / kPlaneRow / PlaneRows(w, rows) - 1;  // columns of outputs
  const int32_t widest =
      std::max<int32_t>(2, (w.stride_w == 1 ? 2 * room : room) & ~int32_t{1});
  Tile tile = {0, 0, rows, std::min(w.out_w, widest)};
  while (tile.rows < w.out_h) {
    ++tile.rows;
    if (PlaneBytes(w, tile) > kMostPlane) {
      --tile.rows;
      break;
    }
  }
  // As even as can be.
  tile.rows = DivideUp(w.out_h, DivideUp(w.out_h, tile.rows));
  return tile;
}

uint32_t PairOf(int32_t low, int32_t high) {
  return static_cast<uint32_t>(low & 0xffff) | static_cast<uint32_t>(high)
                                                   << 16;
}

// The nine weights of a channel, row by row.
struct Kernel {
  int32_t at[9];
};

template <typename Plan>
Kernel KernelOf(const Plan& plan, int32_t c) {
  Kernel kernel;
  const int8_t* weight = plan.weights + c;
  for (int32_t& w : kernel.at) {
    w = *weight;
    weight += plan.window.out_c;
  }
  return kernel;
}

void SetPairWeights(const Kernel& kernel, Walk& walk) {
  const int32_t* w = kernel.at;
  for (int i = 0; i < 3; ++i, w += 3) {
    walk.weights[2 * i] = PairOf(w[0], w[1]);
    walk.weights[2 * i + 1] = PairOf(w[1], w[2]);
  }
}

void SetOneWeights(const Kernel& kernel, Walk& walk) {
  const int32_t* w = kernel.at;
  for (int i = 0; i < 3; ++i) {
    walk.weights[i] = PairOf(w[3 * i], w[3 * i + 1]);
  }
  walk.weights[3] = PairOf(w[2], w[5]);
  walk.weights[4] = PairOf(w[8], 0);
}

void SetEnd(const Depthwise8& plan, int32_t c, Walk& walk) {
  const Channel8& channel = plan.channels[c];
  walk.end8 = {channel.fraction, channel.before_last, RoundingOf(plan.output)};
  walk.bias_or_fraction = channel.bias;
}

void SetEnd(const Depthwise16& plan, int32_t c, Walk& walk) {
  const Channel16& channel = plan.channels[c];
  walk.end16 = {static_cast<uint32_t>(channel.base),
                static_cast<uint32_t>(channel.base >> 32), channel.right};
  walk.bias_or_fraction = channel.fraction;
}

// By stride_h - 1.
struct Walks {
  WalkFunction pair[2], one[2];
};

Walks WalksOf(const Depthwise8& plan) {
  if (plan.output.zero_point == -128) {
    return {{McuEvalWalkPair1Int8Low, McuEvalWalkPair2Int8Low},
            {McuEvalWalkOne1Int8Low, McuEvalWalkOne2Int8Low}};
  }
  return {{McuEvalWalkPair1Int8, McuEvalWalkPair2Int8},
          {McuEvalWalkOne1Int8, McuEvalWalkOne2Int8}};
}

Walks WalksOf(const Depthwise16& plan) {
  if (plan.output.min == 0) {
    return {{McuEvalWalkPair1Int16Low, McuEvalWalkPair2Int16Low},
            {McuEvalWalkOne1Int16Low, McuEvalWalkOne2Int16Low}};
  }
  return {{McuEvalWalkPair1Int16, McuEvalWalkPair2Int16},
          {McuEvalWalkOne1Int16, McuEvalWalkOne2Int16}};
}

// All that one call works on.
template <typename Plan, typename Element>
struct Task {
  const Plan& plan;
  const Walks walks;
  const Element* image;
  Element* output;  // the image's
  uint32_t* plane;
};

// What all channels of a tile share: complete but for weights and ends.
struct TileWalks {
  Walk pair, one;     // no columns: nothing to walk so
  uintptr_t down;     // what a walk down a column passes over, bytes
  int32_t one_plane;  // where the columns of `one` begin, bytes
  int32_t one_output;
};

TileWalks TileWalksOf(const Window& w, const Tile& tile, size_t element_bytes) {
  const int32_t down = tile.rows * w.stride_h * kPlaneRow;
  const int32_t pairs = w.stride_w == 1 ? tile.columns / 2 : 0;
  TileWalks walks = {};
  Walk& walk = walks.pair;
  walk.pixel_bytes = static_cast<int32_t>(w.out_c * element_bytes);
  walk.row_bytes = w.out_w * walk.pixel_bytes;
  walk.column_bytes = PlaneRows(w, tile.rows) * kPlaneRow;
  walk.plane_skip = walk.column_bytes - down;
  walk.output_skip = 2 * walk.pixel_bytes - tile.rows * walk.row_bytes;
  walk.columns = pairs;
  walks.one = walk;
  walks.one.output_skip -= walk.pixel_bytes;
  walks.one.columns = tile.columns - 2 * pairs;
  walks.down = static_cast<uintptr_t>(down);
  walks.one_plane = pairs * walk.column_bytes;
  walks.one_output = 2 * pairs * walk.pixel_bytes;
  return walks;
}

// One channel of one tile, by the walks. `lane`: the plane's word of it.
template <typename Plan, typename Element>
void WalkChannel(const Task<Plan, Element>& task, const Tile& tile,
                 TileWalks& walks, int32_t c, int32_t lane) {
  const Window& w = task.plan.window;
  const Kernel kernel = KernelOf(task.plan, c);
  const auto* plane = reinterpret_cast<const uint8_t*>(task.plane + lane);
  auto* output = reinterpret_cast<uint8_t*>(
      task.output + (tile.y * w.out_w + tile.x) * w.out_c + c);
  if (walks.pair.columns > 0) {
    SetPairWeights(kernel, walks.pair);
    SetEnd(task.plan, c, walks.pair);
    task.walks.pair[w.stride_h - 1](&walks.pair, plane, output, walks.down);
  }
  if (walks.one.columns > 0) {
    SetOneWeights(kernel, walks.one);
    SetEnd(task.plan, c, walks.one);
    task.walks.one[w.stride_h - 1](&walks.one, plane + walks.one_plane,
                                   output + walks.one_output, walks.down);
  }
}

// The same for a channel that must be ended by the whole rule.
template <typename Plan, typename Element>
void EndChannel(const Task<Plan, Element>& task, const Tile& tile, int32_t c,
                int32_t lane) {
  const Window& w = task.plan.window;
  const Kernel kernel = KernelOf(task.plan, c);
  const int32_t plane_rows = PlaneRows(w, tile.rows);
  const auto* bytes = reinterpret_cast<const uint8_t*>(task.plane + lane);
  for (int32_t y = 0; y < tile.rows; ++y) {
    for (int32_t x = 0; x < tile.columns; ++x) {
      int32_t sum = 0;
      for (int32_t ky = 0; ky < 3; ++ky) {
        for (int32_t kx = 0; kx < 3; ++kx) {
          const int32_t at = x * w.stride_w + kx;
          const int32_t word =
              ((at / 2) * plane_rows + y * w.stride_h + ky) * kLanes;
          int16_t pixel;
          std::memcpy(&pixel, bytes + 4 * word + 2 * (at % 2), sizeof(pixel));
          sum += pixel * kernel.at[3 * ky + kx];
        }
      }
      task.output[((tile.y + y) * w.out_w + tile.x + x) * w.out_c + c] =
          End(task.plan, c, sum);
    }
  }
}

template <typename Plan, typename Element>
void RunTile(const Task<Plan, Element>& task, const Tile& tile) {
  const Plan& plan = task.plan;
  const Window& w = plan.window;
  const Part part = {tile.y * w.stride_h - w.pad_top,
                     tile.x * w.stride_w - w.pad_left, PlaneRows(w, tile.rows),
                     PlaneColumns(w, tile.columns)};
  TileWalks walks = TileWalksOf(w, tile, sizeof(Element));
  for (int32_t done = 0; done < w.in_c; done += kLanes) {
    // The last four channels may overlap the four before.
    const int32_t first = std::max(std::min(done, w.in_c - kLanes), int32_t{0});
    SpreadPart(w, task.image, first, ZeroPoint(plan), part, task.plane);
    const int32_t last = std::min(done + kLanes, w.in_c);
    for (int32_t in_c = done; in_c < last; ++in_c) {
      for (int32_t m = 0; m < plan.multiplier; ++m) {
        const int32_t c = in_c * plan.multiplier + m;
        if (plan.channels[c].is_short) {
          WalkChannel(task, tile, walks, c, in_c - first);
        } else {
          EndChannel(task, tile, c, in_c - first);
        }
      }
    }
  }
}

template <typename Plan, typename Element>
void Run(const Plan& plan, const Element* input, Element* output,
         uint8_t* scratch) {
  const Window& w = plan.window;
  const Tile first = FirstTile(w);
  Task<Plan, Element> task = {plan, WalksOf(plan), input, output,
                              reinterpret_cast<uint32_t*>(scratch)};
  for (int32_t batch = 0; batch < w.batches; ++batch) {
    Tile tile = first;
    for (tile.y = 0; tile.y < w.out_h; tile.y += first.rows) {
      tile.rows = std::min(first.rows, w.out_h - tile.y);
      for (tile.x = 0; tile.x < w.out_w; tile.x += first.columns) {
        tile.columns = std::min(first.columns, w.out_w - tile.x);
        RunTile(task, tile);
      }
    }
    task.image += w.in_h * w.in_w * w.in_c;
    task.output += w.out_h * w.out_w * w.out_c;
  }
  // The walks saturate, and know no other limit than 0 for int16.
  const Output& limits = plan.output;
  if (sizeof(Element) == 1 || limits.min != 0 || limits.max != INT16_MAX) {
    Limit(limits, output, w.batches * w.out_h * w.out_w * w.out_c);
  }
}

}  // namespace

size_t WalkScratch(const Window& window) {
  return static_cast<size_t>(PlaneBytes(window, FirstTile(window)));
}

void WalkDepthwise(const Depthwise8& plan, const int8_t* input, int8_t* output,
                   uint8_t* scratch) {
  Run(plan, input, output, scratch);
}

void WalkDepthwise(const Depthwise16& plan, const int16_t* input,
                   int16_t* output, uint8_t* scratch) {
  Run(plan, input, output, scratch);
}

}  // namespace mcu_eval::kernels::dsp

#endif  // __ARM_FEATURE_DSP
