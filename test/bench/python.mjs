// The peers' Python: an environment of its own in the cache folder, made when its requirements change.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
const cache = process.env.MCU_EVAL_CACHE || path.join(os.homedir(), ".cache", "mcu-eval");

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed${error ? `: ${error.message}` : ""}`);
}

/** Path of the interpreter, after installing what is missing (PyTorch: 5.6 GB, once). */
export function peersPython() {
  const venv = path.join(cache, "peers-venv");
  const python = path.join(venv, "bin", "python");
  const stamp = path.join(venv, "requirements.txt");
  const wanted = readFileSync(requirements, "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return python;
  console.error("bench: installing PyTorch and the libraries of requirements.txt with pip (5.6 GB, once)");
  mkdirSync(cache, { recursive: true });
  if (!existsSync(python)) run("python3", ["-m", "venv", venv]);
  run(path.join(venv, "bin", "pip"), ["install", "--quiet", "-r", requirements]);
  writeFileSync(stamp, wanted);
  return python;
}
