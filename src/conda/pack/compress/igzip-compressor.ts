import { spawn } from "node:child_process";
import { PassThrough } from "node:stream";
import { crc32 } from "node:zlib";

import { packErrors } from "../errors.ts";
import { blockBytes } from "./block-pool.ts";
import type { Compressor, GroupCompression } from "./compressor.ts";
import { Slots } from "./slots.ts";

/**
 * igzip (ISA-L) as a helper: several times faster than zlib for a somewhat larger archive. One gzip member per group,
 * which every reader takes for one stream (RFC 1952, 2.2).
 *
 * Always `-n`: without it the helper writes the current time even from a pipe.
 */
export function createIgzip(
  { program, version }: { program: string; version: string },
  level: number,
  threads: number,
): Compressor {
  // The next groups' helpers start while the first one still runs.
  const slots = new Slots(threads + 1);
  const running = new Set<() => void>();
  const spare: Buffer[] = [];
  return {
    title: `igzip ${version}, level ${level}`,
    id: `igzip-${level}-${version}-${process.arch}`,
    head: new Uint8Array(),
    tail: () => new Uint8Array(),
    takeBuffer: () => spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes),
    startGroup: () => startGroup(program, level, { slots, running, spare }),
    async close(reason) {
      slots.fail(reason);
      for (const stop of running) stop();
    },
  };
}

function startGroup(
  program: string,
  level: number,
  { slots, running, spare }: { slots: Slots; running: Set<() => void>; spare: Buffer[] },
): GroupCompression {
  let crc = 0;
  let sizeBytes = 0;
  let aborted: { reason: unknown } | undefined;
  const started = (async () => {
    await slots.take();
    // Node's own spawn: this is called once per package, and the helper needs no shell, no environment, no terminal.
    const child = spawn(program, ["-n", `-${level}`, "-c"], {
      stdio: ["pipe", "pipe", "pipe"],
      env: {},
    });
    const stop = () => child.kill("SIGKILL");
    running.add(stop);
    let complaint = "";
    child.stderr.on("data", (bytes: Buffer) => {
      complaint = (complaint + bytes.toString()).slice(-500);
    });
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(String(error)));
      child.once("close", (code, signal) => {
        running.delete(stop);
        resolve(code === 0 ? "" : `${complaint.trim()} (exit code ${code ?? signal})`);
      });
    });
    // A helper that dies closes its input; the exit code says more than EPIPE.
    child.stdin.on("error", () => {});
    // Read from the first moment: Node throws away what nobody has asked for when the child ends.
    const output = child.stdout.pipe(new PassThrough({ highWaterMark: blockBytes }));
    return { child, output, ended };
  })();
  started.catch(ignore);
  return {
    async write(block) {
      const { child } = await started;
      crc = crc32(block, crc);
      sizeBytes += block.length;
      const giveBack = () => spare.push(Buffer.from(block.buffer));
      // The callback also comes when the helper is gone: its exit code then tells why.
      await new Promise<void>((resolve) => {
        const isRoomLeft = child.stdin.write(block, () => {
          giveBack();
          resolve();
        });
        if (isRoomLeft) resolve();
      });
    },
    end() {
      started.then(({ child }) => child.stdin.end(), ignore);
    },
    abort(reason) {
      aborted = { reason };
      started.then(({ child }) => child.kill("SIGKILL"), ignore);
    },
    chunks: (async function* chunks() {
      const { output, ended } = await started;
      let last = Buffer.alloc(0);
      for await (const chunk of output) {
        if (!(chunk instanceof Uint8Array)) continue;
        last = Buffer.concat([last.subarray(-8), chunk.subarray(-8)]);
        yield chunk;
      }
      const complaint = await ended;
      slots.give();
      if (aborted) throw aborted.reason;
      if (complaint !== "") throw packErrors("E_COMPRESSOR_FAILED", `igzip failed: ${complaint}`);
      const trailer = last.subarray(-8);
      if (
        trailer.length < 8 ||
        trailer.readUInt32LE(0) !== crc ||
        trailer.readUInt32LE(4) !== sizeBytes % 2 ** 32
      )
        throw packErrors(
          "E_COMPRESSOR_FAILED",
          "igzip compressed something else than it was given",
        );
    })(),
  };
}

/** Whoever reads the chunks meets the failure; nobody else needs to. */
function ignore(): void {}
