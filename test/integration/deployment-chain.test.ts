import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeExampleChannel } from "../../src/conda/index.ts";
import { silentLog } from "../../src/step/index.ts";
import { unpack } from "../conda/support/packs.ts";
import { temporaryFolder } from "../conda/support/temporary-folder.ts";
import { sha256Of } from "../support/artifact-world.ts";
import { type Hadoop, startHadoop } from "../support/hadoop.ts";
import { exampleWorld } from "../support/release-world.ts";
import { probe, sparkHome, sparkSubmit } from "../support/spark.ts";

vi.setConfig({ testTimeout: 900_000 });

let hadoop: Hadoop | { whyNot: string };

beforeAll(async () => {
  hadoop = await startHadoop("kerberos");
});

afterAll(async () => {
  if (hadoop !== undefined && "stop" in hadoop) await hadoop.stop();
});

const file = "analytics/config/artifacts.yaml";

test("a release reaches Spark: tag, pack, merge request, merge, caches in kerberised HDFS, spark-submit", async (context) => {
  const cluster = "whyNot" in hadoop ? context.skip(hadoop.whyNot) : hadoop;
  if (!existsSync(join(import.meta.dirname, "../../dist/bin/sync-artifacts")))
    return context.skip("dist/bin is not built");
  const root = await temporaryFolder();
  const home = await sparkHome(context, root);
  const channel = await makeExampleChannel({ env: process.env, log: silentLog });
  await using world = await exampleWorld();
  const { admin, project, gitlab } = world.server;

  // The repository of the DAGs, which declares nothing yet but where artifacts are kept.
  const seed = join(root, "seed");
  mkdirSync(join(seed, "analytics/config"), { recursive: true });
  const surroundings = `caches:
  hdfs: {type: webhdfs, url: "${cluster.http}", path: /pub/artifacts, uri: "${cluster.fs}/pub/artifacts"}
default_caches: [hdfs]
`;
  writeFileSync(join(seed, file), `${surroundings}artifacts: {}\n`);
  // Nothing may block: the GitLab is in this process.
  const git = (cwd: string, ...args: string[]) =>
    execa("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], { cwd });
  await git(seed, "init", "--quiet", "--initial-branch=main");
  await git(seed, "add", "--all");
  await git(seed, "commit", "--quiet", "--message=Begin");
  const dags = await admin.createProject({ path: "group/dags", importRepository: seed });
  admin.protectBranch(dags.id, "main");
  const token = (role: "developer" | "maintainer"): string =>
    admin.createToken({ kind: "project", project: dags.id, role, scopes: ["api"] }).value;

  // The release: tag on the default branch, then the pipeline of the tag.
  const trigger = await world.job(await world.server.startPipeline(), "trigger_release");
  expect(await trigger.run("bump-version")).toMatchObject({ exitCode: 0 });
  expect(await trigger.run("tag-release")).toMatchObject({ exitCode: 0 });
  const pipeline = await world.server.tagPipeline("v0.15.0");
  if (pipeline === undefined) throw new Error("The push of the tag started no pipeline");
  const publish = await world.job(pipeline, "publish_conda_env", {
    CONDA_CHANNELS: channel.url,
    DEPLOY_PROJECT: "group/dags",
    DEPLOY_TOKEN: token("developer"),
    DEPLOY_FILES: file,
  });
  for (const step of ["conda-pack", "upload-package", "create-release", "propose-artifact"]) {
    const ran = await publish.run(step);
    expect(ran.output).not.toContain("ERROR");
    expect(ran.exitCode).toBe(0);
  }
  const packed = (await publish.run("propose-artifact")).outputs;
  const name = packed["PACK_FILE"]?.split("/").at(-1) ?? "";
  expect(name).toMatch(/^example-job-project-0\.15\.0\.conda\.tgz$/);

  // A person merges.
  const merged = await fetch(`${gitlab.api}/projects/${dags.id}/merge_requests/1/merge`, {
    method: "PUT",
    headers: { "private-token": token("maintainer") },
  });
  expect(merged.status).toBe(200);

  // The pipeline of the merge warms the caches.
  const clone = join(root, "dags");
  const server = project.serverUrl.replace("://", `://ada:${token("maintainer")}@`);
  await git(root, "clone", "--quiet", `${server}/group/dags.git`, clone);
  expect(readFileSync(join(clone, file), "utf8")).toContain(name);
  const sync = async (env: Record<string, string> = {}): Promise<string> => {
    const { all } = await execa(join(import.meta.dirname, "../../dist/bin/sync-artifacts"), [], {
      cwd: clone,
      all: true,
      extendEnv: false,
      env: {
        PATH: process.env["PATH"] ?? "",
        ARTIFACT_FILES: "*/config/artifacts.yaml",
        KRB5_CONFIG: cluster.krb5,
        KERBEROS_KEYTAB_FILE: cluster.keytab,
        SOURCE_GITLAB: project.serverUrl,
        SOURCE_TOKEN: world.server.pushToken,
        ...env,
      },
    });
    return all;
  };
  expect(await sync()).toContain(`${name}: published in the cache hdfs`);
  expect(await sync({ SYNC_MODE: "status" })).toMatch(/the cache hdfs .* there/);

  // What Spark localises is what the job has packed.
  const local = join(root, name);
  execFileSync(
    "curl",
    [
      "--silent",
      "--fail",
      "--location",
      "--negotiate",
      "--user",
      ":",
      "--output",
      local,
      `${cluster.http}/webhdfs/v1/pub/artifacts/${name}?op=OPEN`,
    ],
    {
      env: {
        PATH: process.env["PATH"],
        KRB5_CONFIG: cluster.krb5,
        KRB5CCNAME: "MEMORY:spark",
        KRB5_CLIENT_KTNAME: cluster.keytab,
      },
    },
  );
  expect(sha256Of(readFileSync(local))).toBe(packed["PACK_SHA256"]);
  const driver = unpack(local, join(root, "driver"));
  writeFileSync(join(root, "probe.py"), probe);
  const job = join(root, "probe.py");
  const submitted = sparkSubmit(home, root, { archive: local, driver, job });
  const rows = /^PROBE (.*)$/m.exec(submitted.stdout)?.[1] ?? submitted.stderr.slice(-3000);
  expect(rows).toMatch(/^\[\[.*\/work\/app-[^/]*\/0\/venv/);
  rmSync(clone, { recursive: true });
});
