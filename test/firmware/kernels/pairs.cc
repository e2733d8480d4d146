#include "test/firmware/kernels/pairs.h"

#include "firmware/infer/kernels/pair_plan.h"

namespace mcu_eval_test {
namespace {

constexpr int kAxes = 4;

// What a tensor's dims are to the maker of pairings.
struct Dims {
  int size;
  int data[kAxes];
};

TfLiteTensor TensorOf(const int32_t (&shape)[kAxes], Dims* dims) {
  dims->size = kAxes;
  for (int i = 0; i < kAxes; ++i) dims->data[i] = shape[i];
  TfLiteTensor tensor = {};
  tensor.dims = reinterpret_cast<TfLiteIntArray*>(dims);
  return tensor;
}

size_t CountOf(const int32_t (&shape)[kAxes]) {
  size_t count = 1;
  for (int32_t extent : shape) count *= extent;
  return count;
}

template <typename Element, typename Fill>
PairInputs<Element> Draw(Trial& trial, const PairShapes& shapes, Fill fill) {
  PairInputs<Element> inputs = {};
  for (int i = 0; i < 2; ++i) {
    auto* values = Array<Element>(
        trial, i == 0 ? "first input" : "second input", shapes.in_count[i]);
    fill(trial.random, values, shapes.in_count[i]);
    inputs.values[i] = values;
  }
  return inputs;
}

}  // namespace

size_t PairShapes::Source(size_t i, int which) const {
  size_t source = 0, stride = 1;
  for (int axis = kAxes - 1; axis >= 0; --axis) {
    const size_t at = i % out[axis];
    i /= out[axis];
    if (in[which][axis] > 1) source += at * stride;
    stride *= in[which][axis];
  }
  return source;
}

PairShapes DrawPair(Trial& trial) {
  Random& random = trial.random;
  PairShapes shapes = {};
  const bool broadcasts = random.Chance(50);
  for (int axis = 0; axis < kAxes; ++axis) {
    const int32_t extent = axis == 3 ? DrawCount(random, 1, 70)
                                     : DrawCount(random, 1, axis == 0 ? 2 : 9);
    shapes.out[axis] = shapes.in[0][axis] = shapes.in[1][axis] = extent;
    if (!broadcasts || random.Chance(40)) continue;
    shapes.in[random.Int(0, 1)][axis] = 1;
  }
  Dims dims[3];
  TfLiteTensor a = TensorOf(shapes.in[0], &dims[0]);
  TfLiteTensor b = TensorOf(shapes.in[1], &dims[1]);
  const TfLiteTensor out = TensorOf(shapes.out, &dims[2]);
  shapes.pairing = mcu_eval::kernels::PairingOf(&a, &b, &out);
  shapes.out_count = CountOf(shapes.out);
  Text text = trial.Describe();
  for (int i = 0; i < 2; ++i) {
    shapes.in_count[i] = CountOf(shapes.in[i]);
    for (int32_t extent : shapes.in[i]) text.Add(extent).Add(' ');
    text.Add(i == 0 ? "and " : "");
  }
  return shapes;
}

PairInputs<int8_t> DrawPairInputs8(Trial& trial, const PairShapes& shapes) {
  return Draw<int8_t>(trial, shapes, DrawBytes);
}

PairInputs<int16_t> DrawPairInputs16(Trial& trial, const PairShapes& shapes) {
  return Draw<int16_t>(trial, shapes, DrawWords);
}

}  // namespace mcu_eval_test
