/** `mcu-eval run`: the main job. */

import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import { isMcuEvalError, McuEvalError, NORMS, type Norm } from "../../core/index.js";
import type { OracleName } from "../../data/index.js";
import type { RunOutcome } from "../../eval/index.js";
import {
  type AttackArgument,
  attackArgument,
  collector,
  commaList,
  type GoalArgument,
  goalArgument,
  oneOf,
  positiveNumber,
  wholeNumber,
} from "../arguments.js";
import { errLine, type Io, outLine } from "../io.js";
import { createProgress } from "../progress.js";

interface RunFlags {
  readonly board: string;
  readonly model: string;
  readonly float?: string;
  readonly data: string;
  readonly samples: number;
  readonly first: number;
  readonly attack?: readonly AttackArgument[];
  readonly preset?: string;
  readonly eps?: readonly string[];
  readonly norm?: Norm;
  readonly goal?: GoalArgument;
  readonly source?: "float" | "twin";
  readonly oracle?: OracleName;
  readonly oracleScores?: "output" | "logits";
  readonly maxQueries?: number;
  readonly maxMinutes?: number;
  readonly finishOn?: OracleName | "twin";
  readonly seed: number;
  readonly batch: number;
  readonly grid?: boolean;
  readonly measures?: boolean;
  readonly jobs: number;
  readonly out?: string;
  readonly resume?: boolean;
  readonly require: readonly string[];
  readonly junit?: string | true;
}

/** Two emulators fill two cores; more processes than cores gain nothing. */
const MOST_JOBS = 2;

const DEFAULT_ATTACK = "pgd:steps=20";

const EXAMPLES = `
Examples:
  mcu-eval run                                         the main job, with every default
  mcu-eval run --attack pgd:steps=40,restarts=5 --eps 8/255
  mcu-eval run --attack square:norm=l2,eps=0.5+1 --attack square:norm=linf,eps=4/255 --oracle native
  mcu-eval run --attack all --preset paper -n 1000     the study's whole table
  mcu-eval run --attack fgsm --attack pgd --require 'device.robust_accuracy@pgd,1/255>=0.30' --junit
A run's folder follows from its settings, with a number from the second run on. The same command with
--resume goes on with the latest of them where it stopped.`;

/** Adds the verb to the program. */
export function addRun(program: Command, io: Io): void {
  program
    .command("run")
    .description("attack the float model, run the examples on the device, and report what transferred")
    .option("--board <id>", "board under test (see mcu-eval boards)", "qemu-m7")
    .option("--model <id>", "model folder, by id in models/ or by path", "cifar10-resnet8")
    .option("--float <folder>", "float network, a tfjs layers model, instead of the model folder's own")
    .option(
      "--data <source>",
      "cifar10:test, cifar10:train, a folder of pictures (a sub-folder a class), or samples.npy,labels.npy",
      "cifar10:test",
    )
    .option("-n, --samples <count>", "number of samples", wholeNumber(1), 200)
    .option("--first <number>", "first sample of the split", wholeNumber(0), 0)
    .addOption(
      new Option(
        "--attack <id[:name=value,...]>",
        "attack and its parameters (see mcu-eval attack --list), with norm=, eps=a+b and goal= of its own where wanted; all for every attack that knows the norm; may be repeated (default: pgd:steps=20, or all with --preset)",
      ).argParser(collector(attackArgument)),
    )
    .option("--preset <id>", "settings that belong together, e.g. paper (see mcu-eval attack --list --preset paper)")
    .addOption(
      new Option(
        "--eps <list>",
        "budgets of the attacks that take one, as 8/255, 0.03 or 8lsb, separated by commas (default: 0.4/255,0.6/255,1/255,2/255,4/255; for l2 0.05,0.1,0.2,0.5,1)",
      ).argParser(commaList),
    )
    .addOption(
      new Option("--norm <norm>", `${NORMS.join(", ")} (default: each attack's first)`).argParser(oneOf(...NORMS)),
    )
    .addOption(
      new Option(
        "--goal <goal>",
        "untargeted, targeted:<class>, targeted:next, targeted:random or targeted:likely (default: untargeted)",
      ).argParser(goalArgument),
    )
    .addOption(
      new Option(
        "--source <network>",
        "whose gradients white-box attacks follow: float, or twin (of the .tflite)",
      ).argParser(oneOf("float", "twin")),
    )
    .addOption(
      new Option("--oracle <engine>", "what black-box attacks ask: float, native or device (default: float)").argParser(
        oneOf("float", "native", "device"),
      ),
    )
    .addOption(
      new Option(
        "--oracle-scores <tensor>",
        "scores of native and device: output, or logits (the tensor before the softmax)",
      ).argParser(oneOf("output", "logits")),
    )
    .option("--max-queries <count>", "queries that a sample may cost a black-box attack", wholeNumber(1))
    .option(
      "--max-minutes <minutes>",
      "time for all oracles together; a run that it cuts short cannot be reproduced",
      positiveNumber,
    )
    .option("--seed <number>", "seed of every random draw", wholeNumber(0), 1)
    .option("--batch <count>", "samples generated together", wholeNumber(1), 100)
    .option("--grid", "let attacks search, or end, on the model's integer input grid")
    .addOption(
      new Option(
        "--finish-on <engine>",
        "with --grid: what smallest perturbations must still fool there, float, twin, native or device (default: what the attack ran on)",
      ).argParser(oneOf("float", "twin", "native", "device")),
    )
    .option(
      "--measures",
      "when all is done, measure gradients, logits' shift and distances to the boundary (docs/guide/measures.md); with --resume also of a complete run",
    )
    .addOption(
      new Option("--jobs <count>", "emulator processes side by side")
        .argParser(wholeNumber(1))
        .default(Math.min(MOST_JOBS, availableParallelism()), `one a core, at most ${MOST_JOBS}`),
    )
    .option("--out <folder>", "run folder (default: runs/<model>-<board>-<attacks>-<hash of the settings>)")
    .option("--resume", "go on with the run in that folder where it stopped, if there is one")
    .addOption(
      new Option(
        "--require <gate>",
        "e.g. 'device.robust_accuracy@pgd,1/255>=0.30'; exit code 5 if not met; may be repeated",
      )
        .argParser(collector(String))
        .default([], "none"),
    )
    .option("--junit [file]", "write JUnit XML too (default: junit.xml in the run folder)")
    .addHelpText("after", EXAMPLES)
    .action((flags: RunFlags) => run(flags, io));
}

async function run(flags: RunFlags, io: Io): Promise<void> {
  const [{ runPlan }, { loadModel }, { loadData }] = await Promise.all([
    import("../../eval/index.js"),
    import("../load-model.js"),
    import("../load-data.js"),
  ]);
  const progress = createProgress(io, { unit: "inferences" });
  const warnings: string[] = [];
  let outcome: RunOutcome;
  try {
    outcome = await runPlan({
      request: {
        board: flags.board,
        model: flags.model,
        float: flags.float,
        data: flags.data,
        offset: flags.first,
        n: flags.samples,
        attacks: flags.attack ?? [attackArgument(flags.preset === undefined ? DEFAULT_ATTACK : "all")],
        preset: flags.preset,
        eps: flags.eps,
        norm: flags.norm,
        goal: flags.goal,
        seed: flags.seed,
        batch: flags.batch,
        grid: flags.grid ?? false,
        source: flags.source,
        oracle: flags.oracle,
        oracleScores: flags.oracleScores,
        maxQueries: flags.maxQueries,
        maxMinutes: flags.maxMinutes,
        finishOn: flags.finishOn,
      },
      sources: {
        model: () => loadModel(flags.model, flags.float),
        dataset: (model) =>
          loadData(flags.data, { offset: flags.first, limit: flags.samples }, model, (line) => progress.note(line)),
      },
      out: flags.out,
      resume: flags.resume ?? false,
      jobs: flags.jobs,
      measures: flags.measures ?? false,
      requirements: flags.require,
      signal: io.signal,
      listener: {
        note: (line) => progress.note(line),
        warn: (line) => {
          warnings.push(line);
          progress.note(`WARNING: ${line}`);
        },
        progress: (done, total, detail) => progress.update(done, total, detail),
      },
    });
  } finally {
    progress.end();
  }
  await present(outcome, flags.junit, io);
  // Said again at the end, where nobody can miss it.
  for (const line of warnings) errLine(io, `WARNING: ${line}`);
  const unmet = outcome.requirements.filter(({ met }) => !met);
  if (unmet.length > 0) {
    const list = unmet.map(
      ({ text, value }) => `${text} (${value === undefined ? "not measured" : `measured ${value}`})`,
    );
    throw new McuEvalError("REQUIREMENT", `required and not met: ${list.join("; ")}`);
  }
}

async function present({ folder, manifest }: RunOutcome, junit: string | true | undefined, io: Io): Promise<void> {
  const { loadRun, writeReports, summarySentence, equalitySentence } = await import("../../report/index.js");
  const { consoleTables } = await import("../result-tables.js");
  const input = await loadRun(folder);
  outLine(io, consoleTables(input));
  outLine(io, summarySentence(input));
  const equality = equalitySentence(input.summary);
  if (equality) outLine(io, equality);
  for (const { id, text } of manifest.flags ?? []) outLine(io, `FLAG ${id}: ${text} (docs/guide/flags.md)`);
  const paths = await writeReports(folder, { junit: junit === true ? `${folder}/junit.xml` : junit }).catch(
    (error: unknown) => {
      if (!isMcuEvalError(error)) throw error;
      throw new McuEvalError(error.code, error.message, {
        hint: `The run itself is complete: write its report later with \`mcu-eval report ${folder}\`.`,
        cause: error,
      });
    },
  );
  outLine(io, `report: ${paths.html}`);
  if (paths.junit) outLine(io, `junit:  ${paths.junit}`);
}
