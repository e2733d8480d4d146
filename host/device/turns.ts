/** Who may use a device at once: some beside each other, others alone; first come, first served. */
export class Turns {
  #free: number;
  readonly #waiting: { readonly places: number; readonly start: () => void }[] = [];

  /** @param places how many may work beside each other */
  constructor(private readonly places: number) {
    this.#free = places;
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#take(this.places, work);
  }

  beside<T>(work: () => Promise<T>): Promise<T> {
    return this.#take(1, work);
  }

  async #take<T>(places: number, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#waiting.push({ places, start });
      this.#admit();
    });
    try {
      return await work();
    } finally {
      this.#free += places;
      this.#admit();
    }
  }

  /** In order: one that waits for all places is not overtaken. */
  #admit(): void {
    for (let first = this.#waiting[0]; first && first.places <= this.#free; first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= first.places;
      first.start();
    }
  }
}
