import { createHash, type Hash } from "node:crypto";
import { constants, readSync } from "node:fs";
import { open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname } from "node:path";

import { humanSize } from "../../step/log/progress.ts";
import { packErrors } from "./errors.ts";
import { codeOf } from "./guards.ts";
import { ownerName, sweepLeftovers } from "../../step/leftovers.ts";

/**
 * A file that comes into being beside its final name and gets that name when it is whole. Nobody ever sees half of it,
 * and a run that ends early leaves nothing behind.
 */
export class PartFile {
  readonly path: string;
  readonly #target: string;
  readonly #handle: FileHandle;
  readonly #buffer = Buffer.allocUnsafeSlow(1 << 20);
  #hash: Hash = createHash("sha256");
  #hashedBytes = 0;
  #sizeBytes = 0;

  private constructor(path: string, target: string, handle: FileHandle) {
    this.path = path;
    this.#target = target;
    this.#handle = handle;
  }

  /** @throws E_OUTPUT_FOLDER, E_OUTPUT_EXISTS where the target is a directory */
  static async create(target: string): Promise<PartFile> {
    if ((await stat(target).catch(() => undefined))?.isDirectory() === true)
      throw packErrors("E_OUTPUT_EXISTS", `${target} is a directory; the pack would be a file`);
    await sweepLeftovers(dirname(target), `${basename(target)}.`);
    const path = `${target}.${await ownerName()}.part`;
    try {
      // Exclusive and without following links: the name is ours alone.
      const flags =
        constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
      return new PartFile(path, target, await open(path, flags, 0o644));
    } catch (cause) {
      if (codeOf(cause) !== "ENOENT" && codeOf(cause) !== "ENOTDIR") throw cause;
      throw packErrors("E_OUTPUT_FOLDER", `Folder ${dirname(target)} does not exist`, { cause });
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** @throws E_PACK_DISK_FULL */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#writeAt(bytes, this.#sizeBytes);
    this.#sizeBytes += bytes.length;
  }

  /** Changes what was written before. The hash is then that of `hashAgain`. */
  async writeAt(bytes: Uint8Array, position: number): Promise<void> {
    await this.#writeAt(bytes, position);
  }

  /** Takes back what was written behind the position, and not yet kept. */
  async cutBack(position: number): Promise<void> {
    await this.#handle.truncate(position);
    this.#sizeBytes = position;
  }

  /** All that was written so far stays as it is: it is read back for the hash while it is still in memory. */
  keep(): void {
    while (this.#hashedBytes < this.#sizeBytes) {
      const wanted = Math.min(this.#buffer.length, this.#sizeBytes - this.#hashedBytes);
      const count = readSync(this.#handle.fd, this.#buffer, 0, wanted, this.#hashedBytes);
      if (count === 0) break;
      this.#hash.update(this.#buffer.subarray(0, count));
      this.#hashedBytes += count;
    }
  }

  /** sha256 of the file, read back from it. */
  digest(): string {
    this.keep();
    return this.#hash.copy().digest("hex");
  }

  /** sha256 of the file as it is now, after `writeAt`. */
  hashAgain(): string {
    this.#hash = createHash("sha256");
    this.#hashedBytes = 0;
    return this.digest();
  }

  /** Ready to be read by others, not yet under its name. Mode 0644 whatever the umask: workers read it as other users. */
  async close(): Promise<void> {
    await this.#handle.chmod(0o644);
    await this.#handle.close();
  }

  async publish(): Promise<void> {
    await rename(this.path, this.#target);
  }

  /** Removes what there is of it. Safe to call at any time, even after `publish`. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await rm(this.path, { force: true });
  }

  async #writeAt(bytes: Uint8Array, position: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(
          bytes,
          done,
          bytes.length - done,
          position + done,
        );
        done += bytesWritten;
      }
    } catch (cause) {
      throw this.explain(cause);
    }
  }

  /** What is to be told of an error that writing the pack met: E_PACK_DISK_FULL, or the error itself. */
  explain(cause: unknown): unknown {
    if (codeOf(cause) !== "ENOSPC" && codeOf(cause) !== "EDQUOT") return cause;
    return packErrors(
      "E_PACK_DISK_FULL",
      `No space left: ${dirname(this.#target)} was full after ${humanSize(this.#sizeBytes)} of the pack`,
      { cause },
    );
  }
}
