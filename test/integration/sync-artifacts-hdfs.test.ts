import { randomBytes } from "node:crypto";
import { createReadStream, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { artifactWorld, sha256Of } from "../support/artifact-world.ts";
import { type Hadoop, startHadoop, startHttpFs } from "../support/hadoop.ts";
import { startStep } from "../support/step-process.ts";

let hadoop: Hadoop | { whyNot: string };
let httpfs: Awaited<ReturnType<typeof startHttpFs>>;

beforeAll(async () => {
  hadoop = await startHadoop("plain");
  httpfs = "whyNot" in hadoop ? hadoop : await startHttpFs(hadoop);
});

afterAll(async () => {
  if (httpfs !== undefined && "stop" in httpfs) await httpfs.stop();
  if (hadoop !== undefined && "stop" in hadoop) await hadoop.stop();
});

function cluster(context: TestContext): Hadoop {
  return "whyNot" in hadoop ? context.skip(hadoop.whyNot) : hadoop;
}

/** Address of the server that speaks this API. */
function serverOf(context: TestContext, api: string): string {
  if (api === "webhdfs") return cluster(context).http;
  return "whyNot" in httpfs ? context.skip(httpfs.whyNot) : httpfs.http;
}

const user = { HDFS_USER: "alice" };

/** Asks HDFS as anybody would. */
async function ask(op: string, path: string): Promise<Response> {
  if ("whyNot" in hadoop) throw new Error(hadoop.whyNot);
  return fetch(`${hadoop.http}/webhdfs/v1${path}?op=${op}&user.name=alice`);
}

async function bytesAt(path: string): Promise<Buffer> {
  const response = await ask("OPEN", path);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

async function listed(path: string): Promise<readonly { name: string; permission: string }[]> {
  const body: { FileStatuses?: { FileStatus: { pathSuffix: string; permission: string }[] } } =
    JSON.parse(await (await ask("LISTSTATUS", path)).text());
  return (body.FileStatuses?.FileStatus ?? []).map(({ pathSuffix: name, permission }) => ({
    name,
    permission,
  }));
}

function declaration(api: string, url: string, path: string, id: string): string {
  return `
caches: {hdfs: {type: ${api}, url: "${url}", path: ${path}}}
default_caches: [hdfs]
artifacts: {job-1.0.conda.tgz: {id: "${id}", source: url}}
`;
}

describe.each(["webhdfs", "httpfs"])("%s", (api) => {
  // Three blocks of the test cluster, and a piece.
  const size = 3 * 1024 * 1024 + 12_345;

  test("an artifact of several blocks is proved by HDFS's own checksum, and published for all to read", async (context) => {
    const server = serverOf(context, api);
    const world = await artifactWorld();
    const { url, sha256, bytes } = world.serve("x.tgz", randomBytes(size));
    world.declare(declaration(api, server, `/pub/${api}-new`, url));
    const run = await world.run({ ...user, LOG_LEVEL: "debug" });
    expect(run.stderr).toBe("");
    expect(run.exitCode).toBe(0);
    expect(await listed(`/pub/${api}-new`)).toEqual([
      { name: "job-1.0.conda.tgz", permission: "644" },
    ]);
    expect(sha256Of(await bytesAt(`/pub/${api}-new/job-1.0.conda.tgz`))).toBe(sha256);
    expect(bytes.length).toBe(size);
    // Nothing is read back to know that all of it arrived.
    expect(run.stdout).not.toContain(" OPEN ");

    const again = await world.run({ ...user, LOG_LEVEL: "debug" });
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toContain("already done");
    expect(again.stdout).not.toContain(" OPEN ");
  });

  test("an empty file is published, too", async (context) => {
    const server = serverOf(context, api);
    const world = await artifactWorld();
    const { url } = world.serve("empty.tgz", Buffer.alloc(0));
    world.declare(declaration(api, server, `/pub/${api}-empty`, url));
    const run = await world.run(user);
    expect(run.stderr).toBe("");
    expect(run.exitCode).toBe(0);
    expect(await listed(`/pub/${api}-empty`)).toHaveLength(1);
  });

  test("what somebody else put there is read back once, remembered, and refused where it differs", async (context) => {
    const server = serverOf(context, api);
    const world = await artifactWorld();
    const { url, sha256, bytes } = world.serve("x.tgz");
    const folder = `/pub/${api}-foreign`;
    const put = async (content: Buffer): Promise<void> => {
      const first = await fetch(
        `${cluster(context).http}/webhdfs/v1${folder}/job-1.0.conda.tgz?op=CREATE&overwrite=true&user.name=alice`,
        { method: "PUT", redirect: "manual" },
      );
      const { sendData } = await import("../../src/artifacts/http/send-data.ts");
      const answer = await sendData({
        url: new URL(first.headers.get("location") ?? ""),
        headers: {},
        sizeBytes: content.length,
        async *open() {
          yield content;
        },
        sent() {},
        signal: new AbortController().signal,
        authorityFiles: [],
        environment: {},
      });
      expect(answer.status).toBe(201);
    };
    await put(bytes);
    world.declare(declaration(api, server, folder, url));
    const adopted = await world.run({ ...user, LOG_LEVEL: "debug" });
    expect(adopted.exitCode).toBe(0);
    expect(adopted.stdout).toContain(" OPEN ");
    const known = await world.run({ ...user, LOG_LEVEL: "debug" });
    expect(known.exitCode).toBe(0);
    expect(known.stdout).not.toContain(" OPEN ");

    const other = Buffer.from(bytes).fill(1, 500, 600);
    await put(other);
    const run = await world.run(user);
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toContain(sha256Of(other));
    expect(run.stderr).toContain(sha256);
    expect(await bytesAt(`${folder}/job-1.0.conda.tgz`)).toEqual(other);
  });
});

test("memory stays flat on the way through HTTP into HDFS", async (context) => {
  const { http } = cluster(context);
  const world = await artifactWorld();
  const size = 200 * 1024 * 1024;
  writeFileSync(join(world.served, "large.tgz"), "");
  truncateSync(join(world.served, "large.tgz"), size);
  world.server.behave = ({ path }, response) => {
    response.writeHead(200, { "content-length": size });
    createReadStream(join(world.served, path)).pipe(response);
    return true;
  };
  world.declare(declaration("webhdfs", http, "/pub/large", `${world.server.url}/large.tgz`));
  const { code, stderr, peakBytes } = await startStep("sync-artifacts", {
    cwd: world.folder,
    env: { ARTIFACT_FILES: "artifacts.yaml", ...user },
  }).ended;
  expect(stderr).toBe("");
  expect(code).toBe(0);
  // Less than the file and Node itself with the sources' types to strip.
  expect(peakBytes).toBeLessThan(200 * 1024 * 1024);
});
