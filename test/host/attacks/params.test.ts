import { describe, expect, it } from "vitest";
import { ATTACKS, type Attack, flagName, paramsToFile, parseParams, pgd } from "../../../host/attacks/index.js";

const parse = (entered: Record<string, string | number | boolean>): Record<string, unknown> =>
  parseParams("pgd", pgd.params, entered);

describe("parseParams", () => {
  it("fills in the defaults", () => {
    expect(parse({})).toEqual({ steps: 20, stepSize: 0.1, restarts: 1, randomStart: true });
  });

  it("takes names as in code, files and flags, and text as from the command line", () => {
    const expected = { steps: 40, stepSize: 0.25, restarts: 2, randomStart: false };
    expect(parse({ steps: 40, stepSize: 0.25, restarts: 2, randomStart: false })).toEqual(expected);
    expect(parse({ steps: "40", step_size: "0.25", restarts: "2", random_start: "false" })).toEqual(expected);
    expect(parse({ steps: 40, "step-size": 0.25, restarts: 2, "random-start": false })).toEqual(expected);
  });

  it.each([
    [{ steps: 0 }, "USAGE", "pgd's steps is 0, expected a whole number of at least 1"],
    [{ steps: "1.5" }, "USAGE", 'pgd\'s steps is "1.5", expected a whole number of at least 1'],
    [{ steps: "" }, "USAGE", "expected a whole number"],
    [{ steps: true }, "USAGE", "expected a whole number"],
    [{ stepSize: 0 }, "USAGE", "pgd's step-size is 0, expected a number"],
    [{ stepSize: "much" }, "USAGE", 'pgd\'s step-size is "much", expected a number above 0'],
    [{ randomStart: "yes" }, "USAGE", "expected true or false"],
    [{ stepz: 3 }, "ATTACK_UNKNOWN", 'attack pgd has no parameter "stepz"'],
  ])("refuses %j", (entered, code, message) => {
    const failure = (): unknown => parse(entered as Record<string, string>);
    expect(failure).toThrow(expect.objectContaining({ code }));
    expect(failure).toThrow(message);
  });

  it.each([
    ["square", { pInit: 2 }, "square's p-init is 2, expected a number above 0, at most 1"],
    ["zoo", { confidence: -1 }, "zoo's confidence is -1, expected a number of at least 0"],
    ["geoda", { lambda: 2 }, "geoda's lambda is 2, expected a number from 0.01 to 1"],
  ])("says in words what %s takes", (id, entered, message) => {
    const { params } = ATTACKS.find((attack) => attack.id === id) as Attack;
    expect(() => parseParams(id, params, entered as never)).toThrow(message);
  });

  it("suggests the nearest name", () => {
    expect(() => parse({ stepz: 3 })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("mean steps?") }),
    );
  });
});

it("values get their file names", () => {
  expect(paramsToFile({ stepSize: 0.1, steps: 3 })).toEqual({ step_size: 0.1, steps: 3 });
  expect(flagName("randomStart")).toBe("random-start");
});

it("every parameter of every attack says what it does, whence its default comes, and why", () => {
  for (const { id, params } of ATTACKS) {
    for (const [name, { help, source, reason }] of Object.entries(params)) {
      for (const text of [help, source, reason]) expect(text.length, `${id} ${name}`).toBeGreaterThan(8);
    }
  }
});
