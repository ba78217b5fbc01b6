import { contentOfBytes, copyContent, type Room } from "./content.ts";
import type { Entry } from "./entry.ts";
import { padding, tarHeader } from "./tar-header.ts";

/**
 * The tar stream of some entries, cut into blocks of exactly the size of the buffers, but for the last one.
 *
 * The cut depends on the stream alone, never on how much a read returned, so that what is made of the blocks is the same
 * on every machine.
 *
 * @param nextBuffer called once per block; the caller owns a yielded buffer
 * @throws E_FILE_CHANGED
 */
export function* tarBlocks(entries: readonly Entry[], nextBuffer: () => Buffer): Generator<Buffer> {
  const room: Room = { buffer: nextBuffer(), at: 0 };
  for (const part of entries) {
    for (const _full of copyEntry(part, room)) {
      yield room.buffer;
      room.buffer = nextBuffer();
      room.at = 0;
    }
  }
  if (room.at > 0) yield room.buffer.subarray(0, room.at);
}

function* copyEntry(entry: Entry, room: Room): Generator<void> {
  yield* copyContent(contentOfBytes(tarHeader(entry)), room);
  if (entry.kind !== "file") return;
  yield* copyContent(entry.content, room);
  const rest = padding(entry.content.packedBytes);
  if (rest > 0) yield* copyContent(contentOfBytes(zeroBlock.subarray(0, rest)), room);
}

const zeroBlock = new Uint8Array(512);
