import { createHash } from "node:crypto";
import { readSync } from "node:fs";

import { packErrors } from "../errors.ts";

/** Hashes a file while it is being written, so that what was written is read back while it is still in memory. */
export class GrowingFile {
  readonly #hash = createHash("sha256");
  readonly #buffer = Buffer.allocUnsafeSlow(1 << 20);
  #doneBytes = 0;

  /**
   * @returns the sha256 of the file up to `toBytes`; what comes before stays as it is
   * @throws E_FILE_CHANGED where the file ends before that
   */
  hash(descriptor: number, toBytes: number): string {
    while (this.#doneBytes < toBytes) {
      const wanted = Math.min(this.#buffer.length, toBytes - this.#doneBytes);
      const count = readSync(descriptor, this.#buffer, 0, wanted, this.#doneBytes);
      if (count === 0)
        throw packErrors("E_FILE_CHANGED", "The pack was cut short while it was being written");
      this.#hash.update(this.#buffer.subarray(0, count));
      this.#doneBytes += count;
    }
    return this.#hash.copy().digest("hex");
  }
}
