import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { GenericContainer } from "testcontainers";

const root = join(import.meta.dirname, "../..");

/** Where the build is mounted in a container that has neither Node.js nor Slipway of its own. */
export const installed = "/opt/slipway";

/** A bare Debian with git, bootstrapped where no registry can be reached; made once per machine. */
export function debianWithGit(): string {
  const image = "slipway-test-base:trixie";
  execFileSync(join(root, "images/base/bootstrap.sh"), [image, "ca-certificates,git"], {
    stdio: "pipe",
  });
  return image;
}

/** As strict as clusters run jobs: nothing but /tmp and the checkout can be written, and /tmp is noexec. */
export class StrictContainer extends GenericContainer {
  constructor(
    image: string,
    mounts: readonly { source: string; target: string; mode: "ro" | "rw" }[],
  ) {
    super(image);
    this.hostConfig.ReadonlyRootfs = true;
    this.withTmpFs({ "/tmp": "rw,noexec,nosuid,size=256m" });
    this.withBindMounts([
      { source: join(root, "dist"), target: `${installed}/dist`, mode: "ro" },
      { source: join(root, "node_modules"), target: `${installed}/node_modules`, mode: "ro" },
      ...mounts,
    ]);
    this.withEntrypoint(["sleep"]);
    this.withCommand(["infinity"]);
  }
}
