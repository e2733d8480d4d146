/** What an attack sees of the model: a network with its gradients, or an oracle that answers and counts. */

import type { Attack } from "../attacks/index.js";
import { type GradientModel, McuEvalError, type Oracle } from "../core/index.js";
import type { AttackSettings, OracleAnswers, OracleName } from "../data/index.js";
import type { Asker } from "./asker.js";
import type { OracleClock } from "./oracle-clock.js";
import { createOracleLedger, type OracleLedger } from "./oracle-ledger.js";
import { type EngineView, engineOracle, networkOracle } from "./oracles.js";
import type { Group } from "./plan.js";

export interface Box {
  readonly model: GradientModel | Oracle;
  /** What the grid finish has to fool; `model` where absent. */
  readonly finishModel?: GradientModel | Oracle;
  readonly twin?: GradientModel;
  /** Where oracles are asked. */
  readonly ledger?: OracleLedger;
  /** Waits until all answers are written. */
  close(): Promise<void>;
}

/** Opens what an attack sees, anew for each group, since the count of queries begins with it. */
export type BoxOpener = (group: Group) => Promise<Box>;

/** All that attacks of a run may see. */
export interface Networks {
  readonly float: GradientModel;
  /** Where an attack needs it. */
  readonly twin?: GradientModel;
  readonly engines: { readonly device: Asker; readonly native?: Asker };
  readonly view: EngineView;
}

export interface BoxOptions {
  readonly attack: Attack;
  readonly settings: AttackSettings;
  readonly networks: Networks;
  readonly clock: OracleClock;
  /** Groups that ask an oracle and are not done, this one included. */
  readonly groupsLeft: (group: Group) => number;
  /** The answers of an earlier session to a group. */
  readonly openAnswers: (group: Group) => Promise<OracleAnswers>;
  readonly timeIsUp: (group: Group) => void;
}

/** Whether an attack asks an engine that runs the quantised model. */
export function asksEngine({ oracle, finish_on }: AttackSettings): boolean {
  return [oracle, finish_on].some((name) => name === "native" || name === "device");
}

/** Whether an attack asks any oracle. */
export function asksOracle(settings: AttackSettings): boolean {
  return settings.oracle !== undefined || asksEngine(settings);
}

/** The oracle that an attack's grid finish asks; undefined where it asks a network or nothing at all. */
export function finishOracleOf({ oracle, finish_on }: AttackSettings): OracleName | undefined {
  if (finish_on === "float") return oracle && "float";
  return finish_on === "twin" ? undefined : finish_on;
}

/** The engine of a name; the native build is the device's where the board under test is the native one. */
export function engineOf({ device, native }: Networks["engines"], name: "native" | "device"): Asker {
  return name === "native" ? (native ?? device) : device;
}

/** @throws McuEvalError USAGE where an engine cannot report the tensor that scores are wanted of */
export function boxOpener(options: BoxOptions): BoxOpener {
  const { attack, settings, networks, clock } = options;
  assertReports(settings, networks);
  const white = (name: "float" | "twin"): GradientModel => (name === "twin" ? twinIn(networks) : networks.float);
  const twin = attack.needsTwin ? { twin: twinIn(networks) } : {};
  if (!asksOracle(settings)) {
    const model = white(settings.source ?? "float");
    const finish = settings.finish_on;
    const finishModel = finish === "float" || finish === "twin" ? { finishModel: white(finish) } : {};
    return async () => ({ model, ...finishModel, ...twin, close: async () => undefined });
  }
  return async (group) => {
    const answers = asksEngine(settings) ? await options.openAnswers(group) : undefined;
    clock.begin(options.groupsLeft(group));
    const ledger = createOracleLedger(
      settings.budget,
      clock,
      () => options.timeIsUp(group),
      (sample, place) => answers?.find(sample, place) !== undefined,
    );
    const oracleOn = (name: OracleName, gives: Oracle["gives"]): Oracle => {
      const shared = { gives, ledger, clock };
      if (name === "float") return networkOracle(networks.float, shared);
      const { logits, ...output } = networks.view;
      const view = { ...output, ...(settings.scores === "logits" && { logits }) };
      const asker = engineOf(networks.engines, name);
      return engineOracle({ ...shared, asker, model: networks.float, view, answers: answers as OracleAnswers });
    };
    const gives = attack.needs === "labels" ? "labels" : "scores";
    const finish = settings.finish_on;
    return {
      model: settings.oracle ? oracleOn(settings.oracle, gives) : white(settings.source ?? "float"),
      ...(finish && { finishModel: finish === "twin" ? white("twin") : oracleOn(finish, gives) }),
      ...twin,
      ledger,
      close: async () => answers?.close(),
    };
  };
}

function twinIn({ twin }: Networks): GradientModel {
  if (twin) return twin;
  throw new McuEvalError("INTERNAL", "an attack needs the twin, and it was not made");
}

function assertReports({ oracle, finish_on, scores }: AttackSettings, { engines, view }: Networks): void {
  if (scores !== "logits" || view.logits === undefined) return;
  for (const name of [oracle, finish_on]) {
    if ((name !== "native" && name !== "device") || engineOf(engines, name).reportsTensors) continue;
    throw new McuEvalError("USAGE", `the ${name} oracle cannot report the tensor before the softmax`, {
      hint: "Its firmware reports outputs alone: use --oracle-scores output.",
    });
  }
}
