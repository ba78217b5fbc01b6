import { constants } from "node:fs";
import { open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname } from "node:path";

import { humanSize } from "../../step/log/progress.ts";
import { GrowingFile } from "./compress/growing-file.ts";
import { packErrors } from "./errors.ts";
import { codeOf } from "./guards.ts";
import { writeWhole } from "./write-whole.ts";
import { ownerName, sweepLeftovers } from "../../step/leftovers.ts";

/**
 * A file that comes into being beside its final name and gets that name when it is whole. Nobody ever sees half of it,
 * and a run that ends early leaves nothing behind.
 */
export class PartFile {
  readonly path: string;
  readonly #target: string;
  readonly #handle: FileHandle;
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

  get descriptor(): number {
    return this.#handle.fd;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** @throws E_PACK_DISK_FULL */
  write(bytes: Uint8Array): void {
    this.writeAt(bytes, this.#sizeBytes);
    this.#sizeBytes += bytes.length;
  }

  /**
   * Changes what was written before. Synchronous on purpose: the system takes a slice in a fraction of the time that
   * another thread needs to be asked.
   */
  writeAt(bytes: Uint8Array, position: number): void {
    try {
      writeWhole(this.#handle.fd, bytes, position);
    } catch (cause) {
      throw this.explain(cause);
    }
  }

  /** Somebody else wrote as much behind its end, by the descriptor. */
  grow(byBytes: number): void {
    this.#sizeBytes += byBytes;
  }

  /** Takes away what somebody else wrote behind its end. */
  async cut(): Promise<void> {
    await this.#handle.truncate(this.#sizeBytes);
  }

  /** sha256 of the file as it is, read back from it. */
  digest(): string {
    return new GrowingFile().hash(this.#handle.fd, this.#sizeBytes);
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
