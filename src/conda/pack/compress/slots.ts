/** A fixed number of places for what is in flight, so that memory stays bounded. */
export class Slots {
  #free: number;
  #waiting: { take: () => void; fail: (reason: unknown) => void }[] = [];
  #failure: { reason: unknown } | undefined;

  constructor(count: number) {
    this.#free = count;
  }

  async take(): Promise<void> {
    if (this.#failure) throw this.#failure.reason;
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((take, fail) => {
      this.#waiting.push({ take, fail });
    });
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next) next.take();
    else this.#free++;
  }

  /** Nobody will give slots back any more: whoever waits or comes later gets the reason. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    for (const { fail } of this.#waiting.splice(0)) fail(reason);
  }
}
