import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AttackSettings } from "../../../host/data/index.js";
import { accuracyTable, htmlReport, loadRun, summarySentence } from "../../../host/report/index.js";
import { variantsOf } from "../../../host/report/variants.js";
import { START, writeFixture } from "./fixture.js";

const attack = (id: string, params: AttackSettings["params"]): AttackSettings => ({
  id,
  goal: "untargeted",
  norm: "linf",
  params,
  eps: [],
});

it("attacks of one id are told apart by the parameters that differ", () => {
  const attacks = [
    attack("pgd", { steps: 20, restarts: 1, random_start: true }),
    attack("fgsm", {}),
    attack("pgd", { steps: 40, restarts: 1, random_start: true }),
    attack("pgd", { steps: 20, restarts: 5, random_start: true }),
  ];
  expect(variantsOf(attacks)).toEqual(["steps=20,restarts=1", null, "steps=40,restarts=1", "steps=20,restarts=5"]);
  expect(variantsOf(attacks.slice(0, 2))).toEqual([null, null]);
});

it("a norm or a goal of its own names an attack without its parameters", () => {
  const square = attack("square", { p_init: 0.05 });
  const l2 = { ...attack("square", { p_init: 0.8 }), norm: "l2" } as const;
  const targeted = { ...l2, goal: "targeted", target: "random" } as const;
  expect(variantsOf([square, l2])).toEqual(["norm=linf", "norm=l2"]);
  expect(variantsOf([l2, targeted])).toEqual(["goal=untargeted", "goal=targeted-random"]);
  expect(variantsOf([square, l2, { ...l2, params: { p_init: 0.5 } }])).toEqual([
    "norm=linf",
    "norm=l2,p_init=0.8",
    "norm=l2,p_init=0.5",
  ]);
});

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "report-variants-"));
});
afterAll(() => rm(root, { recursive: true }));

it("two runs of one attack are two rows, in the tables and in the figure of all attacks", async () => {
  const [{ eps, ...pgd }] = START.settings.attacks as [AttackSettings];
  const attacks = [
    { ...pgd, params: { steps: 20 }, eps: eps.slice(0, 1) },
    { ...pgd, params: { steps: 40 }, eps: eps.slice(1) },
  ];
  const input = await loadRun(
    await writeFixture(join(root, "two"), { start: { ...START, settings: { ...START.settings, attacks } } }),
  );
  expect(accuracyTable(input.summary).rows.map(([cell]) => cell?.text)).toEqual([
    "clean",
    "pgd:steps=20 0.4/255",
    "pgd:steps=40 2/255",
  ]);
  expect(summarySentence(input)).toMatch(/classify correctly and pgd:steps=20 at 0.4\/255 fools on float/);
  const page = await htmlReport(input);
  expect(page).toMatch(/Attack success rates\. pgd:steps=20 0\.4\/255, .* and pgd:steps=40 2\/255/);
  // One budget is no curve.
  expect(page).not.toContain("Accuracy against eps,");
});
