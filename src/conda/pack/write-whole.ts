import { writeSync } from "node:fs";

/** Writes all of the bytes at a position of the file, in as many calls as it takes. */
export function writeWhole(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
}
