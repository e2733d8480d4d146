// The inner loops of the DSP form of 3x3 depthwise convolutions, in assembly.
//
// They walk a plane: a part of one image, four channels of it, as 16-bit words.
// Pixels stand in pairs of neighbours, the left one in the low half; the words
// of the four channels are neighbours, then come the rows of one column of
// pairs, then the columns. So the three rows of a window lie 16 bytes apart,
// its pixels in two columns of pairs, and a window that goes down a column
// needs no index.
#ifndef MCU_EVAL_INFER_KERNELS_DEPTHWISE_WALK_H_
#define MCU_EVAL_INFER_KERNELS_DEPTHWISE_WALK_H_

#include <cstdint>

namespace mcu_eval::kernels::dsp {

// Bytes from a row of a plane to the next: a word for each of four channels.
constexpr int32_t kPlaneRow = 16;

// What a walk knows; the assembly has the places of the members. Outputs of one
// channel, all in one byte order of NHWC.
struct Walk {
  // Two outputs at a time: a word (w0, w1) and a word (w1, w2) for each row of
  // the kernel. One at a time: (w0, w1) of each row, then the three w2.
  uint32_t weights[6];
  union {
    struct {
      uint32_t fraction;  // see Channel8
      uint32_t before_last;
      int32_t rounding;
    } end8;
    struct {
      uint32_t base_low;  // see Channel16
      uint32_t base_high;
      int32_t right;
    } end16;
  };
  int32_t pixel_bytes;  // from an output to its right neighbour
  int32_t row_bytes;    // and to the one below
  uintptr_t end;        // where the walk down a column of the plane stops; the
                        // int16 walks' own
  int32_t plane_skip;   // from there to the next column
  int32_t output_skip;
  int32_t column_bytes;      // from a column of the plane to the next
  int32_t columns;           // how many to walk, at least 1
  int32_t bias_or_fraction;  // Channel8::bias, Channel16::fraction
  int32_t spare;
};

// `plane`: the first word of the channel; `end_bytes`: what a walk down one
// column passes over: rows times the step from window to window.
using WalkFunction = void (*)(const Walk* walk, const uint8_t* plane,
                              void* output, uintptr_t end_bytes);

extern "C" {
// Pair: two outputs, stride_w 1. One: one output, stride_w 2 or a last column.
// The number is stride_h. Low: for int8 outputs whose lowest value is their
// zero point, where ties below it need no care.
#define MCU_EVAL_WALKS(form)                                                  \
  void McuEvalWalkPair1##form(const Walk*, const uint8_t*, void*, uintptr_t); \
  void McuEvalWalkPair2##form(const Walk*, const uint8_t*, void*, uintptr_t); \
  void McuEvalWalkOne1##form(const Walk*, const uint8_t*, void*, uintptr_t);  \
  void McuEvalWalkOne2##form(const Walk*, const uint8_t*, void*, uintptr_t)
MCU_EVAL_WALKS(Int8);
MCU_EVAL_WALKS(Int8Low);
MCU_EVAL_WALKS(Int16);
MCU_EVAL_WALKS(Int16Low);
#undef MCU_EVAL_WALKS
}

}  // namespace mcu_eval::kernels::dsp

#endif  // MCU_EVAL_INFER_KERNELS_DEPTHWISE_WALK_H_
