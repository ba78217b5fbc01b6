import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import step from "../../steps/sync-artifacts.ts";
import { type Clock, runStep, type StepRun, systemClock } from "../../src/step/index.ts";
import { type FileServer, serveFiles } from "./file-server.ts";

/** A DAG repository, a web server with packages, and room for caches. */
export interface ArtifactWorld {
  /** The working directory: the DAG repository. */
  readonly folder: string;
  /** What the web server serves. */
  readonly served: string;
  readonly server: FileServer;
  /** Puts a package on the web server. @returns its address and digest. */
  serve(name: string, bytes?: Buffer): { url: string; sha256: string; bytes: Buffer };
  /** Writes `artifacts.yaml`. */
  declare(yaml: string): void;
  /** Runs the step in this process; waits take no time. */
  run(env?: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<StepRun>;
}

/** Waits that are over at once. */
const hasty: Clock = { ...systemClock, sleep: async () => {} };

export async function artifactWorld(): Promise<ArtifactWorld> {
  const root = mkdtempSync(join(tmpdir(), "artifacts-"));
  const [folder, served] = [join(root, "dags"), join(root, "served")];
  mkdirSync(folder);
  mkdirSync(served);
  const server = await serveFiles(served);
  onTestFinished(async () => {
    await server.close();
    rmSync(root, { recursive: true, force: true });
  });
  return {
    folder,
    served,
    server,
    serve(name, bytes = randomBytes(100_000)) {
      writeFileSync(join(served, name), bytes);
      return { url: `${server.url}/${name}`, sha256: sha256Of(bytes), bytes };
    },
    declare: (yaml) => writeFileSync(join(folder, "artifacts.yaml"), yaml),
    run: (env = {}, signal) =>
      runStep(step, {
        cwd: folder,
        clock: hasty,
        ...(signal && { signal }),
        env: { PATH: process.env["PATH"], ARTIFACT_FILES: "artifacts.yaml", ...env },
      }),
  };
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
