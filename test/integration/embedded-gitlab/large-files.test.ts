import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { IncomingMessage, request } from "node:http";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { expect, onTestFinished, test } from "vitest";
import { field } from "../../embedded-gitlab/call.ts";
import { mainArguments } from "../../embedded-gitlab/main-process.ts";
import { openFolder } from "../../embedded-gitlab/gitlab.ts";

const sizeBytes = 256 * 1024 * 1024;
const chunk = Buffer.alloc(1024 * 1024, "slipway");

function* chunks(): Generator<Buffer> {
  for (let sent = 0; sent < sizeBytes; sent += chunk.length) yield chunk;
}

test("a file of a quarter of a gigabyte is stored and served without sitting in memory", async (context) => {
  if (process.platform !== "linux")
    return context.skip("reads the server's peak memory from /proc");
  const folder = await openFolder();
  const server = spawn(process.execPath, mainArguments, {
    env: { PATH: process.env["PATH"], HOME: folder, TMPDIR: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void server.kill("SIGKILL"));
  const [line]: unknown[] = await once(server.stdout, "data");
  const ready: unknown = JSON.parse(String(line));
  const url = `${String(field(ready, "api"))}/projects/1/packages/generic/big/1.0/big.bin`;
  const headers = { "private-token": String(field(ready, "tokens", "maintainer")) };

  const put = request(`${url}?select=package_file`, {
    method: "PUT",
    headers: { ...headers, "content-length": String(sizeBytes) },
  });
  const answered = once(put, "response");
  await pipeline(Readable.from(chunks()), put);
  const [response]: unknown[] = await answered;
  if (!(response instanceof IncomingMessage)) throw new TypeError("There is no answer");
  const stored: unknown = JSON.parse(await text(response));
  const expected = createHash("sha256");
  for (const part of chunks()) expected.update(part);
  const sha256 = expected.digest("hex");
  expect(stored).toMatchObject({ size: sizeBytes, file_sha256: sha256 });

  const received = createHash("sha256");
  const download = await fetch(url, { headers });
  for await (const part of download.body ?? []) received.update(part);
  expect(received.digest("hex")).toBe(sha256);

  const status = await readFile(`/proc/${server.pid}/status`, "utf8");
  const peakMebibytes = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  server.kill("SIGTERM");
  await once(server, "close");
  expect(peakMebibytes).toBeLessThan(200);
});
