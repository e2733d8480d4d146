/** Inputs in, outputs out: LoadInput, Infer, repair, ReadOutput. proto/wire.md, sections 6 and 7. */

import { McuEvalError } from "../core/index.js";
import { crc32, Kind, maxBody, type Received, wire } from "../link/index.js";
import { corruptReply } from "./failure.js";
import { nameOf, tensorBytes } from "./hello.js";
import { type ProfileRun, readProfile } from "./profile.js";
import type { Session } from "./session.js";

export interface ProfileRequest {
  /** The caller's name for this input. */
  readonly sample: number;
  /** The model's inputs as they lie in memory, one behind the other. */
  readonly input: Uint8Array;
}

export interface InferRequest extends ProfileRequest {
  /** `exclusive` counts ticks; `overlapped` becomes exclusive on a board that cannot. */
  readonly mode: "exclusive" | "overlapped";
  /** Further tensors to return. */
  readonly reportTensors?: readonly number[];
}

export interface InferResult {
  readonly sample: number;
  readonly inputCrc: number;
  readonly mode: "exclusive" | "overlapped";
  /** The model's outputs, then the reported tensors. */
  readonly outputs: readonly { readonly index: number; readonly crc: number; readonly data: Uint8Array }[];
  /** Cycles or instructions of Invoke, by Hello.clockSource; absent where nothing was counted. */
  readonly ticks?: number;
  /** Spent in interrupts meanwhile; 0 in a sound measurement. */
  readonly irqTicks?: number;
  /** Invocations since boot. */
  readonly invokeCount: number;
}

/** Bytes of a LoadInput body around its data, at most: five tags and varints, and the length. */
const LOAD_OVERHEAD = 30;

/** Repairs of one input before the line counts as broken. */
const ROUNDS = 8;

/** One input on its way into a slot. */
export class Inference {
  #inputId = 0;
  /** Inputs sent again, in whole or in part. */
  repairs = 0;

  constructor(private readonly session: Session) {}

  /** Bytes of one input. */
  get inputBytes(): number {
    return this.session.hello.inputs.reduce((sum, input) => sum + tensorBytes(input), 0);
  }

  /**
   * Runs one input.
   *
   * @throws McuEvalError DATA_MISMATCH, LINK_CORRUPT, and those of Session.request
   */
  async run(request: InferRequest): Promise<InferResult> {
    const { sample } = request;
    const overlapped = request.mode === "overlapped" && this.session.hello.capabilities.includes("CAP_OVERLAPPED");
    const mode = overlapped ? wire.InferMode.OVERLAPPED : wire.InferMode.EXCLUSIVE;
    const reportTensors = [...(request.reportTensors ?? [])];
    const { reply, inputCrc } = await this.#ask(request, (input) =>
      this.session.request(Kind.INFER, { ...input, mode, reportTensors }),
    );
    if (reply.kind !== Kind.INFER_REPLY) throw this.#corrupt(`${nameOf(Kind, reply.kind)} as the reply to INFER`);
    if (reply.body.sample !== sample || reply.body.inputCrc !== inputCrc || reply.body.mode !== mode) {
      throw this.#corrupt(`a reply for sample ${reply.body.sample} to a request for sample ${sample}`);
    }
    return this.#result(reply.body);
  }

  /**
   * Runs one input with a count for each operator.
   *
   * @throws McuEvalError DATA_MISMATCH, LINK_CORRUPT, and those of Session.request
   */
  async profile(request: ProfileRequest): Promise<ProfileRun> {
    const { reply } = await this.#ask(request, (input) =>
      this.session.request(Kind.PROFILE, { infer: { ...input, mode: wire.InferMode.EXCLUSIVE } }),
    );
    return readProfile(this.session, request.sample, reply);
  }

  /** Loads an input and has it run, again where the line broke it. */
  async #ask(
    { sample, input }: ProfileRequest,
    send: (fields: wire.Infer.$Properties) => Promise<Received>,
  ): Promise<{ reply: Received; inputCrc: number }> {
    if (input.length !== this.inputBytes) {
      throw new McuEvalError(
        "DATA_MISMATCH",
        `the input of sample ${sample} has ${input.length} bytes, expected ${this.inputBytes}`,
      );
    }
    const inputCrc = crc32(input);
    await this.#loadAnew(input);
    for (let round = 0; round <= ROUNDS; round++) {
      const reply = await send({ slot: 0, inputId: this.#inputId, sample, inputCrc });
      if (reply.kind !== Kind.INPUT_INCOMPLETE) return { reply, inputCrc };
      this.repairs++;
      await this.#repair(input, reply.body);
    }
    throw this.#corrupt(`sample ${sample} incomplete, after ${ROUNDS} repairs`);
  }

  async #loadAnew(input: Uint8Array): Promise<void> {
    this.#inputId = (this.#inputId + 1) >>> 0;
    await this.#load(input, 0, input.length);
  }

  async #load(input: Uint8Array, begin: number, end: number): Promise<void> {
    const chunk = maxBody(this.session.hello.maxFrame) - LOAD_OVERHEAD;
    for (let offset = begin; offset < end; offset += chunk) {
      const raw = input.subarray(offset, Math.min(end, offset + chunk));
      const fields = { slot: 0, inputId: this.#inputId, totalBytes: input.length, offset, raw };
      await this.session.write(this.session.encodeLoad(fields));
    }
  }

  async #repair(input: Uint8Array, incomplete: wire.InputIncomplete): Promise<void> {
    if (incomplete.reason !== wire.IncompleteReason.MISSING_BYTES) return this.#loadAnew(input);
    for (const range of incomplete.missing)
      await this.#load(input, range.begin ?? 0, Math.min(range.end ?? 0, input.length));
  }

  async #result(reply: wire.InferReply): Promise<InferResult> {
    const outputs = [];
    for (const value of reply.outputs) outputs.push(await this.#output(reply.sample, value as wire.TensorValue));
    return {
      sample: reply.sample,
      inputCrc: reply.inputCrc,
      mode: reply.mode === wire.InferMode.OVERLAPPED ? "overlapped" : "exclusive",
      outputs,
      ...(typeof reply.ticks === "number" ? { ticks: reply.ticks } : {}),
      ...(typeof reply.irqTicks === "number" ? { irqTicks: reply.irqTicks } : {}),
      invokeCount: reply.invokeCount,
    };
  }

  /** The whole of one tensor, whose first bytes came with the reply. */
  async #output(sample: number, value: wire.TensorValue): Promise<InferResult["outputs"][number]> {
    const { index: tensor, totalBytes, crc } = value;
    let data = value.data;
    if (data.length < totalBytes) {
      data = new Uint8Array(totalBytes);
      data.set(value.data);
      for (let offset = value.data.length; offset < totalBytes; ) {
        const reply = await this.session.request(Kind.READ_OUTPUT, {
          sample,
          tensor,
          offset,
          length: totalBytes - offset,
        });
        if (reply.kind !== Kind.OUTPUT_CHUNK || reply.body.offset !== offset || reply.body.data.length === 0) {
          throw this.#corrupt(`${nameOf(Kind, reply.kind)} as the reply to READ_OUTPUT at ${offset}`);
        }
        data.set(reply.body.data.subarray(0, totalBytes - offset), offset);
        offset += reply.body.data.length;
      }
    }
    if (crc32(data) !== crc)
      throw this.#corrupt(`tensor ${tensor} of sample ${sample} with another CRC-32 than announced`);
    return { index: tensor, crc, data };
  }

  #corrupt(what: string): McuEvalError {
    return corruptReply(this.session.what, what);
  }
}
