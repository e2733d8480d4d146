// Operators that only move elements, as the runtime calls them: RESHAPE, PAD,
// PADV2 and CONCATENATION. They copy rows and are the same in every set.
#include "firmware/infer/kernels/copy.h"
#include "firmware/infer/kernels/kernel.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace mcu_eval::kernels {
namespace {

TfLiteStatus NothingToPrepare(TfLiteContext*, TfLiteNode*) { return kTfLiteOk; }

KernelSet Set(TfLiteType) { return KernelSet::kPortable; }

size_t ElementBytes(const TfLiteTensor* tensor) {
  return tensor->type == kTfLiteInt8 ? 1 : 2;
}

size_t Product(const TfLiteIntArray* dims, int first, int end) {
  size_t product = 1;
  for (int i = first; i < end; ++i) {
    product *= static_cast<size_t>(dims->data[i]);
  }
  return product;
}

TfLiteStatus Reshape(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  if (output->data.raw != input->data.raw) {
    CopyBytes(output->data.raw, input->data.raw, input->bytes);
  }
  return kTfLiteOk;
}

// A padded tensor, walked axis by axis.
struct Padding {
  const int* extents;       // of the input
  const int32_t* paddings;  // [axis][before, after]
  int rank;
  size_t element_bytes;
  int32_t value;
  const uint8_t* in;
  uint8_t* out;
};

void Fill(Padding& p, size_t elements) {
  FillElements(p.out, p.value, elements, p.element_bytes);
  p.out += elements * p.element_bytes;
}

void PadAxis(Padding& p, int axis) {
  // Elements of the output in one step along the axis.
  size_t step = 1;
  for (int i = axis + 1; i < p.rank; ++i) {
    step *= static_cast<size_t>(p.paddings[2 * i] + p.extents[i] +
                                p.paddings[2 * i + 1]);
  }
  Fill(p, static_cast<size_t>(p.paddings[2 * axis]) * step);
  if (axis == p.rank - 1) {
    const size_t bytes = static_cast<size_t>(p.extents[axis]) * p.element_bytes;
    CopyBytes(p.out, p.in, bytes);
    p.in += bytes;
    p.out += bytes;
  } else {
    for (int32_t i = 0; i < p.extents[axis]; ++i) PadAxis(p, axis + 1);
  }
  Fill(p, static_cast<size_t>(p.paddings[2 * axis + 1]) * step);
}

TfLiteStatus Pad(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  int32_t value = output->params.zero_point;
  if (node->inputs->size == 3) {
    const TfLiteTensor* given = tflite::GetInput(context, node, 2);
    value =
        given->type == kTfLiteInt8 ? given->data.int8[0] : given->data.i16[0];
  }
  Padding padding = {
      input->dims->data,
      tflite::GetInput(context, node, 1)->data.i32,
      input->dims->size,
      ElementBytes(input),
      value,
      input->data.uint8,
      output->data.uint8,
  };
  PadAxis(padding, 0);
  return kTfLiteOk;
}

TfLiteStatus Concatenation(TfLiteContext* context, TfLiteNode* node) {
  const auto& params =
      *static_cast<const TfLiteConcatenationParams*>(node->builtin_data);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  const int rank = output->dims->size;
  const int axis = params.axis < 0 ? params.axis + rank : params.axis;
  const size_t outer = Product(output->dims, 0, axis);
  const size_t pitch = Product(output->dims, axis, rank) * ElementBytes(output);
  uint8_t* column = output->data.uint8;
  for (int i = 0; i < node->inputs->size; ++i) {
    const TfLiteTensor* input = tflite::GetInput(context, node, i);
    const size_t bytes = Product(input->dims, axis, rank) * ElementBytes(input);
    for (size_t row = 0; row < outer; ++row) {
      CopyBytes(column + row * pitch, input->data.uint8 + row * bytes, bytes);
    }
    column += bytes;
  }
  return kTfLiteOk;
}

}  // namespace

const Kernel kReshape = {NothingToPrepare, Reshape, Set};
const Kernel kPad = {NothingToPrepare, Pad, Set};
const Kernel kConcatenation = {NothingToPrepare, Concatenation, Set};

}  // namespace mcu_eval::kernels
