import { afterEach, describe, expect, it, vi } from "vitest";
import { ATTACKS } from "../../../host/attacks/index.js";
import { runCli } from "../../../host/cli/program.js";
import { captured } from "./captured.js";

afterEach(() => vi.unstubAllEnvs());

async function cli(...args: string[]) {
  const io = captured();
  const code = await runCli(args, io);
  return { code, out: io.outText(), err: io.errText() };
}

describe("help", () => {
  it("lists the verbs and the exit codes", async () => {
    const { code, out } = await cli("--help");
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot("golden/help.txt");
  });

  it.each(["run", "attack", "train", "quantize", "profile", "build", "boards", "doctor", "report"])(
    "of %s",
    async (verb) => {
      const { code, out } = await cli(verb, "--help");
      expect(code).toBe(0);
      await expect(out).toMatchFileSnapshot(`golden/help-${verb}.txt`);
    },
  );

  it("answers to no verb at all with the help and a usage error", async () => {
    const { code, err } = await cli();
    expect(code).toBe(2);
    expect(err).toMatch(/Usage: mcu-eval/);
  });

  it("knows its version", async () => {
    expect(await cli("--version")).toMatchObject({ code: 0, out: "0.1.0\n" });
  });
});

describe("wrong usage ends with exit code 2 and says what is expected", () => {
  it.each([
    [["runn"], /unknown command 'runn'/],
    [["run", "--bord", "native"], /unknown option '--bord'[\s\S]*--board/],
    [["run", "extra"], /too many arguments/],
    [["run", "-n", "0"], /whole number of at least 1/],
    [["run", "-n", "many"], /whole number of at least 1/],
    [["run", "--seed", "-1"], /whole number of at least 0/],
    [["run", "--norm", "l3"], /l0 or l1 or l2 or linf/],
    [["run", "--goal", "targeted"], /targeted:<class>/],
    [["run", "--eps", ""], /separated by commas/],
    [["run", "--attack", ":steps=1"], /<id>:<parameter>=<value>/],
    [["run", "--max-minutes", "0"], /number above 0/],
    [["run", "--oracle", "board"], /float or native or device/],
    [["run", "--attack", "pgd:norm=l3"], /l0 or l1 or l2 or linf/],
    [["run", "--attack", "deepfool:eps=1/255", "--board", "native"], /smallest perturbation and takes no eps/],
    [["train"], /required option '--out <folder>'/],
    [["quantize"], /missing required argument 'network'/],
    [["quantize", "float", "--type", "int4"], /'int4' is invalid[\s\S]*int8, int16x8/],
    [["report"], /missing required argument 'folder'/],
    [["profile", "--runs", "0"], /whole number of at least 1/],
    [["attack"], /no attack is named/],
    [["attack", "pdg"], /there is no attack "pdg"[\s\S]*pgd/],
    [["build", "--board", "qemu-m8"], /there is no board "qemu-m8"[\s\S]*Did you mean qemu-m[47]/],
    [
      ["train", "--out", "x", "--recipe", "cifar10-resnet9"],
      /there is no recipe "cifar10-resnet9"[\s\S]*cifar10-resnet8/,
    ],
  ])("%j", async (args, message) => {
    const { code, out, err } = await cli(...args);
    expect(err).toMatch(message);
    expect(code).toBe(2);
    expect(out).toBe("");
  });
});

describe("attack", () => {
  it("lists every attack as a table: id, access, norms, defaults, source", async () => {
    const { code, out } = await cli("attack", "--list");
    expect(code).toBe(0);
    expect(out.split("\n")[0]).toMatch(/^id +access +finds +norms +defaults +source$/);
    expect(out).toMatch(/^pgd +gradient +best loss within eps +linf, l2 +steps=20,step-size=0\.1,.*1706\.06083$/m);
    for (const { id } of ATTACKS) expect(out).toMatch(new RegExp(`^${id} `, "m"));
  });

  it("shows one in full, with its budgets and what its defaults are good for", async () => {
    const { out } = await cli("attack", "pgd");
    expect(out).toMatch(/^ {2}norms +linf, l2 \(default linf\)$/m);
    expect(out).toMatch(/^ {2}eps +linf 0\.4\/255,.*; l2 0\.05,/m);
    expect(out).toMatch(/^ {2}step-size=0\.1\n {6}\S.*\n {6}\S/m);
    expect(out).not.toMatch(/^fgsm/m);
    expect((await cli("attack", "deepfool")).out).toMatch(/takes no eps/);
  });

  it("shows what a preset sets", async () => {
    const { code, out } = await cli("attack", "--list", "--preset", "paper");
    expect(code).toBe(0);
    expect(out).toMatch(/^paper .*2404\.05688/);
    expect(out).toMatch(/^jsma +l0 +targeted:random +theta=0\.08,gamma=1$/m);
    expect(out.trim().split("\n")).toHaveLength(3 + 12);
  });

  it("names an attack or a preset, not both", async () => {
    expect(await cli("attack", "pgd", "--preset", "paper")).toMatchObject({ code: 2 });
    expect((await cli("attack", "--preset", "papers")).err).toMatch(/Did you mean paper\?/);
  });
});

describe("boards", () => {
  it("lists the boards as a table and as JSON", async () => {
    const { out } = await cli("boards");
    for (const id of ["native", "qemu-m7", "qemu-m4", "qemu-m55"]) expect(out).toMatch(new RegExp(`^${id} `, "m"));
    const { boards } = JSON.parse((await cli("boards", "--json")).out) as { boards: { id: string; core: string }[] };
    expect(boards.find(({ id }) => id === "qemu-m7")?.core).toBe("cortex-m7");
  });
});

describe("doctor", () => {
  it("reports every part with its version, or what to do about it", async () => {
    const { out } = await cli("doctor", "--json");
    const { findings } = JSON.parse(out) as {
      findings: { what: string; state: string; found?: string; advice?: string }[];
    };
    const of = (what: string) => findings.find((finding) => finding.what === what);
    expect(of("node")?.found).toBe(process.versions.node);
    expect(of("tensor engine")?.found).toMatch(/\d+\.\d+/);
    for (const what of ["ARM compiler", "emulator", "board native", "board qemu-m7", "serial ports"])
      expect(of(what), what).toBeDefined();
    expect(findings.filter(({ state, advice }) => state === "missing" && !advice)).toEqual([]);
  });

  it("ends with exit code 3 and advice where something is missing", async () => {
    vi.stubEnv("PATH", "/nonexistent");
    const { code, out, err } = await cli("doctor");
    expect(code).toBe(3);
    expect(out).toMatch(/MISSING {2}emulator\s+apt-get install/);
    expect(err).toMatch(/missing: .*emulator/);
  });
});

describe("report", () => {
  it("says what is missing in a folder that is no run", async () => {
    expect(await cli("report", "no-such-folder")).toMatchObject({
      code: 4,
      err: expect.stringMatching(/no-such-folder.*does not exist/),
    });
  });
});
