import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { call, field } from "../../embedded-gitlab/call.ts";
import { openFolder } from "../../embedded-gitlab/gitlab.ts";
import { mainArguments } from "../../embedded-gitlab/main-process.ts";

async function start(env: Readonly<Record<string, string>>, args: readonly string[] = []) {
  const folder = await openFolder();
  const child = spawn(process.execPath, [...mainArguments, "--", "embedded-gitlab", ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, TMPDIR: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, "close");
  return {
    folder,
    stop: async (...signals: readonly NodeJS.Signals[]) => {
      for (const signal of signals) child.kill(signal);
      await ended;
      return { exitCode: child.exitCode, signal: child.signalCode };
    },
    ready: async () => {
      await Promise.race([once(child.stdout, "data"), ended]);
      return out;
    },
    end: async () => {
      await ended;
      return { exitCode: child.exitCode, out, errors };
    },
  };
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "it prints one line when it is ready, serves, and ends cleanly on %s without leaving a file",
  async (signal) => {
    const server = await start({ EMBEDDED_GITLAB_PROJECT: "team/tools/demo" });
    const line = await server.ready();
    expect(line).toMatch(/^\{[^\n]*\}\n$/);
    const ready: unknown = JSON.parse(line);
    const url = String(field(ready, "url"));
    expect(ready).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      api: `${url}/api/v4`,
      project: { id: 1, path: "team/tools/demo", httpUrl: `${url}/team/tools/demo.git` },
      tokens: {
        maintainer: expect.any(String),
        developer: expect.any(String),
        job: expect.any(String),
      },
    });
    const token = String(field(ready, "tokens", "maintainer"));
    const { body } = await call({ url }, "/projects/1", { token });
    expect(body).toMatchObject({ visibility: "private", default_branch: "main" });
    expect(await readdir(server.folder)).toHaveLength(1);
    expect(await server.stop(signal)).toEqual({ exitCode: 0, signal: null });
    expect(await readdir(server.folder)).toEqual([]);
  },
);

test("a signal that comes twice, as under npm and timeout, ends it as cleanly as one", async () => {
  const server = await start({});
  await server.ready();
  expect(await server.stop("SIGTERM", "SIGINT", "SIGTERM")).toEqual({ exitCode: 0, signal: null });
  expect(await readdir(server.folder)).toEqual([]);
});

test("all wrong settings are named together, and nothing is started", async () => {
  const absent = join(await openFolder(), "absent");
  const server = await start({
    PORT: "http",
    EMBEDDED_GITLAB_PROJECT: "demo",
    EMBEDDED_GITLAB_REPO: absent,
  });
  const { exitCode, out, errors } = await server.end();
  expect([exitCode, out]).toEqual([2, ""]);
  expect(errors).toContain('PORT is "http", which is no port from 1 to 65535.');
  expect(errors).toContain(
    'EMBEDDED_GITLAB_PROJECT is "demo", which is not of the form group/name.',
  );
  expect(errors).toContain(`EMBEDDED_GITLAB_REPO is "${absent}", where there is no folder.`);
  expect(await readdir(server.folder)).toEqual([]);
});

test("a port that is taken is named, and nothing is left", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const address = taken.address();
  const port = address === null || typeof address === "string" ? "" : String(address.port);
  const server = await start({ PORT: port });
  const { exitCode, errors } = await server.end();
  taken.close();
  expect([exitCode, errors.split("\n")[0]]).toEqual([
    5,
    `E_PORT_TAKEN: Nothing can listen on 127.0.0.1:${port}: EADDRINUSE.`,
  ]);
  expect(await readdir(server.folder)).toEqual([]);
});

test("a machine without git is told so", async () => {
  const server = await start({ PATH: await openFolder() });
  const { exitCode, errors } = await server.end();
  expect([exitCode, errors.split(":")[0]]).toEqual([5, "E_NO_GIT"]);
  expect(await readdir(server.folder)).toEqual([]);
});

test("--version and --help answer without starting a server; other arguments are refused", async () => {
  const version = await (await start({}, ["--version"])).end();
  expect(version).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^embedded-gitlab \d/) });
  const help = await (await start({}, ["--help"])).end();
  expect(help).toMatchObject({ exitCode: 0, out: expect.stringContaining("EMBEDDED_GITLAB_REPO") });
  const refused = await (await start({}, ["--port=80"])).end();
  expect(refused).toMatchObject({
    exitCode: 2,
    errors: expect.stringContaining("takes no arguments"),
  });
});
