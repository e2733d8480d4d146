/**
 * The twelve configurations of Costa & Pinto, exactly: ten attacks, of which Square runs in two norms and
 * C&W in two forms. Their settings differ between the three tasks in four numbers, hence three presets.
 */

import type { Preset, PresetAttack } from "./preset.js";

const SOURCE = "Costa & Pinto 2024, arXiv:2404.05688, as in the authors' artefact";

/** The numbers that the study chose task by task. */
interface Task {
  readonly autoattackEps: string;
  readonly squareL2Eps: string;
  /** Side of the square of low frequencies that GeoDA draws from. */
  readonly geodaSubDim: number;
}

/** 2e-4 to 1e-3 in steps of 2e-4, then to 8e-3 in steps of 1e-3. */
const PGD_EPS = "0.0002 0.0004 0.0006 0.0008 0.001 0.002 0.003 0.004 0.005 0.006 0.007 0.008".split(" ");

function attacksOf({ autoattackEps, squareL2Eps, geodaSubDim }: Task): readonly PresetAttack[] {
  return [
    {
      id: "pgd",
      norm: "linf",
      eps: PGD_EPS,
      params: { steps: 20, stepSize: 0.1, restarts: 20, randomStart: true },
    },
    { id: "deepfool", norm: "l2", params: { steps: 100, overshoot: 0.008, candidates: 0 } },
    {
      id: "jsma",
      norm: "l0",
      goal: { kind: "targeted", target: "random" },
      params: { theta: 0.08, gamma: 1 },
    },
    {
      id: "cw-l2",
      norm: "l2",
      params: {
        steps: 10,
        binarySteps: 10,
        initialConst: 0.01,
        confidence: 0,
        constTolerance: 0,
        learningRate: 0.01,
        stepLimit: 0,
        tanhSmoother: 0.999999,
      },
    },
    {
      id: "cw-linf",
      norm: "linf",
      params: {
        steps: 10,
        learningRate: 0.01,
        initialConst: 1e-5,
        largestConst: 20,
        constFactor: 2,
        decreaseFactor: 0.9,
        smallestTau: 1 / 256,
        stepLimit: 0,
        tanhSmoother: 0.999999,
      },
    },
    {
      id: "ead",
      norm: "l1",
      params: { rule: "en", steps: 10, binarySteps: 10, initialConst: 0.01, beta: 1e-3, learningRate: 0.01 },
    },
    { id: "autoattack", norm: "linf", eps: [autoattackEps], params: { steps: 100, targetClasses: 9, queries: 5000 } },
    {
      id: "zoo",
      norm: "l2",
      params: { steps: 10, binarySteps: 5, initialConst: 0.01, importanceSampling: true },
    },
    { id: "square", norm: "l2", eps: [squareL2Eps], params: { steps: 2000, pInit: 0.8 } },
    { id: "square", norm: "linf", eps: ["0.015"], params: { steps: 1000, pInit: 0.05 } },
    {
      id: "boundary",
      norm: "l2",
      params: { rule: "trials", steps: 500, delta: 0.1, epsilon: 1, stepAdapt: 0.667, initSize: 100 },
    },
    {
      id: "geoda",
      norm: "l2",
      params: { maxQueries: 4000, binSearchTol: 1e-4, subDim: geodaSubDim, lambda: 0.6, initSize: 100 },
    },
  ];
}

export const paper: Preset = {
  id: "paper",
  title: "The study's attacks on CIFAR-10 ResNet-8",
  source: SOURCE,
  attacks: attacksOf({ autoattackEps: "0.004", squareL2Eps: "1.0", geodaSubDim: 75 }),
};

export const paperVww: Preset = {
  id: "paper-vww",
  title: "The study's attacks on Visual Wake Words MobileNetV1",
  source: SOURCE,
  attacks: attacksOf({ autoattackEps: "0.004", squareL2Eps: "2.0", geodaSubDim: 75 }),
};

export const paperCoffee: Preset = {
  id: "paper-coffee",
  title: "The study's attacks on the coffee leaf CNN",
  source: SOURCE,
  attacks: attacksOf({ autoattackEps: "0.009", squareL2Eps: "2.0", geodaSubDim: 10 }),
};
