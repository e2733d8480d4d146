/** Raw bytes to and from a device: the lowest layer of the link. */

/** Why a port is at its end. */
export interface PortEnd {
  /** A clause for people, e.g. "the process was ended by SIGKILL". */
  readonly reason: string;
  /** The last text the other side wrote beside the data, e.g. an emulator's stderr; may be empty. */
  readonly tail: string;
}

export interface PortListener {
  /** The bytes are the listener's to read during the call only. */
  data(bytes: Uint8Array): void;
  /** Called once; no data follows. */
  end(end: PortEnd): void;
}

export interface Port {
  /** What this port leads to, for messages. */
  readonly description: string;
  /** Serial speed in baud, or null where bytes travel as fast as they are taken. */
  readonly baud: number | null;
  /** Sets the one receiver. Nothing that arrived before is lost. */
  listen(listener: PortListener): void;
  /** Takes over the bytes, which must not change any more. Behind the end of the port they are dropped. */
  write(bytes: Uint8Array): void;
  /** Ends the port and what hangs on it; settles when nothing is left running. May be called again. */
  close(): Promise<void>;
}
