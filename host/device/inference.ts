/** Inputs in, outputs out: LoadInput, Infer, repair, ReadOutput. proto/wire.md, sections 6 and 7. */

import { McuEvalError } from "../core/index.js";
import { crc32, Kind, maxBody, type Received, wire } from "../link/index.js";
import { corruptReply } from "./failure.js";
import { nameOf, tensorBytes } from "./hello.js";
import { type ProfileRun, readProfile } from "./profile.js";
import { MAX_FRAME, type Session } from "./session.js";

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

/** Bytes of an InferReply body around the data of its outputs, at most: those of its own, and those of each. */
const REPLY_OVERHEAD = 64;
const VALUE_OVERHEAD = 32;

/** Repairs of one input before the line counts as broken. */
const ROUNDS = 8;

/** One input on its way through the device. */
interface Load {
  readonly input: Uint8Array;
  readonly slot: number;
  id: number;
}

/** Inputs on their way through slots, each in one of its own. */
export class Inference {
  #inputId = 0;
  readonly #slotsInUse = new Set<number>();
  /** Sizes of tensors that replies have held, by index. */
  readonly #tensorBytes = new Map<number, number>();
  /** Inputs sent again, in whole or in part. */
  repairs = 0;

  constructor(private readonly session: Session) {
    for (const output of session.hello.outputs) this.#tensorBytes.set(output.index, tensorBytes(output));
  }

  /** Inferences that the device takes beside each other, in overlapped mode. */
  get depth(): number {
    const { capabilities, stagingBytes, stagingSlots, replyWindow } = this.session.hello;
    const overlaps = capabilities.includes("CAP_OVERLAPPED") && stagingBytes > 0;
    return overlaps ? Math.max(1, Math.min(stagingSlots, replyWindow)) : 1;
  }

  /** Whether others may be under way meanwhile: its outputs must come whole, since the next Infer ends them. */
  sharesDevice({ mode, reportTensors = [] }: InferRequest): boolean {
    if (mode === "exclusive" || this.depth === 1) return false;
    const { outputs, maxFrame } = this.session.hello;
    const tensors = [...outputs.map(({ index }) => index), ...reportTensors];
    const bytes = tensors.map((index) => VALUE_OVERHEAD + (this.#tensorBytes.get(index) ?? Number.POSITIVE_INFINITY));
    return bytes.reduce((sum, size) => sum + size, REPLY_OVERHEAD) <= maxBody(Math.min(maxFrame, MAX_FRAME));
  }

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
    const load: Load = { input, slot: this.#takeSlot(), id: this.#nextId() };
    try {
      await this.#load(load, 0, input.length);
      for (let round = 0; round <= ROUNDS; round++) {
        const reply = await send({ slot: load.slot, inputId: load.id, sample, inputCrc });
        if (reply.kind !== Kind.INPUT_INCOMPLETE) return { reply, inputCrc };
        this.repairs++;
        await this.#repair(load, reply.body);
      }
    } finally {
      this.#slotsInUse.delete(load.slot);
    }
    throw this.#corrupt(`sample ${sample} incomplete, after ${ROUNDS} repairs`);
  }

  #nextId(): number {
    this.#inputId = (this.#inputId + 1) >>> 0;
    return this.#inputId;
  }

  /** The lowest that is free. */
  #takeSlot(): number {
    let slot = 0;
    while (this.#slotsInUse.has(slot)) slot++;
    this.#slotsInUse.add(slot);
    return slot;
  }

  async #load({ input, slot, id }: Load, begin: number, end: number): Promise<void> {
    const chunk = maxBody(this.session.hello.maxFrame) - LOAD_OVERHEAD;
    for (let offset = begin; offset < end; offset += chunk) {
      const raw = input.subarray(offset, Math.min(end, offset + chunk));
      const fields = { slot, inputId: id, totalBytes: input.length, offset, raw };
      await this.session.write(this.session.encodeLoad(fields));
    }
  }

  async #repair(load: Load, incomplete: wire.InputIncomplete): Promise<void> {
    const { input } = load;
    if (incomplete.reason !== wire.IncompleteReason.MISSING_BYTES) {
      load.id = this.#nextId();
      return this.#load(load, 0, input.length);
    }
    for (const range of incomplete.missing)
      await this.#load(load, range.begin ?? 0, Math.min(range.end ?? 0, input.length));
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
    this.#tensorBytes.set(tensor, totalBytes);
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
