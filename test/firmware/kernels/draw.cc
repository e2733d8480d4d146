#include "test/firmware/kernels/draw.h"

#include <algorithm>
#include <cstdlib>

#include "firmware/infer/kernels/channel.h"

namespace mcu_eval_test {
namespace {

template <typename T>
void DrawValues(Random& random, T* values, size_t count, int32_t low,
                int32_t high) {
  enum { kAll, kEnds, kOneEnd, kSmall, kSparse };
  const int style =
      random.Pick({kAll, kAll, kAll, kEnds, kOneEnd, kSmall, kSparse});
  const int32_t end = random.Pick({low, high});
  for (size_t i = 0; i < count; ++i) {
    int32_t value = 0;
    if (style == kAll) value = random.Int32(low, high);
    if (style == kEnds) value = random.Pick({low, high});
    if (style == kOneEnd) value = end;
    if (style == kSmall) value = random.Int32(-3, 3);
    if (style == kSparse && random.Chance(5)) value = random.Int32(low, high);
    values[i] = static_cast<T>(value);
  }
}

// Least power of two above `value`.
int BitsOf(int64_t value) {
  int bits = 0;
  while (value >> bits > 0) ++bits;
  return bits;
}

}  // namespace

int32_t DrawMultiplier(Random& random) {
  if (random.Chance(70)) return random.Int32(1 << 30, INT32_MAX);
  return random.Pick<int32_t>({1 << 30, (1 << 30) + 1, INT32_MAX, INT32_MAX - 1,
                               0x7FFF0000 - 1, 0x7FFF0000, 0x7FFF7FFF});
}

int64_t SizeOf(const int8_t* weights, int32_t count, int32_t stride) {
  int64_t size = 0;
  for (int32_t k = 0; k < count; ++k) size += std::abs(weights[k * stride]);
  return size;
}

void DrawBytes(Random& random, int8_t* values, size_t count) {
  DrawValues(random, values, count, -128, 127);
}

void DrawWords(Random& random, int16_t* values, size_t count) {
  DrawValues(random, values, count, -32768, 32767);
}

int32_t DrawZeroPoint8(Random& random) {
  return random.Chance(50)
             ? random.Pick<int32_t>({-128, -128, 127, 0, -127, 126})
             : random.Int32(-128, 127);
}

Output DrawOutput(Random& random, int32_t zero_point, int32_t low,
                  int32_t high) {
  enum { kNone, kRelu, kRelu6, kBoth };
  switch (random.Pick({kNone, kNone, kRelu, kRelu6, kBoth})) {
    case kRelu:
      return {zero_point, zero_point, high};
    case kRelu6:
      return {zero_point, zero_point, random.Int32(zero_point, high)};
    case kBoth: {
      const int32_t min = random.Int32(low, zero_point);
      return {zero_point, min, random.Int32(zero_point, high)};
    }
    default:
      return {zero_point, low, high};
  }
}

Scale DrawScale8(Random& random, int64_t bound) {
  // A weight that is too small for its output's grid.
  if (random.Chance(3)) return {0, 0};
  Scale scale = {DrawMultiplier(random), 0};
  const int bits = BitsOf(bound);
  // The quotient's shift is one less where it was rounded up to a power of 2.
  const int most =
      std::min<int32_t>(15, 31 - bits - (scale.multiplier == 1 << 30 ? 0 : 1));
  if (random.Chance(75)) {
    // Outputs that use the grid.
    scale.shift = random.Int32(7, 10) - bits + random.Int32(-1, 1);
  } else {
    scale.shift = random.Int32(-31, most);
  }
  scale.shift =
      std::clamp<int32_t>(scale.shift, -31, std::max<int32_t>(most, -1));
  return scale;
}

int32_t DrawBias8(Random& random, int64_t products) {
  const int64_t most = INT32_MAX - products;
  switch (random.Int32(0, 5)) {
    case 0:
      return 0;
    case 1:
      return static_cast<int32_t>(random.Pick<int64_t>({most, -most}));
    case 2:
      return static_cast<int32_t>(random.Int(-most, most));
    default: {
      const int64_t near = std::min<int64_t>(most, products / 2 + 100);
      return static_cast<int32_t>(random.Int(-near, near));
    }
  }
}

Channel8 DrawChannel8(Random& random, const int8_t* weights, int32_t count,
                      int32_t stride, int32_t in_zero_point, int64_t reach,
                      int32_t* bias, Scale* scale) {
  const int64_t products = reach * SizeOf(weights, count, stride);
  *bias = DrawBias8(random, products);
  const int64_t bound = products + std::abs(int64_t{*bias});
  *scale = DrawScale8(random, bound);
  int32_t sum = 0;
  for (int32_t k = 0; k < count; ++k) sum += weights[k * stride];
  return mcu_eval::kernels::MakeChannel8(
      static_cast<uint32_t>(*bias) -
          static_cast<uint32_t>(in_zero_point) * static_cast<uint32_t>(sum),
      scale->multiplier, scale->shift);
}

Channel16 DrawChannel16(Random& random, const int8_t* weights, int32_t count,
                        int32_t stride, int64_t* bias, Scale* scale) {
  const int64_t size = SizeOf(weights, count, stride);
  const int64_t products = size << 15;
  // The reference takes sums within 2^47.
  const int64_t most = (int64_t{1} << 47) - 1 - products;
  const int64_t near = products / 2 + 100;
  const int64_t reach = random.Pick({int64_t{0}, near, near, near, most});
  *bias = random.Chance(10) ? random.Pick({most, -most})
                            : random.Int(-reach, reach);
  const int bits = BitsOf(products + std::abs(*bias));
  *scale = {DrawMultiplier(random), 0};
  // Beyond this multiplier the reference overflows.
  scale->multiplier = std::min<int32_t>(scale->multiplier, 0x7FFF7FFF);
  scale->shift = random.Chance(75) ? 15 - bits + random.Int32(-1, 3)
                                   : random.Int32(-31, 7);
  // What the reference casts to 32 bits fits.
  scale->shift =
      std::clamp<int32_t>(scale->shift, -31, std::min<int32_t>(7, 30 - bits));
  return mcu_eval::kernels::MakeChannel16(*bias, scale->multiplier,
                                          scale->shift, products);
}

}  // namespace mcu_eval_test
