import type { Recipe } from "../recipe.js";

/** The committed ResNet-8. So small a network underfits: light augmentation, no label smoothing. */
export const cifar10Resnet8: Recipe = {
  id: "cifar10-resnet8",
  seed: 1,
  threads: 2,
  epochs: 70,
  batchSize: 128,
  learningRate: { peak: 0.2, warmup: 0.1, start: 0.1, end: 0.001 },
  momentum: 0.9,
  weightDecay: 5e-4,
  labelSmoothing: 0,
  augment: { maxShift: 3, flip: true },
};

/** A network of lower accuracy in a ninth of the time. */
export const cifar10Resnet8Quick: Recipe = {
  ...cifar10Resnet8,
  id: "cifar10-resnet8-quick",
  epochs: 8,
  learningRate: { peak: 0.2, warmup: 0.2, start: 0.1, end: 0.001 },
  augment: { maxShift: 2, flip: true },
};
