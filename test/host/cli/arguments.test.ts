import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import {
  attackArgument,
  collector,
  commaList,
  goalArgument,
  oneOf,
  positiveNumber,
  wholeNumber,
} from "../../../host/cli/arguments.js";

describe("wholeNumber", () => {
  it("takes digits from the minimum on", () => {
    expect(wholeNumber(1)("200")).toBe(200);
    for (const text of ["0", "-1", "1.5", "1e3", "", "x", "99999999999999999999"]) {
      expect(() => wholeNumber(1)(text)).toThrow(InvalidArgumentError);
    }
  });
});

describe("positiveNumber", () => {
  it("takes numbers above 0", () => {
    expect(positiveNumber("0.5")).toBe(0.5);
    for (const text of ["0", "-1", "", "x", "Infinity"])
      expect(() => positiveNumber(text)).toThrow(InvalidArgumentError);
  });
});

describe("oneOf", () => {
  it("names the choices", () => {
    expect(oneOf("linf", "l2")("l2")).toBe("l2");
    expect(() => oneOf("linf", "l2")("L2")).toThrow(/linf or l2/);
  });
});

describe("collector", () => {
  it("gathers what is given several times", () => {
    const collect = collector(Number);
    collect("1");
    expect(collect("2")).toEqual([1, 2]);
  });
});

describe("commaList", () => {
  it("trims parts and refuses empty ones", () => {
    expect(commaList("1/255, 8/255")).toEqual(["1/255", "8/255"]);
    for (const text of ["", "1/255,", ",", "a,,b"]) expect(() => commaList(text)).toThrow(InvalidArgumentError);
  });
});

describe("attackArgument", () => {
  it.each([
    ["pgd", { id: "pgd", params: {} }],
    ["pgd:steps=20,restarts=2", { id: "pgd", params: { steps: "20", restarts: "2" } }],
    ["pgd:random-start", { id: "pgd", params: { "random-start": "true" } }],
    ["pgd:a=b=c:d", { id: "pgd", params: { a: "b=c:d" } }],
    [
      "square:norm=l2,eps=0.5+1,p-init=0.1",
      { id: "square", params: { "p-init": "0.1" }, norm: "l2", eps: ["0.5", "1"] },
    ],
    ["pgd:eps=8/255 + 1e+2+3e-2", { id: "pgd", params: {}, eps: ["8/255", "1e+2", "3e-2"] }],
    ["jsma:goal=targeted:random", { id: "jsma", params: {}, goal: { kind: "targeted", target: "random" } }],
  ])("reads %s", (text, expected) => {
    expect(attackArgument(text)).toEqual(expected);
  });

  it.each([
    "",
    ":steps=1",
    "pgd:",
    "pgd:=1",
    "pgd:steps=1,",
    "pgd:steps=1,steps=2",
    "pgd:norm=l3",
    "pgd:eps=",
    "pgd:eps=1+",
    "pgd:goal=targeted",
  ])("refuses %j", (text) => {
    expect(() => attackArgument(text)).toThrow(InvalidArgumentError);
  });
});

describe("goalArgument", () => {
  it("reads the goals", () => {
    expect(goalArgument("untargeted")).toEqual({ kind: "untargeted" });
    expect(goalArgument("targeted:7")).toEqual({ kind: "targeted", target: "7" });
    for (const target of ["next", "random", "likely"]) {
      expect(goalArgument(`targeted:${target}`)).toEqual({ kind: "targeted", target });
    }
    for (const text of ["targeted", "targeted:", "targeted:-1", "any"])
      expect(() => goalArgument(text)).toThrow(InvalidArgumentError);
  });
});
