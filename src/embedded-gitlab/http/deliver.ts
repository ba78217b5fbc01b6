import { createReadStream } from "node:fs";
import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Answer, AnswerBody } from "./answer.ts";

/** Writes an answer. `cutAfterBytes` sends no more of its body than that and then closes the connection. */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  method: string,
  cutAfterBytes?: number,
): Promise<void> {
  const { status, headers = {}, body } = answer;
  const prepared = body === undefined ? undefined : prepare(body);
  response.statusCode = status;
  for (const [name, value] of Object.entries({ ...prepared?.headers, ...headers })) {
    response.setHeader(name, value);
  }
  if (prepared === undefined || method === "HEAD") {
    response.end();
    return;
  }
  const stream = prepared.open();
  if (cutAfterBytes !== undefined) return cut(response, stream, cutAfterBytes);
  try {
    await pipeline(stream, response);
  } catch {
    // The client went away; there is nobody to tell.
    response.destroy();
  }
}

interface Prepared {
  readonly headers: Readonly<Record<string, string>>;
  readonly open: () => Readable;
}

function prepare(body: AnswerBody): Prepared {
  switch (body.kind) {
    case "json":
      return ofBytes(Buffer.from(JSON.stringify(body.value)), "application/json");
    case "text":
      return ofBytes(Buffer.from(body.value), "text/plain; charset=utf-8");
    case "bytes":
      return ofBytes(body.value, "application/octet-stream");
    case "file":
      return {
        headers: { "content-length": String(body.sizeBytes) },
        open: () => createReadStream(body.path),
      };
    case "stream":
      return { headers: {}, open: () => body.value };
  }
}

function ofBytes(bytes: Buffer, type: string): Prepared {
  const headers = { "content-type": type, "content-length": String(bytes.length) };
  return { headers, open: () => Readable.from(bytes.length === 0 ? [] : [bytes]) };
}

async function cut(response: ServerResponse, stream: Readable, bytes: number): Promise<void> {
  let left = bytes;
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) continue;
    const part = chunk.subarray(0, left);
    left -= part.length;
    if (part.length > 0) await new Promise((resolve) => response.write(part, resolve));
    if (left <= 0) break;
  }
  response.flushHeaders();
  stream.destroy();
  response.socket?.destroySoon();
}
