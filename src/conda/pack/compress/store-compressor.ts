import { AsyncQueue } from "./async-queue.ts";
import { blockBytes } from "./block-pool.ts";
import type { Compressor } from "./compressor.ts";
import { Slots } from "./slots.ts";

/** A plain tar: nothing is compressed. */
export function createStore(): Compressor {
  const slots = new Slots(2);
  const spare: Buffer[] = [];
  return {
    title: "no compression",
    id: "store",
    head: new Uint8Array(),
    tail: () => new Uint8Array(),
    takeBuffer: () => spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes),
    startGroup() {
      const blocks = new AsyncQueue<Buffer>();
      return {
        async write(block) {
          await slots.take();
          blocks.push(block);
        },
        end: () => blocks.end(),
        abort: (reason) => blocks.fail(reason),
        chunks: (async function* chunks() {
          for await (const block of blocks) {
            yield block;
            spare.push(Buffer.from(block.buffer));
            slots.give();
          }
        })(),
      };
    },
    close: async (reason) => slots.fail(reason),
  };
}
