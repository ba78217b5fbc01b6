/**
 * Builds the image, its variant with a compiler, and the embedded GitLab as an image for tests: `slipway:dev`,
 * `slipway:dev-build` and `slipway:dev-embedded-gitlab`, or the name that is given.
 *
 *     npm run image [-- NAME:TAG]
 *
 * The base is pulled, or made of Debian packages where no registry can be reached.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { buildingDocker, engineAnswers } from "./image/docker.ts";
import { slipwayVersion } from "../src/step/version.ts";

const root = join(import.meta.dirname, "..");
const base = "debian:trixie-slim";
const [image = "slipway:dev"] = process.argv.slice(2);

if (!engineAnswers()) {
  console.error("No docker engine answers: start one, or see that you may use it (`docker info`).");
  process.exit(5);
}
const docker = buildingDocker();
prepareBase();
build(image, ".");
build(`${image}-build`, ".", "--target=build");
build(`${image}-embedded-gitlab`, "images/embedded-gitlab", `--build-arg=SLIPWAY=${image}`);
console.log(
  `${image}, ${image}-build and ${image}-embedded-gitlab are there. Try: docker run --rm ${image}`,
);

function prepareBase(): void {
  if (succeeds("image", "inspect", base) || succeeds("pull", "--quiet", base)) return;
  console.error(`${base} cannot be pulled: it is made of Debian packages.`);
  execFileSync(join(root, "images/base/bootstrap.sh"), [base], { stdio: "inherit" });
}

function build(tag: string, context: string, ...options: readonly string[]): void {
  const facts = {
    VERSION: slipwayVersion,
    REVISION: ofCommit("%H"),
    CREATED: ofCommit("%cI"),
    SOURCE: process.env["CI_PROJECT_URL"] ?? "",
  };
  const { status } = spawnSync(
    docker,
    [
      "build",
      `--tag=${tag}`,
      "--progress=plain",
      ...options,
      ...Object.entries(facts).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      ...certificates().flatMap((file) => ["--secret", `id=ca,src=${file}`]),
      context,
    ],
    {
      cwd: root,
      stdio: ["ignore", process.stderr.fd, process.stderr.fd],
      env: { ...process.env, DOCKER_BUILDKIT: "1" },
    },
  );
  if (status !== 0) process.exit(status ?? 1);
}

/** Where this machine needs a bundle of its own to reach the package registry, the build needs it as well. */
function certificates(): readonly string[] {
  return [process.env["NODE_EXTRA_CA_CERTS"] ?? ""].filter(
    (file) => file !== "" && existsSync(file),
  );
}

/** Of the commit that is checked out; nothing where there is none. */
function ofCommit(format: string): string {
  const { stdout } = spawnSync("git", ["log", "-1", `--format=${format}`], {
    cwd: root,
    encoding: "utf8",
  });
  return stdout.trim();
}

function succeeds(...args: readonly string[]): boolean {
  return spawnSync(docker, args, { stdio: "ignore" }).status === 0;
}
