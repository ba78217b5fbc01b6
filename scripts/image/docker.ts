import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** Whether an engine answers. */
export function engineAnswers(): boolean {
  return spawnSync("docker", ["info"], { stdio: "ignore", timeout: 20_000 }).status === 0;
}

/**
 * The docker client that can build with BuildKit: the first on PATH, unless it is one that needs a buildx that is not
 * there and an older one, which brings BuildKit itself, is on PATH too.
 *
 * @throws {Error} where there is none.
 */
export function buildingDocker(): string {
  const clients = (process.env["PATH"] ?? "")
    .split(":")
    .map((folder) => join(folder, "docker"))
    .filter((path) => existsSync(path));
  const found = clients.find((path) => bringsBuildKit(path));
  if (found !== undefined) return found;
  throw new Error(
    clients.length === 0
      ? "There is no docker on PATH."
      : `${clients.join(", ")}: none can build with BuildKit. Install docker's buildx plugin.`,
  );
}

function bringsBuildKit(docker: string): boolean {
  if (spawnSync(docker, ["buildx", "version"], { stdio: "ignore" }).status === 0) return true;
  const { stdout } = spawnSync(docker, ["--version"], { encoding: "utf8" });
  const [, major = ""] = /version (\d+)\./.exec(stdout) ?? [];
  // From 23 on the client builds with buildx alone.
  return Number(major) >= 19 && Number(major) < 23;
}
