// The one file that must run on any Node.js from 20 on: it installs what the lockfile names, finds the Node.js that
// Slipway needs, builds, and hands over. Everything after it is TypeScript on that Node.js.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const oldestNode = [24, 18];
/** Needs nothing that a slim Debian lacks; Node.js 26 needs libatomic. */
const modestNode = "24.21.0";
const arch = { x64: "x64", arm64: "arm64" }[process.arch];
const pinnedPackage = join(root, "node_modules", `node-linux-${arch}`);

install();
const node = currentNode();
const bin = (name) => join(root, "node_modules", name);
const tools = {
  tsc: bin("typescript/bin/tsc"),
  oxlint: bin("oxlint/bin/oxlint"),
  oxfmt: bin("oxfmt/bin/oxfmt"),
  vitest: bin("vitest/vitest.mjs"),
};
const [command = "build", ...rest] = process.argv.slice(2);

const commands = {
  build: () => run("scripts/build.ts", ...rest),
  start: () => {
    run("scripts/build.ts", "--if-stale");
    run("scripts/start.ts", ...rest);
  },
  check: () => {
    run(tools.oxlint);
    run(tools.oxfmt, "--check", ".");
    run(tools.tsc, "-p", "tsconfig.json");
    run("scripts/docs.ts", "--check");
  },
  format: () => run(tools.oxfmt, "."),
  "test:unit": () => run(tools.vitest, "run", "--project", "unit", ...rest),
  test: () => {
    run("scripts/build.ts", "--if-stale");
    commands.check();
    run("scripts/test.ts", ...rest);
  },
  gitlab: () => {
    run("scripts/build.ts", "--if-stale");
    run("dist/lib/start.js", "embedded-gitlab", ...rest);
  },
  bench: () => {
    run("scripts/build.ts", "--if-stale");
    run("bench/index.ts", ...rest);
  },
  image: () => run("scripts/image.ts", ...rest),
  docs: () => run("scripts/docs.ts", ...rest),
};

if (!Object.hasOwn(commands, command)) {
  fail(`Unknown command ${command}. Known: ${Object.keys(commands).join(", ")}`, 2);
}
commands[command]();

function run(...args) {
  const path = `${dirname(node)}:${process.env.PATH}`;
  const { status, signal, error } = spawnSync(node, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: path },
  });
  if (error) fail(String(error), 5);
  if (status !== 0) process.exit(status ?? (signal === "SIGINT" ? 130 : 143));
}

function install() {
  const stamp = join(root, "node_modules", ".slipway-setup");
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error("Installing the packages that package-lock.json names …");
  const { status } = spawnSync(
    "npm",
    ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: root,
      stdio: ["ignore", process.stderr.fd, process.stderr.fd],
    },
  );
  if (status !== 0) fail("npm ci failed; see its messages above.", 5);
  if (existsSync(pinnedPackage) && !starts(join(pinnedPackage, "bin/node"))) takeModestNode();
  writeFileSync(stamp, wanted);
}

function starts(program) {
  return spawnSync(program, ["--version"]).status === 0;
}

/** In the place of the pinned one, which does not start; none where the one that runs this is new enough. */
function takeModestNode() {
  console.error(
    `The pinned Node.js does not start here, as a rule for want of libatomic (Debian: libatomic1). Packs take longer without it.`,
  );
  rmSync(pinnedPackage, { recursive: true });
  if (isNewEnough()) return;
  const spec = `node-linux-${arch}@${modestNode}`;
  const folder = join(root, "node_modules", ".modest-node");
  const { status } = spawnSync(
    "npm",
    ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", spec],
    { stdio: ["ignore", process.stderr.fd, process.stderr.fd] },
  );
  if (status !== 0) fail(`${spec} could not be installed; see npm's messages above.`, 5);
  renameSync(join(folder, "node_modules", `node-linux-${arch}`), pinnedPackage);
  rmSync(folder, { recursive: true });
}

function currentNode() {
  const pinned = join(pinnedPackage, "bin/node");
  if (process.platform === "linux" && arch && existsSync(pinned)) return pinned;
  if (isNewEnough()) return process.execPath;
  return fail(
    `Slipway needs Node.js ${oldestNode.join(".")} or newer; this is ${process.versions.node} and no pinned one exists for ${process.platform}-${process.arch}.`,
    5,
  );
}

function isNewEnough() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
}

function fail(message, code) {
  console.error(message);
  process.exit(code);
}
