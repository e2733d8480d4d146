export { loadTrained } from "./checkpoint.js";
export { countCorrect, countRight } from "./evaluate.js";
export { initialParams } from "./init.js";
export type { Recipe } from "./recipe.js";
export { cifar10Resnet8, cifar10Resnet8Quick } from "./recipes/cifar10-resnet8.js";
export { type EpochResult, type TrainedNetwork, type TrainingProgress, type TrainOptions, train } from "./train.js";
