/** One bounded wait: for a value, an error, or the end of its time. */
export class Wait<T> {
  /** The value, or null when the time is over. */
  readonly result: Promise<T | null>;
  #settle: (value: T | null) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #timer: NodeJS.Timeout;
  #over = false;

  constructor(milliseconds: number) {
    this.result = new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#reject = reject;
    });
    this.#timer = setTimeout(() => this.#end(() => this.#settle(null)), milliseconds);
  }

  settle(value: T): void {
    this.#end(() => this.#settle(value));
  }

  fail(error: unknown): void {
    this.#end(() => this.#reject(error));
  }

  /** Starts the time anew, unless it is over. */
  restart(milliseconds: number): void {
    if (this.#over) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(() => this.#settle(null)), milliseconds);
  }

  #end(action: () => void): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    action();
  }
}
