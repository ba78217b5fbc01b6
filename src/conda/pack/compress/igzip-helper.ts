import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fstatSync, ftruncateSync, readSync } from "node:fs";

import { packErrors } from "../errors.ts";
import { writeWhole } from "../write-whole.ts";

/** Compresses slices with igzip, one after the other. */
export interface IgzipHelper {
  /**
   * @param crc of the bytes: what igzip says it compressed is compared with it
   * @param room where the result is put, if it fits
   * @returns one gzip member
   * @throws E_COMPRESSOR_FAILED
   */
  compress(bytes: Buffer, crc: number, room: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Descriptors of two files that igzip reads from and writes to. */
export interface IgzipFiles {
  input: number;
  output: number;
}

/**
 * A shell that starts igzip for every slice: a small process starts children in a fraction of the time that one with
 * hundreds of MB needs, and it ends when its input does, also where this process was killed.
 *
 * Always `-n`: without it igzip writes the current time. The files are opened anew for every igzip, so that each begins
 * at their start.
 */
const script = `while read -r _; do
  complaint=$("$0" -n "-$1" -c 2>&1 </dev/fd/3 >/dev/fd/4)
  printf '%s %s\\0' "$?" "$complaint"
done`;

export function createIgzipHelper(
  { program, level }: { program: string; level: number },
  { input, output }: IgzipFiles,
): IgzipHelper {
  let shell: ChildProcess | undefined;
  return {
    async compress(bytes, crc, room) {
      shell ??= startShell(program, level, { input, output });
      writeWhole(input, bytes, 0);
      ftruncateSync(input, bytes.length);
      const complaint = await ask(shell);
      // igzip does not say why it could not write; to a file without a name it can only be for want of room.
      if (complaint?.includes("while writing to file") === true)
        throw Object.assign(new Error(complaint), { code: "ENOSPC" });
      if (complaint !== undefined)
        throw packErrors("E_COMPRESSOR_FAILED", `igzip failed: ${complaint}`);
      const packed = readWhole(output, room);
      if (!endsWith(packed, crc, bytes.length))
        throw packErrors(
          "E_COMPRESSOR_FAILED",
          "igzip compressed something else than it was given",
        );
      return packed;
    },
    async close() {
      if (shell === undefined || shell.exitCode !== null) return;
      shell.stdin?.end();
      await once(shell, "exit");
    },
  };
}

function startShell(program: string, level: number, { input, output }: IgzipFiles): ChildProcess {
  const shell = spawn("/bin/sh", ["-c", script, program, String(level)], {
    stdio: ["pipe", "pipe", "ignore", input, output],
    env: {},
  });
  // A shell that is gone is met where its answer is missing.
  shell.stdin?.on("error", () => {});
  return shell;
}

/** Has one slice compressed; answers with what went wrong. */
async function ask(shell: ChildProcess): Promise<string | undefined> {
  const { stdin, stdout } = shell;
  if (stdin === null || stdout === null) throw new TypeError("The shell was started without pipes");
  return new Promise((resolve) => {
    let answer = "";
    const listen = (bytes: Buffer) => {
      answer += bytes.toString();
      if (answer.endsWith("\0")) settle();
    };
    const settle = (failure?: unknown) => {
      stdout.off("data", listen);
      shell.off("error", settle).off("close", settle);
      const [, code = String(failure), complaint = ""] = /^(\d+) ([^]*)\0$/.exec(answer) ?? [];
      resolve(code === "0" ? undefined : `${complaint.trim().slice(-500)} (exit code ${code})`);
    };
    stdout.on("data", listen);
    shell.on("error", settle).on("close", settle);
    stdin.write("\n");
  });
}

/** A gzip member ends with the CRC-32 and the size of what is in it. */
function endsWith(member: Uint8Array, crc: number, sizeBytes: number): boolean {
  if (member.length < 18) return false;
  const trailer = Buffer.from(member.slice(-8));
  return trailer.readUInt32LE(0) === crc && trailer.readUInt32LE(4) === sizeBytes % 2 ** 32;
}

function readWhole(descriptor: number, room: Uint8Array): Uint8Array {
  const sizeBytes = fstatSync(descriptor).size;
  const bytes = sizeBytes > room.length ? new Uint8Array(sizeBytes) : room.subarray(0, sizeBytes);
  for (let done = 0; done < bytes.length;) {
    const count = readSync(descriptor, bytes, done, bytes.length - done, done);
    if (count === 0) break;
    done += count;
  }
  return bytes;
}
