import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, type TestContext, test } from "vitest";
import { artifactWorld, sha256Of } from "../support/artifact-world.ts";
import {
  passOnTo,
  plain,
  readSlowly,
  resetAfter,
  startFaultServer,
  status,
  storedThenReset,
} from "../support/fault-server.ts";
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

const size = 2_500_000;

async function faultyWorld(context: TestContext, folder: string) {
  if (hadoop === undefined || "whyNot" in hadoop) return context.skip(hadoop?.whyNot);
  if ("whyNot" in httpfs) return context.skip(httpfs.whyNot);
  const [cluster, { http }] = [hadoop, httpfs];
  const world = await artifactWorld();
  const served = world.serve("x.tgz", randomBytes(size));
  const path = `/pub/${folder}`;
  return {
    world,
    cluster,
    httpfs: http,
    sha256: served.sha256,
    path,
    declare: (type: "webhdfs" | "httpfs", urls: readonly string[]) =>
      world.declare(`
caches: {hdfs: {type: ${type}, url: ${JSON.stringify(urls)}, path: ${path}}}
default_caches: [hdfs]
artifacts: {job-1.0.conda.tgz: {id: "${served.url}", source: url}}
`),
    run: () => world.run({ HDFS_USER: "alice" }),
    /** Names in the folder, and the digest of the artifact. */
    async holds(): Promise<{ names: readonly string[]; sha256: string | undefined }> {
      const at = `${cluster.http}/webhdfs/v1${path}`;
      const list: { FileStatuses?: { FileStatus: { pathSuffix: string }[] } } = JSON.parse(
        await (await fetch(`${at}?op=LISTSTATUS&user.name=alice`)).text(),
      );
      const names = (list.FileStatuses?.FileStatus ?? []).map(({ pathSuffix }) => pathSuffix);
      const file = await fetch(`${at}/job-1.0.conda.tgz?op=OPEN&user.name=alice`);
      const bytes = file.ok ? new Uint8Array(await file.arrayBuffer()) : undefined;
      return { names, sha256: bytes === undefined ? undefined : sha256Of(bytes) };
    },
  };
}

const isData = ({ query }: { query: URLSearchParams }): boolean => query.get("data") === "true";
const isRename = ({ query }: { query: URLSearchParams }): boolean => query.get("op") === "RENAME";

test("H01 a reset in mid-transfer is no failure, and leaves nothing beside the artifact", async (context) => {
  const { declare, httpfs: up, run, holds, sha256 } = await faultyWorld(context, "reset");
  const proxy = await startFaultServer(passOnTo(up));
  proxy.next(resetAfter(300_000), isData);
  proxy.next(resetAfter(1_000_000), isData);
  declare("httpfs", [proxy.url]);
  const { exitCode, stderr } = await run();
  await proxy.close();
  expect(stderr).not.toContain("ERROR");
  expect(exitCode).toBe(0);
  expect(await holds()).toEqual({ names: ["job-1.0.conda.tgz"], sha256 });
});

test("H03 a rename that happened although its answer was lost is found, and not done again", async (context) => {
  const { declare, cluster, run, holds, sha256 } = await faultyWorld(context, "lost");
  const proxy = await startFaultServer(passOnTo(cluster.http));
  proxy.next(storedThenReset, isRename);
  declare("webhdfs", [proxy.url]);
  const { exitCode } = await run();
  await proxy.close();
  expect(exitCode).toBe(0);
  expect(await holds()).toEqual({ names: ["job-1.0.conda.tgz"], sha256 });
});

test("a rename that answers false because somebody else was quicker with other bytes is refused; theirs stay", async (context) => {
  const { declare, httpfs: up, run, holds, path } = await faultyWorld(context, "race");
  const proxy = await startFaultServer(passOnTo(up));
  const theirs = Buffer.from("another file");
  proxy.next(async (exchange) => {
    const created = await fetch(
      `${up}/webhdfs/v1${path}/job-1.0.conda.tgz?op=CREATE&data=true&overwrite=false&user.name=alice`,
      { method: "PUT", body: theirs, headers: { "content-type": "application/octet-stream" } },
    );
    expect(created.status).toBe(201);
    await plain(exchange);
  }, isRename);
  declare("httpfs", [proxy.url]);
  const { exitCode, stderr } = await run();
  await proxy.close();
  expect(exitCode).toBe(3);
  expect(stderr).toContain(sha256Of(theirs));
  expect(await holds()).toEqual({ names: ["job-1.0.conda.tgz"], sha256: sha256Of(theirs) });
});

test("a namenode in safe mode is temporary: exit 4, nothing is there; later the same run succeeds", async (context) => {
  const { declare, cluster, run, holds, sha256 } = await faultyWorld(context, "safe");
  await cluster.command("safemode on");
  declare("webhdfs", [cluster.http]);
  const refused = await run();
  await cluster.command("safemode off");
  expect(refused.exitCode).toBe(4);
  expect(refused.stderr).toContain("safe mode");
  expect((await holds()).names).toEqual([]);
  expect((await run()).exitCode).toBe(0);
  expect(await holds()).toEqual({ names: ["job-1.0.conda.tgz"], sha256 });
});

test.for(["webhdfs", "httpfs"] as const)(
  "a space quota that ends in mid-transfer at %s is told as such, and nothing is left",
  async (api, context) => {
    const faulty = await faultyWorld(context, `quota-${api}`);
    const { declare, cluster, httpfs: http, run, holds, path } = faulty;
    await cluster.command(`quota ${path} 1500000`);
    declare(api, [api === "webhdfs" ? cluster.http : http]);
    const { exitCode, stderr } = await run();
    expect(stderr).toContain("E_CACHE_FULL");
    expect(exitCode).toBe(5);
    expect((await holds()).names).toEqual([]);
  },
);

test("a folder that the user may not write to is refused with the user's name", async (context) => {
  const { declare, cluster, run, path } = await faultyWorld(context, "closed");
  await cluster.command(`folder ${path} 755`);
  declare("webhdfs", [cluster.http]);
  const { exitCode, stderr } = await run();
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/E_CACHE_DENIED.*user=alice, access=WRITE/);
});

test("a standby namenode and one that is gone are passed over", async (context) => {
  const { declare, cluster, run, holds, sha256 } = await faultyWorld(context, "standby");
  const standby = await startFaultServer(() => ({ status: 500 }));
  standby.always(
    status(403, {
      RemoteException: {
        exception: "StandbyException",
        javaClassName: "org.apache.hadoop.ipc.StandbyException",
        message: "Operation category READ is not supported in state standby.",
      },
    }),
  );
  declare("webhdfs", ["http://127.0.0.1:1", standby.url, cluster.http]);
  const { exitCode, stderr } = await run();
  await standby.close();
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  expect(await holds()).toEqual({ names: ["job-1.0.conda.tgz"], sha256 });
});

test("R06 a run that is killed in mid-transfer publishes nothing; the next one brings the whole", async (context) => {
  const { world, declare, httpfs: up, run, holds, sha256 } = await faultyWorld(context, "killed");
  const slow = passOnTo(up, async (chunk) => {
    await delay(20);
    return chunk;
  });
  const proxy = await startFaultServer(slow);
  declare("httpfs", [proxy.url]);
  const { child, ended } = startStep("sync-artifacts", {
    cwd: world.folder,
    env: { ARTIFACT_FILES: "artifacts.yaml", HDFS_USER: "alice" },
  });
  while (!proxy.seen.some(isData)) await delay(10);
  await delay(200);
  child.kill("SIGKILL");
  await ended;
  await proxy.close();
  expect((await holds()).sha256).toBeUndefined();
  declare("httpfs", [up]);
  expect((await run()).exitCode).toBe(0);
  expect((await holds()).sha256).toBe(sha256);
});

test("R07 a cancelled run ends with 143 within the grace and publishes nothing", async (context) => {
  const { world, declare, httpfs: up, holds } = await faultyWorld(context, "cancelled");
  const proxy = await startFaultServer(passOnTo(up));
  proxy.always(readSlowly(100), isData);
  declare("httpfs", [proxy.url]);
  const { child, ended } = startStep("sync-artifacts", {
    cwd: world.folder,
    env: { ARTIFACT_FILES: "artifacts.yaml", HDFS_USER: "alice" },
  });
  while (!proxy.seen.some(isData)) await delay(10);
  child.kill("SIGTERM");
  expect((await ended).code).toBe(143);
  await proxy.close();
  expect((await holds()).sha256).toBeUndefined();
});
