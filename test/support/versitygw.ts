import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { toolFolder } from "./tool-folder.ts";

/** A real S3 server over a folder. */
export interface S3Server {
  readonly url: string;
  /** Name of a bucket that is there. */
  readonly bucket: string;
  /** The folder that holds its objects. */
  readonly folder: string;
  readonly keys: { AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string };
  stop(): Promise<void>;
}

const version = "v1.8.0";

/** Starts versitygw, which Go builds once. @returns in words why it cannot be had. */
export async function startVersitygw(): Promise<S3Server | { whyNot: string }> {
  const tools = toolFolder(`versitygw-${version}`, (folder) => {
    execFileSync("go", ["install", `github.com/versity/versitygw/cmd/versitygw@${version}`], {
      env: { ...process.env, GOBIN: folder, GOFLAGS: "-modcacherw" },
      stdio: "pipe",
    });
  });
  if ("whyNot" in tools) return tools;
  const root = mkdtempSync(join(tmpdir(), "versitygw-"));
  const bucket = "artifacts";
  mkdirSync(join(root, bucket));
  const port = await freePort();
  const keys = {
    AWS_ACCESS_KEY_ID: "access-key-of-the-test",
    AWS_SECRET_ACCESS_KEY: "secret-key-of-the-test",
  };
  const child = spawn(
    join(tools.folder, "versitygw"),
    ["--port", `127.0.0.1:${port}`, "posix", root],
    {
      env: {
        PATH: process.env["PATH"],
        ROOT_ACCESS_KEY: keys.AWS_ACCESS_KEY_ID,
        ROOT_SECRET_KEY: keys.AWS_SECRET_ACCESS_KEY,
      },
      stdio: "ignore",
    },
  );
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries += 1) {
    const answers = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answers) break;
    if (child.exitCode !== null || tries > 200)
      return { whyNot: "versitygw does not start here: it needs a file system with attributes" };
    await delay(50);
  }
  return {
    url,
    bucket,
    folder: join(root, bucket),
    keys,
    async stop() {
      const gone = new Promise((resolve) => {
        child.once("close", resolve);
      });
      child.kill("SIGKILL");
      await gone;
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => {
    server.listen(0, "127.0.0.1", listening);
  });
  const address = server.address();
  await new Promise((closed) => {
    server.close(closed);
  });
  return typeof address === "object" && address !== null ? address.port : 0;
}
