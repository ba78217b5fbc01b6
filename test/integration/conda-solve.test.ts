import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { readConfiguration } from "../../src/conda/channels/configuration.ts";
import { readCredentials } from "../../src/conda/channels/credentials.ts";
import { resolvePackages } from "../../src/conda/create/resolve-packages.ts";
import { openDoor, type Door } from "../../src/conda/http/door.ts";
import { readSpec } from "../../src/conda/spec/read-spec.ts";
import { systemClock } from "../../src/step/clock.ts";
import { silentLog } from "../../src/step/log.ts";
import { serveFiles, type FileServer } from "../support/file-server.ts";

let base: string;
let folder: string;
let server: FileServer;
let door: Door;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "slipway-solve-"));
  door = await openDoor({ env: {} });
});

beforeEach(async () => {
  folder = await mkdtemp(join(base, "case-"));
  server = await serveFiles(folder);
});

afterEach(() => server.close());

afterAll(async () => {
  await door.close();
  await rm(base, { recursive: true, force: true });
});

interface Record {
  readonly name: string;
  readonly version: string;
  readonly depends?: readonly string[];
  readonly suffix?: ".conda" | ".tar.bz2";
}

/** Writes the index of one platform of a channel. */
async function index(
  path: string,
  records: readonly Record[],
  more: { info?: object; compressed?: boolean } = {},
): Promise<void> {
  const section = (suffix: string) =>
    Object.fromEntries(
      records
        .filter((record) => (record.suffix ?? ".conda") === suffix)
        .map(({ name, version, depends = [] }) => [
          `${name}-${version}-0${suffix}`,
          {
            name,
            version,
            depends,
            build: "0",
            build_number: 0,
            subdir: path.split("/").at(-1),
            sha256: Buffer.from(`${name}${version}${suffix}`)
              .toString("hex")
              .padEnd(64, "0")
              .slice(0, 64),
            size: 100,
            license: `of ${path}`,
          },
        ]),
    );
  const text = JSON.stringify({
    info: { subdir: path.split("/").at(-1), ...more.info },
    packages: section(".tar.bz2"),
    "packages.conda": section(".conda"),
  });
  const target = join(folder, path, "repodata.json");
  await mkdir(dirname(target), { recursive: true });
  if (more.compressed === true) await writeFile(`${target}.zst`, zstdCompressSync(text));
  else await writeFile(target, text);
}

const python = { name: "python", version: "3.11.7" };
const pip = { name: "pip", version: "24.0", depends: ["python >=3.8"] };

interface Asked {
  readonly dependencies: readonly string[];
  readonly channels: readonly string[];
  readonly env?: { readonly [name: string]: string };
  readonly withPip?: boolean;
}

async function resolve({ dependencies, channels, env = {}, withPip = true }: Asked) {
  const said: string[] = [];
  const say = (message: string) => said.push(message);
  const file = join(folder, "env.yaml");
  await writeFile(
    file,
    JSON.stringify({ dependencies: withPip ? ["pip", ...dependencies] : dependencies }),
  );
  const spec = await readSpec(file, "linux-64", say);
  const packages = await resolvePackages(spec, channels, {
    door,
    env,
    cwd: folder,
    clock: systemClock,
    signal: new AbortController().signal,
    patience: { tries: 2, firstWaitMs: 1, longestWaitMs: 1 },
    credentials: await readCredentials(env, say),
    configuration: await readConfiguration(env, say),
    machine: { platform: "linux-64", kernel: "6.1.0", glibc: "2.36" },
    log: { ...silentLog, info: say, warn: say },
    folder: join(folder, "kept"),
    offline: env["CONDA_OFFLINE"] === "true",
  });
  return { packages, said };
}

async function names(asked: Asked): Promise<readonly string[]> {
  const { packages } = await resolve(asked);
  return packages.map(({ name, version }) => `${name} ${version}`).toSorted();
}

test("a set that fits is found, with the index's own fields", async () => {
  await index("chan/linux-64", [python]);
  await index("chan/noarch", [
    pip,
    { name: "demo", version: "1.0" },
    { name: "demo", version: "2.0" },
  ]);
  const { packages } = await resolve({
    dependencies: ["python=3.11", "demo<2"],
    channels: [`${server.url}/chan`],
  });
  expect(packages.find(({ name }) => name === "demo")).toMatchObject({
    version: "1.0",
    fileName: "demo-1.0-0.conda",
    subdir: "noarch",
    channel: `${server.url}/chan`,
    addresses: [`${server.url}/chan/noarch/demo-1.0-0.conda`],
    sizeBytes: 100,
    index: { license: "of chan/noarch" },
  });
});

test.each([true, false])("an index is read compressed: %s", async (compressed) => {
  await index("chan/linux-64", [python], { compressed });
  await index("chan/noarch", [pip], { compressed });
  expect(await names({ dependencies: ["python"], channels: [`${server.url}/chan`] })).toEqual([
    "pip 24.0",
    "python 3.11.7",
  ]);
});

test("a channel that is a folder needs no server, and no noarch", async () => {
  await index("chan/linux-64", [python, pip]);
  const { packages } = await resolve({ dependencies: ["python"], channels: ["./chan"] });
  expect(packages.map(({ addresses: [address] }) => address).toSorted()).toEqual([
    `file://${folder}/chan/linux-64/pip-24.0-0.conda`,
    `file://${folder}/chan/linux-64/python-3.11.7-0.conda`,
  ]);
});

test("a channel may have noarch alone", async () => {
  await index("main/linux-64", [python, pip]);
  await index("extra/noarch", [{ name: "demo", version: "1.0" }]);
  const channels = [`${server.url}/main`, `${server.url}/extra`];
  expect(await names({ dependencies: ["python", "demo"], channels })).toContain("demo 1.0");
});

test("the newer format of the same build wins", async () => {
  await index("chan/linux-64", [python, pip, { ...python, suffix: ".tar.bz2" }]);
  const { packages } = await resolve({
    dependencies: ["python"],
    channels: [`${server.url}/chan`],
  });
  expect(packages.find(({ name }) => name === "python")?.fileName).toBe("python-3.11.7-0.conda");
});

test("the first channel that has what another package needs hides all later ones, and the error says how to get around it", async () => {
  await index("one/linux-64", [python, pip, { name: "demo", version: "1.0" }]);
  await index("two/linux-64", [
    { name: "demo", version: "2.0" },
    { name: "app", version: "1.0", depends: ["demo >=2"] },
  ]);
  const channels = [`${server.url}/one`, `${server.url}/two`];
  expect(await names({ dependencies: ["python", "demo"], channels })).toContain("demo 1.0");
  const outcome = resolve({ dependencies: ["python", "app"], channels });
  await expect(outcome).rejects.toMatchObject({
    code: "E_CONDA_UNSOLVABLE",
    exit: 2,
    hint: "Loosen or correct the pins that are named. A package that the first channel has is taken from no later one: change the order of the channels, or write channel::package.",
  });
  const text = await outcome.catch(String);
  expect(text).toContain(`Channels, in order of priority: ${channels.join(", ")}.`);
  expect(text).toMatch(/app .*demo >=2/s);
  expect(text).not.toContain(".invalid");
  const qualified = ["python", "app", `${server.url}/two::demo`];
  expect(await names({ dependencies: qualified, channels })).toContain("demo 2.0");
});

test("a dependency that names its channel is taken from there, others as ever", async () => {
  const demo = { name: "demo", version: "1.0" };
  await index("one/linux-64", [python, pip, demo, { ...demo, name: "other" }]);
  await index("two/linux-64", [
    { ...demo, version: "2.0" },
    { ...demo, name: "other", version: "2.0" },
  ]);
  const found = await names({
    dependencies: ["python", `${server.url}/two::demo`, "other"],
    channels: [`${server.url}/one`],
  });
  expect(found).toEqual(["demo 2.0", "other 1.0", "pip 24.0", "python 3.11.7"]);
});

test("what fits nothing is told with the machine's properties, and how to name other ones", async () => {
  await index("chan/linux-64", [
    python,
    pip,
    { name: "demo", version: "1.0", depends: ["__glibc >=2.99"] },
  ]);
  const asked = { dependencies: ["python", "demo"], channels: [`${server.url}/chan`] };
  await expect(resolve(asked)).rejects.toMatchObject({
    code: "E_CONDA_UNSOLVABLE",
    message: expect.stringMatching(
      /__glibc >=2\.99[\s\S]*Virtual packages: __unix=0, __linux=6\.1\.0, __glibc=2\.36, __archspec=x86_64\./,
    ),
    hint: expect.stringContaining("CONDA_OVERRIDE_GLIBC names the version"),
  });
  const env = { CONDA_OVERRIDE_GLIBC: "3.0" };
  expect(await names({ ...asked, env })).toContain("demo 1.0");
});

test("a package that nobody has is told by its name", async () => {
  await index("chan/linux-64", [python, pip]);
  const asked = { dependencies: ["python", "nosuch"], channels: [`${server.url}/chan`] };
  await expect(resolve(asked)).rejects.toMatchObject({
    code: "E_CONDA_UNSOLVABLE",
    message: expect.stringMatching(/^No set of packages fits: No candidates were found for nosuch/),
  });
});

test("all packages that nobody has are told by their names", async () => {
  await index("chan/linux-64", [python, pip]);
  const dependencies = ["python", "nosuch", "missing >=2", "__cuda"];
  const asked = { dependencies, channels: [`${server.url}/chan`] };
  await expect(resolve(asked)).rejects.toMatchObject({
    code: "E_CONDA_UNSOLVABLE",
    message: expect.stringContaining("\nNo channel has a package named nosuch, missing.\n"),
  });
});

test("a spec that makes no sense is told, too", async () => {
  await index("chan/linux-64", [python, pip]);
  const asked = { dependencies: ["python", "demo>=>1"], channels: [`${server.url}/chan`] };
  await expect(resolve(asked)).rejects.toMatchObject({ code: "E_CONDA_UNSOLVABLE", exit: 2 });
});

test("an index that is no index is told, and is not kept", async () => {
  await mkdir(join(folder, "chan/linux-64"), { recursive: true });
  await writeFile(join(folder, "chan/linux-64/repodata.json"), "<html>Log in first</html>");
  await expect(
    resolve({ dependencies: ["python"], channels: [`${server.url}/chan`] }),
  ).rejects.toMatchObject({
    code: "E_CONDA_UNREACHABLE",
    exit: 4,
    message: `Channel ${server.url}/chan: its repodata for linux-64 is damaged (no object at byte 0); it was deleted.`,
  });
  expect(await readdir(join(folder, "kept"))).toEqual([]);
  await expect(resolve({ dependencies: ["python"], channels: ["./chan"] })).rejects.toMatchObject({
    code: "E_CONDA_CHANNEL",
    exit: 2,
    message: `Channel ${folder}/chan: its repodata for linux-64 is damaged (no object at byte 0).`,
  });
});

const bases = [
  { title: "absolute", of: (url: string) => `${url}/elsewhere/`, at: "/elsewhere" },
  { title: "from the root", of: () => "/pool/", at: "/pool" },
  { title: "relative", of: () => "../../pool/", at: "/deep/pool" },
] as const;

test.each(bases)("packages lie where a base_url says ($title)", async ({ of, at }) => {
  const info = { base_url: of(server.url) };
  await index("deep/chan/linux-64", [python, pip], { info });
  const { packages } = await resolve({
    dependencies: ["python"],
    channels: [`${server.url}/deep/chan`],
  });
  expect(packages.find(({ name }) => name === "python")?.addresses).toEqual([
    `${server.url}${at}/python-3.11.7-0.conda`,
  ]);
});

test("a channel without any index is told with its platforms", async () => {
  await expect(
    resolve({ dependencies: ["python"], channels: [`${server.url}/nothing`] }),
  ).rejects.toMatchObject({
    code: "E_CONDA_CHANNEL",
    exit: 2,
    message: `Channel ${server.url}/nothing: no repodata for linux-64 or noarch (${server.url}/nothing).`,
  });
});

test("all channels that cannot be had are told at once", async () => {
  await index("chan/linux-64", [python, pip]);
  const closed = "http://127.0.0.1:9/closed";
  const channels = [closed, `${server.url}/one`, `${server.url}/chan`, `${server.url}/two`];
  await expect(resolve({ dependencies: ["python"], channels })).rejects.toMatchObject({
    code: "E_CONDA_CHANNEL",
    exit: 2,
    hint: expect.stringContaining("Check the channel's address"),
    message: expect.stringMatching(
      /^Channel \S+closed: cannot connect .*\nChannel \S+\/one: no repodata .*\nChannel \S+\/two: no repodata .*$/,
    ),
  });
});

test("a channel that cannot be reached is temporarily unavailable", async () => {
  const { url } = server;
  await server.close();
  await expect(
    resolve({ dependencies: ["python"], channels: [`${url}/chan`] }),
  ).rejects.toMatchObject({
    code: "E_CONDA_UNREACHABLE",
    exit: 4,
    message: expect.stringMatching(
      /^Channel http:\/\/127\.0\.0\.1:\d+\/chan: cannot connect to 127\.0\.0\.1:\d+ \(connect ECONNREFUSED 127\.0\.0\.1:\d+\)\.$/,
    ),
  });
});

test.each([401, 403])(
  "a channel that answers %d wants credentials, and no secret is shown",
  async (status) => {
    server.behave = (_seen, response) => {
      response.writeHead(status).end();
      return true;
    };
    const host = server.url.replace("http://", "");
    const asked = {
      dependencies: ["python"],
      channels: [`http://user:hidden@${host}/t/tk-hidden/chan`],
    };
    await expect(resolve(asked)).rejects.toMatchObject({
      code: "E_CONDA_CHANNEL_DENIED",
      exit: 3,
      message: expect.stringMatching(
        /^Channel http:\/\/[^@]*\/chan: .*access denied \(HTTP \d+\)\.$/,
      ),
      hint: expect.stringContaining(`Set credentials for ${host}`),
    });
    await expect(resolve(asked)).rejects.not.toMatchObject({
      message: expect.stringContaining("hidden"),
    });
  },
);

test("credentials of a channel's address reach its index and its packages, but no record", async () => {
  await index("chan/linux-64", [python, pip]);
  const address = `${server.url.replace("//", "//user:word@")}/chan`;
  const { packages } = await resolve({ dependencies: ["python"], channels: [address] });
  expect(server.seen.every(({ authorization }) => authorization !== undefined)).toBe(true);
  expect(packages[0]?.addresses[0]).toContain("//user:word@");
  expect(packages[0]?.channel).toBe(`${server.url}/chan`);
});

test("a conda token of a store becomes part of the path", async () => {
  await index("t/tk-1/chan/linux-64", [python, pip]);
  const host = server.url.replace("http://", "");
  await writeFile(join(folder, "auth.json"), JSON.stringify({ [host]: { CondaToken: "tk-1" } }));
  const env = { RATTLER_AUTH_FILE: join(folder, "auth.json") };
  const channels = [`${server.url}/chan`];
  expect(await names({ dependencies: ["python"], channels, env })).toHaveLength(2);
});

test("mirrors of a channel stand in for one another, and packages can be had from all", async () => {
  await index("good/linux-64", [python, pip]);
  await writeFile(
    join(folder, "condarc"),
    JSON.stringify({ mirrored_channels: { mine: [`${server.url}/bad`, `${server.url}/good`] } }),
  );
  const env = { CONDARC: join(folder, "condarc") };
  const { packages } = await resolve({ dependencies: ["python"], channels: ["mine"], env });
  expect(packages[0]?.addresses).toEqual([
    expect.stringContaining(`${server.url}/bad/linux-64/`),
    expect.stringContaining(`${server.url}/good/linux-64/`),
  ]);
});

test("an index that has not changed is not sent again, and offline it is not even asked for", async () => {
  await index("chan/linux-64", [python, pip]);
  const asked = { dependencies: ["python"], channels: [`${server.url}/chan`] };
  await resolve(asked);
  server.seen.length = 0;
  await resolve(asked);
  const again = server.seen.filter(({ path }) => path === "/chan/linux-64/repodata.json");
  expect(again.map(({ ifNoneMatch }) => ifNoneMatch)).toEqual([expect.stringMatching(/^"/)]);

  await index("chan/linux-64", [{ ...python, version: "3.12.0" }, pip]);
  expect(await names(asked)).toContain("python 3.12.0");

  server.seen.length = 0;
  await resolve({ ...asked, env: { CONDA_OFFLINE: "true" } });
  expect(server.seen.map(({ path }) => path)).not.toContain("/chan/linux-64/repodata.json");
  expect((await readdir(join(folder, "kept"))).filter((name) => name.endsWith(".part"))).toEqual(
    [],
  );
});

test("a transfer of an index that breaks off is tried again", async () => {
  await index("chan/linux-64", [python, pip]);
  let isFirst = true;
  server.behave = ({ path }, response) => {
    if (path !== "/chan/linux-64/repodata.json" || !isFirst) return false;
    isFirst = false;
    response.writeHead(200, { "content-length": 5000 });
    response.write("{", () => response.destroy());
    return true;
  };
  const channels = [`${server.url}/chan`];
  expect(await names({ dependencies: ["python"], channels })).toHaveLength(2);
});

test("an environment file without pip gets it, and the log says so", async () => {
  await index("chan/linux-64", [python, pip]);
  const asked = { dependencies: ["python"], channels: ["./chan"], withPip: false };
  expect(await names(asked)).toEqual(["pip 24.0", "python 3.11.7"]);
  expect((await resolve(asked)).said).toEqual([
    "env.yaml does not name pip: it is added, to install the project with",
  ]);
});
