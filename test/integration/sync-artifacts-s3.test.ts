import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, type TestContext, test } from "vitest";
import { artifactWorld, sha256Of } from "../support/artifact-world.ts";
import {
  passOnTo,
  plain,
  resetAfter,
  startFaultServer,
  storedThenReset,
} from "../support/fault-server.ts";
import { type S3Server, startVersitygw } from "../support/versitygw.ts";

let server: S3Server | { whyNot: string };

beforeAll(async () => {
  server = await startVersitygw();
});

afterAll(async () => {
  if (server !== undefined && "stop" in server) await server.stop();
});

async function s3World(context: TestContext, prefix: string, bytes = randomBytes(300_000)) {
  const s3 = "whyNot" in server ? context.skip(server.whyNot) : server;
  const world = await artifactWorld();
  const served = world.serve("x.tgz", bytes);
  const declare = (endpoint: string): void =>
    world.declare(`
caches: {s3: {type: s3, bucket: ${s3.bucket}, prefix: ${prefix}, endpoint: "${endpoint}"}}
default_caches: [s3]
artifacts: {job-1.0.conda.tgz: {id: "${served.url}", source: url}}
`);
  declare(s3.url);
  return { world, s3, served, declare, file: join(s3.folder, prefix, "job-1.0.conda.tgz") };
}

test("an object is created whole, with the store's own SHA-256; running again sends nothing", async (context) => {
  const { world, s3, served, file } = await s3World(context, "whole");
  const run = await world.run(s3.keys);
  expect(run.stderr).toBe("");
  expect(run.exitCode).toBe(0);
  expect(sha256Of(readFileSync(file))).toBe(served.sha256);
  const again = await world.run(s3.keys);
  expect(again.exitCode).toBe(0);
  expect(again.stdout).toContain("already done");
});

test("a file above the limit goes in parts, and is proved by the digest that goes with it", async (context) => {
  const { world, s3, served, file } = await s3World(context, "parts", randomBytes(18_000_000));
  const env = { ...s3.keys, S3_MULTIPART_ABOVE: "6MB" };
  const run = await world.run(env);
  expect(run.stderr).toBe("");
  expect(run.exitCode).toBe(0);
  expect(sha256Of(readFileSync(file))).toBe(served.sha256);
  expect((await world.run(env)).stdout).toContain("already done");
});

test("a store that keeps no checksums is asked for the bytes themselves", async (context) => {
  const { world, s3, served, declare, file } = await s3World(context, "unchecked");
  const proxy = await startFaultServer(passOnTo(s3.url));
  declare(proxy.url);
  const run = await world.run({ ...s3.keys, S3_CHECKSUMS: "false" });
  await proxy.close();
  expect(run.stderr).toBe("");
  expect(run.exitCode).toBe(0);
  expect(sha256Of(readFileSync(file))).toBe(served.sha256);
  expect(proxy.count("GET", /job-1\.0/)).toBe(1);
});

test("what somebody else stored is read back; other bytes are refused with both digests and stay", async (context) => {
  const { world, s3, served, file } = await s3World(context, "foreign");
  await world.run(s3.keys);
  const other = Buffer.from(served.bytes).fill(3, 0, 100);
  const client = new S3Client({
    endpoint: s3.url,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: {
      accessKeyId: s3.keys.AWS_ACCESS_KEY_ID,
      secretAccessKey: s3.keys.AWS_SECRET_ACCESS_KEY,
    },
  });
  const put = (Body: Buffer): Promise<unknown> =>
    client.send(
      new PutObjectCommand({ Bucket: s3.bucket, Key: "foreign/job-1.0.conda.tgz", Body }),
    );
  await put(served.bytes);
  expect((await world.run(s3.keys)).exitCode).toBe(0);
  await put(other);
  const run = await world.run(s3.keys);
  expect(run.exitCode).toBe(3);
  expect(run.stderr).toContain(sha256Of(other));
  expect(run.stderr).toContain(served.sha256);
  expect(readFileSync(file)).toEqual(other);
  client.destroy();
});

test("H01 a connection that is reset while an object is sent is no failure, and leaves no half object", async (context) => {
  const { world, s3, served, declare, file } = await s3World(context, "reset");
  const proxy = await startFaultServer(passOnTo(s3.url));
  let failing = 2;
  proxy.always(
    async (exchange) => {
      failing -= 1;
      await (failing >= 0 ? resetAfter(50_000) : plain)(exchange);
    },
    ({ method }) => method === "PUT",
  );
  declare(proxy.url);
  const run = await world.run(s3.keys);
  await proxy.close();
  expect(run.stderr).not.toContain("ERROR");
  expect(run.exitCode).toBe(0);
  expect(sha256Of(readFileSync(file))).toBe(served.sha256);
  expect(readdirSync(join(s3.folder, "reset"))).toEqual(["job-1.0.conda.tgz"]);
});

test("H03 an object that was stored although the answer was lost is found and not sent again", async (context) => {
  const { world, s3, declare } = await s3World(context, "lost");
  const proxy = await startFaultServer(passOnTo(s3.url));
  proxy.next(storedThenReset, ({ method }) => method === "PUT");
  declare(proxy.url);
  const run = await world.run(s3.keys);
  await proxy.close();
  expect(run.stderr).not.toContain("ERROR");
  expect(run.exitCode).toBe(0);
  expect(proxy.count("PUT")).toBe(1);
});

test("a wrong secret is refused with the variables to check, and is not shown", async (context) => {
  const { world, s3 } = await s3World(context, "denied");
  const run = await world.run({ ...s3.keys, AWS_SECRET_ACCESS_KEY: "another-secret-key" });
  expect(run.exitCode).toBe(3);
  expect(run.stderr).toContain("E_CACHE_LOGIN");
  expect(run.stderr).toContain("AWS_SECRET_ACCESS_KEY");
  expect(run.stdout + run.stderr).not.toContain("another-secret-key");
});

test("a bucket that is not there is told as such", async (context) => {
  const { world, s3, served } = await s3World(context, "none");
  world.declare(`
caches: {s3: {class_name: FsArtifactCache, base_uri: "s3a://nowhere/x"}}
default_caches: [s3]
artifacts: {job-1.0.conda.tgz: {id: "${served.url}", source: url}}
`);
  const run = await world.run({ ...s3.keys, S3_ENDPOINT: s3.url });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain("NoSuchBucket");
});
