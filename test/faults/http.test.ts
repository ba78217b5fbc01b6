import { createHash, randomFillSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Answer, heldPieces, type Http, type OutgoingBody } from "../../src/gitlab/http.ts";
import { TransportError } from "../../src/gitlab/transport-error.ts";
import { makeCertificates } from "../support/certificates.ts";
import {
  bomb,
  digest,
  dripBody,
  dripHeaders,
  early,
  type FaultServer,
  neverAnswer,
  neverRead,
  readSlowly,
  resetAfter,
  stallAfter,
  startFaultServer,
  storedThenCut,
} from "../support/fault-server.ts";
import { testHttp } from "../support/gitlab-client.ts";

const quick = { connect: 2000, response: 400, stall: 400, answerBytes: 100_000 };
let server: FaultServer;
let http: Http;

beforeEach(async () => {
  server = await startFaultServer(async (request) => ({
    status: 201,
    body: JSON.stringify(await digest(request)),
  }));
  http = testHttp({ limits: quick });
});

afterEach(async () => {
  await http.close();
  await server.close();
});

/** A body of many bytes that is made while it is sent. */
function body(size: number, chunkSize = 64 * 1024): OutgoingBody {
  return {
    type: "application/octet-stream",
    size,
    async *open() {
      for (let left = size; left > 0; left -= chunkSize)
        yield Buffer.alloc(Math.min(left, chunkSize), 7);
    },
  };
}

const put = (size: number, chunkSize?: number): Promise<Answer> =>
  http.exchange({
    method: "PUT",
    url: new URL(`${server.api}/file`),
    headers: {},
    body: body(size, chunkSize),
  });
const get = (url = `${server.api}/thing`): Promise<Answer> =>
  http.exchange({ method: "GET", url: new URL(url), headers: {} });

async function failure(work: Promise<unknown>): Promise<TransportError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TransportError))
    throw new Error(`No transport error but ${String(error)}`);
  return error;
}

test("a body is sent with its length, whole, and never in chunks", async () => {
  const answer = await put(3_000_000);
  expect(JSON.parse(answer.body.toString())).toMatchObject({ size: 3_000_000 });
  expect(server.seen[0]?.headers).toMatchObject({
    "content-length": "3000000",
    "accept-encoding": "identity",
  });
  expect(server.seen[0]?.headers["transfer-encoding"]).toBeUndefined();
});

test("an empty file is sent as an empty body", async () => {
  expect(JSON.parse((await put(0)).body.toString())).toMatchObject({ size: 0 });
  expect(server.seen[0]?.headers["content-length"]).toBe("0");
});

test("H01 a reset while sending is a broken connection with bytes on their way", async () => {
  server.next(resetAfter(500_000));
  expect(await failure(put(20_000_000))).toMatchObject({ kind: "broken", sent: true });
});

test("H04 an answer that is cut in its body is no answer", async () => {
  server.next(storedThenCut);
  expect(await failure(put(1000))).toMatchObject({ kind: "broken", sent: true });
});

test.each([401, 403, 413])(
  "H05 an early %i is preferred over the broken pipe after it",
  async (status) => {
    server.next(early(status, { message: `${status} early` }));
    const answer = await put(200_000_000, 1024 * 1024);
    expect(answer.status).toBe(status);
    expect(answer.body.toString()).toContain("early");
  },
);

describe("H06 a deadline ends", () => {
  const cases = [
    { title: "a server that never reads", fault: neverRead, size: 50_000_000 },
    { title: "a server that never answers", fault: neverAnswer, size: 1000 },
    { title: "a server that drips headers", fault: dripHeaders(50), size: 1000 },
    { title: "a server that drips a body", fault: dripBody(50), size: 1000 },
  ];
  test.each(cases)("$title", async ({ fault, size }) => {
    server.next(fault);
    expect(await failure(put(size))).toMatchObject({ kind: "stalled", sent: true });
  });
});

test("H06 steady progress, however slow, does not trip the deadline", async () => {
  const patient = testHttp({ limits: { ...quick, response: 1500 } });
  server.next(readSlowly(20));
  const answer = await patient.exchange({
    method: "PUT",
    url: new URL(`${server.api}/file`),
    headers: {},
    body: body(4_000_000),
  });
  expect(JSON.parse(answer.body.toString())).toEqual({ size: 4_000_000 });
  await patient.close();
});

test("H07 an upload that stalls half-way is ended by the watchdog", async () => {
  server.next(stallAfter(1_000_000));
  const error = await failure(put(60_000_000));
  expect(error).toMatchObject({ kind: "stalled", sent: true });
  expect(error.message).toContain("took no byte within 0.4 s");
});

test("H19 an answer beyond the cap is dropped, not kept", async () => {
  server.next(bomb(500_000_000));
  expect(await failure(get())).toMatchObject({ kind: "oversized" });
});

test("a port where nobody listens is a failure to connect", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const url = `http://127.0.0.1:${portOf(closed)}/`;
  closed.close();
  await once(closed, "close");
  expect(await failure(get(url))).toMatchObject({ kind: "connect", sent: false });
});

test("H16 an address that is not served gives way to the next one of the name", async () => {
  // localhost is ::1 and 127.0.0.1 on most machines; the server listens on the latter alone.
  const answer = await get(`http://localhost:${new URL(server.url).port}/`);
  expect(answer.status).toBe(201);
});

test("a name that does not exist is told from a network that is down", async () => {
  const error = await failure(get("http://gitlab.invalid/api/v4"));
  // Without any name server the resolver says "again", which is another cure.
  expect(["host", "connect"]).toContain(error.kind);
  expect(error.sent).toBe(false);
});

test("a source that fails ends the request with its own error", async () => {
  const broken: OutgoingBody = {
    type: "application/octet-stream",
    size: 1000,
    async *open() {
      yield Buffer.alloc(10);
      throw new RangeError("the disk is gone");
    },
  };
  const sending = http.exchange({
    method: "PUT",
    url: new URL(server.api),
    headers: {},
    body: broken,
  });
  await expect(sending).rejects.toThrow(new RangeError("the disk is gone"));
});

test("R07 a cancelled job ends the request under way with the reason of the cancel", async () => {
  const cancel = new AbortController();
  const door = testHttp({ signal: cancel.signal });
  server.next(neverAnswer);
  const asking = door.exchange({ method: "GET", url: new URL(server.api), headers: {} });
  setTimeout(() => cancel.abort(new RangeError("SIGTERM")), 50);
  await expect(asking).rejects.toThrow(new RangeError("SIGTERM"));
  await expect(
    door.exchange({ method: "GET", url: new URL(server.api), headers: {} }),
  ).rejects.toThrow("SIGTERM");
  await door.close();
});

describe("H07 a body whose memory is used anew arrives as it was", () => {
  /** Pieces of noise in so few buffers, told by their digest. */
  function reused(buffers: number): { body: OutgoingBody; sha256: () => string } {
    const memory = Array.from({ length: buffers }, () => Buffer.alloc(200_000));
    const hash = createHash("sha256");
    return {
      sha256: () => hash.digest("hex"),
      body: {
        type: "application/octet-stream",
        size: 200 * 200_000,
        async *open() {
          for (let piece = 0; piece < 200; piece += 1) {
            const buffer = memory[piece % buffers] ?? Buffer.alloc(0);
            randomFillSync(buffer);
            hash.update(buffer);
            yield buffer;
          }
        },
      },
    };
  }

  async function send(url: string, door: Http, buffers: number): Promise<readonly string[]> {
    const { body: noise, sha256 } = reused(buffers);
    const exchange = { method: "PUT" as const, url: new URL(url), headers: {}, body: noise };
    const { body: answer } = await door.exchange(exchange);
    return [JSON.parse(answer.toString()).sha256, sha256()];
  }

  /** Reads in fits and starts, so that the sender has to wait. */
  const app = async (request: AsyncIterable<Uint8Array>) => {
    const hash = createHash("sha256");
    let chunks = 0;
    for await (const chunk of request) {
      hash.update(chunk);
      if ((chunks += 1) % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { status: 201, body: JSON.stringify({ sha256: hash.digest("hex") }) };
  };

  test("over a plain connection", async () => {
    const slow = await startFaultServer(app);
    const patient = testHttp();
    const [theirs, ours] = await send(slow.url, patient, heldPieces);
    expect(theirs).toBe(ours);
    // With one buffer alone it does not: the test would see pieces that are overwritten.
    const [broken, meant] = await send(slow.url, patient, 1);
    expect(broken).not.toBe(meant);
    await patient.close();
    await slow.close();
  });

  test("over TLS", async (ctx) => {
    const certificates = makeCertificates(mkdtempSync(join(tmpdir(), "certificates-")));
    if (certificates === undefined) return ctx.skip("no openssl command to make certificates with");
    const slow = await startFaultServer(app, certificates);
    const patient = testHttp({
      authorityFiles: [{ variable: "EXTRA_CA_FILE", path: certificates.authority }],
    });
    const [theirs, ours] = await send(slow.url, patient, heldPieces);
    expect(theirs).toBe(ours);
    await patient.close();
    await slow.close();
  });
});

describe("H15 TLS", () => {
  const folder = mkdtempSync(join(tmpdir(), "certificates-"));
  const certificates = makeCertificates(folder);

  test("a private authority is trusted where its file is given, and only then", async (ctx) => {
    if (certificates === undefined) return ctx.skip("no openssl command to make certificates with");
    const secure = await startFaultServer(() => ({ status: 200, body: "{}" }), certificates);
    expect(await failure(get(secure.url))).toMatchObject({ kind: "tls", sent: false });
    const trusting = testHttp({
      authorityFiles: [{ variable: "EXTRA_CA_FILE", path: certificates.authority }],
    });
    const answer = await trusting.exchange({
      method: "GET",
      url: new URL(secure.url),
      headers: {},
    });
    expect(answer.status).toBe(200);
    await trusting.close();
    await secure.close();
  });

  test("a server without TLS is told as that, not in the words of OpenSSL", async () => {
    expect(await failure(get(server.url.replace("http:", "https:")))).toMatchObject({
      kind: "tls",
      sent: false,
      message: "it answers without TLS, and the address says https",
    });
  });

  test("H17 a certificate that is not valid yet is told", async (ctx) => {
    const future = makeCertificates(mkdtempSync(join(tmpdir(), "certificates-")), {
      from: "21000101000000Z",
    });
    if (future === undefined) return ctx.skip("no openssl command to make certificates with");
    const secure = await startFaultServer(() => ({ status: 200, body: "{}" }), future);
    const trusting = testHttp({
      authorityFiles: [{ variable: "EXTRA_CA_FILE", path: future.authority }],
    });
    const error = await failure(
      trusting.exchange({ method: "GET", url: new URL(secure.url), headers: {} }),
    );
    expect(error).toMatchObject({ kind: "tls", sent: false });
    expect(error.message).toMatch(/not yet valid/i);
    await trusting.close();
    await secure.close();
  });

  test("files of authorities that are missing or hold none are all named", async () => {
    const empty = join(folder, "empty.pem");
    writeFileSync(empty, "nothing");
    const door = testHttp({
      authorityFiles: [
        { variable: "CI_SERVER_TLS_CA_FILE", path: join(folder, "absent.pem") },
        { variable: "EXTRA_CA_FILE", path: empty },
      ],
    });
    const asking = door.exchange({
      method: "GET",
      url: new URL("https://127.0.0.1:1/"),
      headers: {},
    });
    await expect(asking).rejects.toThrow(
      /CI_SERVER_TLS_CA_FILE cannot be read: .*\nEXTRA_CA_FILE .* holds no certificate/,
    );
    rmSync(folder, { recursive: true });
  });
});

describe("H14 a proxy", () => {
  let proxy: Server;
  let seen: string[];

  beforeEach(async () => {
    seen = [];
    proxy = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"] ?? ""}`);
      response.writeHead(200, { "content-type": "application/json" }).end('{"by":"proxy"}');
    });
    proxy.on("connect", (request, socket) => {
      seen.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"] ?? ""}`);
      if (request.headers["proxy-authorization"] === undefined) {
        socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
        return;
      }
      const [host = "", port] = (request.url ?? "").split(":");
      const upstream = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on("error", () => socket.destroy());
      socket.on("error", () => upstream.destroy());
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
  });

  afterEach(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await once(proxy, "close");
  });

  const via = (
    proxies: { http?: string; https?: string; none?: string },
    authority?: string,
  ): Http =>
    testHttp({
      proxies: { http: "", https: "", none: "", ...proxies },
      authorityFiles:
        authority === undefined ? [] : [{ variable: "EXTRA_CA_FILE", path: authority }],
      limits: quick,
    });

  test("carries http requests", async () => {
    const door = via({ http: `http://user:pa%40ss@127.0.0.1:${portOf(proxy)}` });
    const answer = await door.exchange({
      method: "GET",
      url: new URL("http://gitlab.invalid/api/v4/x"),
      headers: {},
    });
    expect(answer.body.toString()).toBe('{"by":"proxy"}');
    expect(seen).toEqual([
      `GET http://gitlab.invalid/api/v4/x Basic ${Buffer.from("user:pa@ss").toString("base64")}`,
    ]);
    await door.close();
  });

  test("is left out for the hosts of NO_PROXY", async () => {
    const door = via({ http: `http://127.0.0.1:${portOf(proxy)}`, none: "127.0.0.1" });
    await door.exchange({ method: "GET", url: new URL(server.api), headers: {} });
    expect(seen).toEqual([]);
    await door.close();
  });

  test("tunnels https requests, and the end of the tunnel is still proved by its certificate", async (ctx) => {
    const own = mkdtempSync(join(tmpdir(), "certificates-"));
    const certificates = makeCertificates(own);
    if (certificates === undefined) return ctx.skip("no openssl command to make certificates with");
    const secure = await startFaultServer(() => ({ status: 200, body: "{}" }), certificates);
    const address = `http://user:pass@127.0.0.1:${portOf(proxy)}`;
    const door = via({ https: address }, certificates.authority);
    expect(
      (await door.exchange({ method: "GET", url: new URL(secure.url), headers: {} })).status,
    ).toBe(200);
    expect(seen[0]).toMatch(/^CONNECT 127\.0\.0\.1:\d+ Basic /);
    const distrusting = via({ https: address });
    expect(
      await failure(distrusting.exchange({ method: "GET", url: new URL(secure.url), headers: {} })),
    ).toMatchObject({ kind: "tls" });
    await Promise.all([door.close(), distrusting.close()]);
    await secure.close();
    rmSync(own, { recursive: true });
  });

  test.each(["http://pro xy:1", "http://not//a::url", "socks5://proxy:1080"])(
    "that is no address is told without an attempt: %s",
    async (address) => {
      const door = via({ https: address });
      const error = await failure(
        door.exchange({ method: "GET", url: new URL("https://gitlab.invalid/"), headers: {} }),
      );
      expect(error).toMatchObject({ kind: "proxy" });
      expect(error.message).toMatch(/^the proxy in HTTPS_PROXY is no address/);
      await door.close();
    },
  );

  test("that wants a password it was not given is told as the proxy's refusal", async () => {
    const door = via({ https: `http://127.0.0.1:${portOf(proxy)}` });
    const error = await failure(
      door.exchange({ method: "GET", url: new URL("https://gitlab.invalid/"), headers: {} }),
    );
    expect(error).toMatchObject({ kind: "proxy" });
    expect(error.message).toContain("407");
    await door.close();
  });
});

function portOf(listening: Server): number {
  const address = listening.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no port");
  return address.port;
}
