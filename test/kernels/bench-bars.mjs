// What is to be reached. Instructions in millions an inference; `before` is what CMSIS-NN in today's tflite-micro
// needs for the same network, measured the same way.

/** By network, then by the core's kind of kernels. */
export const INSTRUCTIONS = {
  "cifar10-resnet8-int8": { dsp: { before: 30.0, bar: 17.5 }, mve: { before: 4.91, bar: 4.4 } },
  "mobilenet-025-int8": { dsp: { before: 24.0, bar: 14.5 }, mve: { before: 6.56, bar: 5.5 } },
  "ds-cnn-int8": { dsp: { before: 7.64, bar: 5.0 }, mve: { before: 1.81, bar: 1.6 } },
  "autoencoder-int8": { dsp: { before: 0.583, bar: 0.42 } },
  "cifar10-resnet8-int16x8": { dsp: { before: 32.0, bar: 20 } },
  "mobilenet-025-int16x8": { dsp: { before: 46.7, bar: 18 } },
};

export const BOARDS = { "qemu-m7": "dsp", "qemu-m4": "dsp", "qemu-m55": "mve" };

/** Time on x86-64: by kernel set the bar of the ratio to LiteRT without delegate, or of ms an inference. */
export const TIMES = {
  "cifar10-resnet8-int8": { avx2: { ratio: 1.5 }, vnni: { ratio: 1.0 } },
  "mobilenet-025-int8": { avx2: { ratio: 1.5 }, vnni: { ratio: 1.0 } },
  "ds-cnn-int8": { avx2: { ratio: 1.5 }, vnni: { ratio: 1.0 } },
  "cifar10-resnet8-int16x8": { avx2: { ms: 1.0 }, vnni: { ms: 1.0 } },
};

/** Emulated inferences of ResNet-8 a second, two emulators, link and host included. */
export const IMAGES_A_SECOND = 70;

/** A rise of instructions over the stored ones by more than this fails. */
export const RISE = 0.01;

/** Boards that every check measures. */
export const SHARE = ["qemu-m7", "qemu-m4", "qemu-m55"];
