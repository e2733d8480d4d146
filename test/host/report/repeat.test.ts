import { expect, it } from "vitest";
import type { RunManifest, RunSettings } from "../../../host/data/index.js";
import { repeatCommand } from "../../../host/report/repeat.js";
import { START } from "./fixture.js";

const commandOf = (settings: Partial<RunSettings>) =>
  repeatCommand({ settings: { ...START.settings, ...settings } } as RunManifest);

it("names every setting that the results depend on", () => {
  expect(commandOf({})).toBe(
    `mcu-eval run \\
  --board qemu-m7 \\
  --model tiny \\
  --data synthetic:test \\
  --first 100 \\
  -n 20 \\
  --attack pgd:steps=20,randomStart=true,norm=linf,eps=0.4/255+2/255 \\
  --seed 7 \\
  --batch 10`,
  );
  const all = commandOf({
    float: "my nets/float",
    grid: true,
    attacks: START.settings.attacks.map((attack) => ({
      ...attack,
      goal: "targeted" as const,
      target: "next",
      source: "twin" as const,
    })),
  });
  const lines = [
    "--float 'my nets/float' \\\n",
    "goal=targeted:next \\\n",
    "--source twin \\\n",
    "--batch 10 \\\n  --grid",
  ];
  for (const line of lines) {
    expect(all).toContain(line);
  }
});
