import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { readCredentials, type Credentials } from "../../src/conda/channels/credentials.ts";
import { openDoor, type Door } from "../../src/conda/http/door.ts";
import { download } from "../../src/conda/http/download.ts";
import { systemClock } from "../../src/step/clock.ts";
import { serveFiles, type FileServer } from "../support/file-server.ts";

const content = randomBytes(300_000);
const sha256 = createHash("sha256").update(content).digest("hex");
const md5 = createHash("md5").update(content).digest("hex");
const patience = { tries: 6, firstWaitMs: 1, longestWaitMs: 5 };

let base: string;
let folder: string;
let one: FileServer;
let two: FileServer;
let door: Door;
let credentials: Credentials;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "slipway-download-"));
  await mkdir(join(base, "served"));
  await writeFile(join(base, "served", "a.conda"), content);
  door = await openDoor({ env: {} });
});

beforeEach(async () => {
  folder = await mkdtemp(join(base, "case-"));
  [one, two] = await Promise.all([
    serveFiles(join(base, "served")),
    serveFiles(join(base, "served")),
  ]);
  credentials = await readCredentials({}, () => {});
});

afterEach(() => Promise.all([one.close(), two.close()]));

afterAll(async () => {
  await door.close();
  await rm(base, { recursive: true, force: true });
});

function get(
  addresses: readonly string[],
  expected: { sizeBytes?: number; sha256?: string; md5?: string } = {
    sizeBytes: content.length,
    sha256,
  },
  signal = new AbortController().signal,
): Promise<void> {
  return download(
    { title: "a.conda", addresses, path: join(folder, "a.conda"), expected },
    { door, credentials, clock: systemClock, signal, patience },
  );
}

const saved = () => readFile(join(folder, "a.conda"));
const leftovers = () => readdir(folder);

async function somethingOnDisk(): Promise<void> {
  for (;;) {
    const sizes = await Promise.all(
      (await leftovers()).map(async (name) => (await stat(join(folder, name))).size),
    );
    if (sizes.some((size) => size > 0)) return;
    await systemClock.sleep(5);
  }
}

test("a file is downloaded, verified and then named", async () => {
  await get([`${one.url}/a.conda`]);
  expect((await saved()).equals(content)).toBe(true);
  expect(await leftovers()).toEqual(["a.conda"]);
});

test("md5 counts where there is no sha256, and neither is needed to look at", async () => {
  await get([`${one.url}/a.conda`], { md5 });
  await expect(get([`${one.url}/a.conda`], { md5: "0".repeat(32) })).rejects.toMatchObject({
    code: "E_CONDA_DIGEST",
    exit: 4,
    message: `a.conda: md5 is ${md5}, expected is ${"0".repeat(32)} (${one.url}/a.conda); it was deleted.`,
  });
});

test("a wrong digest leaves nothing behind and shows the address without its secrets", async () => {
  const address = `${one.url.replace("//", "//user:word@")}/a.conda`;
  const outcome = get([address], { sha256: "0".repeat(64) });
  await expect(outcome).rejects.toMatchObject({
    code: "E_CONDA_DIGEST",
    message: `a.conda: sha256 is ${sha256}, expected is ${"0".repeat(64)} (${one.url}/a.conda); it was deleted.`,
  });
  expect(await leftovers()).toEqual([]);
});

test("a file that is too long is refused by its size", async () => {
  await expect(get([`${one.url}/a.conda`], { sizeBytes: 10, sha256 })).rejects.toMatchObject({
    code: "E_CONDA_DIGEST",
    message: `a.conda: size is 300000 bytes, expected are 10 (${one.url}/a.conda); it was deleted.`,
  });
});

const passing = [429, 500, 502, 503, 504, 408] as const;

test.each(passing)("HTTP %d is tried again", async (status) => {
  let refusals = 2;
  one.behave = (_seen, response) => {
    if (refusals === 0) return false;
    refusals -= 1;
    response.writeHead(status, { "retry-after": "0" }).end();
    return true;
  };
  await get([`${one.url}/a.conda`]);
  expect(one.seen).toHaveLength(3);
});

test("a transfer that breaks off goes on where it stopped", async () => {
  one.behave = ({ range }, response) => {
    if (range !== undefined) return false;
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 100_000));
    // A reset throws away what the client has not read yet: it comes only when something is on disk.
    void somethingOnDisk().then(() => response.destroy());
    return true;
  };
  await get([`${one.url}/a.conda`]);
  expect((await saved()).equals(content)).toBe(true);
  const ranges = one.seen.map(({ range }) => range);
  expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
});

test("a server that knows no ranges is read from the start again", async () => {
  let requests = 0;
  one.behave = (_seen, response) => {
    requests += 1;
    response.writeHead(200, { "content-length": content.length });
    if (requests > 1) response.end(content);
    else response.write(content.subarray(0, 100_000), () => response.destroy());
    return true;
  };
  await get([`${one.url}/a.conda`]);
  expect((await saved()).equals(content)).toBe(true);
});

test("a transfer that ends early without a word is noticed by its size", async () => {
  let requests = 0;
  one.behave = (_seen, response) => {
    requests += 1;
    if (requests > 1) return false;
    response.writeHead(200, { connection: "close" }).end(content.subarray(0, 1000));
    return true;
  };
  await get([`${one.url}/a.conda`]);
  expect((await saved()).equals(content)).toBe(true);
});

const failing = [
  { title: "lacks the file", status: 404 },
  { title: "is broken", status: 500 },
] as const;

test.each(failing)("the next mirror is asked where one $title", async ({ status }) => {
  one.behave = (_seen, response) => {
    response.writeHead(status).end();
    return true;
  };
  await get([`${one.url}/a.conda`, `${two.url}/a.conda`]);
  expect([one.seen.length, two.seen.length]).toEqual([1, 1]);
});

test("the next mirror is asked where one cannot be reached", async () => {
  await one.close();
  await get([`${one.url}/a.conda`, `${two.url}/a.conda`]);
  expect((await saved()).equals(content)).toBe(true);
});

test("a file that no mirror has is an error at once", async () => {
  await expect(get([`${one.url}/b.conda`, `${two.url}/b.conda`])).rejects.toMatchObject({
    code: "E_CONDA_CHANNEL",
    exit: 2,
    message: `a.conda: ${one.url}/b.conda does not exist.`,
  });
  expect([one.seen.length, two.seen.length]).toEqual([1, 1]);
});

test("a server that stays broken is temporarily unavailable after all tries", async () => {
  one.behave = (_seen, response) => {
    response.writeHead(503).end();
    return true;
  };
  await expect(get([`${one.url}/a.conda`])).rejects.toMatchObject({
    code: "E_CONDA_UNREACHABLE",
    exit: 4,
    message: `a.conda: ${one.url}/a.conda answered HTTP 503.`,
  });
  expect(one.seen).toHaveLength(6);
  expect(await leftovers()).toEqual([]);
});

test.each([401, 403])("HTTP %d is told with the host that wants credentials", async (status) => {
  one.behave = (_seen, response) => {
    response.writeHead(status).end();
    return true;
  };
  const host = one.url.replace("http://", "");
  await expect(get([`${one.url}/t/tk-secret/a.conda`])).rejects.toMatchObject({
    code: "E_CONDA_CHANNEL_DENIED",
    exit: 3,
    message: `${one.url}/a.conda: access denied (HTTP ${status}).`,
    hint: `Set credentials for ${host}: in a netrc file, RATTLER_AUTH_FILE or the channel's address.`,
  });
});

test("credentials never follow a redirect to another host", async () => {
  one.behave = (_seen, response) => {
    response.writeHead(302, { location: `${two.url}/a.conda` }).end();
    return true;
  };
  await get([`${one.url.replace("//", "//user:word@")}/a.conda`]);
  expect(one.seen[0]?.authorization).toMatch(/^Basic /);
  expect(two.seen[0]?.authorization).toBeUndefined();
});

test("credentials stay where a redirect stays on the host", async () => {
  one.behave = ({ path }, response) => {
    if (path === "/a.conda") return false;
    response.writeHead(307, { location: "/a.conda" }).end();
    return true;
  };
  await get([`${one.url.replace("//", "//user:word@")}/elsewhere`]);
  expect(one.seen.map(({ authorization }) => authorization)).toEqual([
    expect.stringMatching(/^Basic /),
    expect.stringMatching(/^Basic /),
  ]);
});

test("the host that is redirected to gets its own credentials", async () => {
  const store = join(folder, "auth.json");
  const host = two.url.replace("http://", "");
  await writeFile(store, JSON.stringify({ [host]: { BearerToken: "for-two" } }));
  credentials = await readCredentials({ RATTLER_AUTH_FILE: store }, () => {});
  one.behave = (_seen, response) => {
    response.writeHead(302, { location: `${two.url}/a.conda` }).end();
    return true;
  };
  await get([`${one.url}/a.conda`]);
  expect(one.seen[0]?.authorization).toBeUndefined();
  expect(two.seen[0]?.authorization).toBe("Bearer for-two");
});

test("a circle of redirects ends", async () => {
  one.behave = (_seen, response) => {
    response.writeHead(302, { location: "/round" }).end();
    return true;
  };
  await expect(get([`${one.url}/a.conda`])).rejects.toMatchObject({
    code: "E_CONDA_CHANNEL",
    message: `${one.url}/a.conda redirects more than 10 times.`,
  });
});

test("a redirect away from the web is refused", async () => {
  one.behave = (_seen, response) => {
    response.writeHead(302, { location: "file:///etc/passwd" }).end();
    return true;
  };
  await expect(get([`${one.url}/a.conda`])).rejects.toMatchObject({
    code: "E_CONDA_CHANNEL",
    message: `${one.url}/a.conda redirects to no web address.`,
  });
});

test("whoever stops the run stops the download, and nothing is left", async () => {
  const controller = new AbortController();
  one.behave = (_seen, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 1000), () => controller.abort(new Error("stopped")));
    return true;
  };
  await expect(get([`${one.url}/a.conda`], { sha256 }, controller.signal)).rejects.toThrow(
    "stopped",
  );
  expect(await leftovers()).toEqual([]);
});

test("a file of the machine's own disk is taken in the same way", async () => {
  await get([`file://${base}/served/a.conda`]);
  expect((await saved()).equals(content)).toBe(true);
});
