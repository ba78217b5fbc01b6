/** Builds one executable per step: `dist/bin/<step>`, over bundles with shared chunks in `dist/lib`. */
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { rolldown } from "rolldown";
import { globSync } from "tinyglobby";
import { describeErrors } from "./docs/describe-errors.ts";
import { loadErrorAreas, loadSteps } from "./docs/load.ts";
import { bundledPackages } from "./image/packages.ts";
import { warmCodeCache } from "./warm.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const stamp = join(dist, ".built");
const fingerprint = fingerprintOfSources();
/** A release is nothing but these two, one after the other: their start is most of it. */
const releasing = new Set(["bump-version", "tag-release"]);

if (
  process.argv.includes("--if-stale") &&
  existsSync(stamp) &&
  readFileSync(stamp, "utf8") === fingerprint
) {
  process.exit(0);
}
await build();

async function build(): Promise<void> {
  // Built beside and renamed, so that a step that runs meanwhile never sees half a build.
  const fresh = join(root, `dist.${process.pid}.part`);
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(join(fresh, "bin"), { recursive: true });
  const commands = commandEntries();
  const modules = await bundleAll({ ...commands, ...workerEntries() }, join(fresh, "lib"));
  writeFileSync(
    join(fresh, "packages.json"),
    `${JSON.stringify(bundledPackages(modules, root), undefined, 2)}\n`,
  );
  writeFileSync(
    join(fresh, "lib", "start.js"),
    readFileSync(join(root, "scripts/launch/start.cjs")),
  );
  writeFileSync(join(fresh, "lib", "package.json"), '{ "type": "commonjs" }\n');
  for (const name of Object.keys(commands)) {
    const path = join(fresh, "bin", name);
    writeFileSync(path, launcher(name));
    chmodSync(path, 0o755);
  }
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
  const steps = Object.keys(commands).filter((command) => command !== "embedded-gitlab");
  await warmCodeCache(dist, steps);
  writeFileSync(stamp, fingerprint);
}

function commandEntries(): Record<string, string> {
  const steps = globSync("steps/*.ts", { cwd: root }).toSorted();
  const entries = steps.map((path) => [basename(path, ".ts"), `step:${join(root, path)}`]);
  const servers = globSync("src/embedded-gitlab/main.ts", { cwd: root, absolute: true });
  return {
    ...Object.fromEntries(entries),
    ...Object.fromEntries(servers.map((path) => ["embedded-gitlab", path])),
    slipway: "overview:",
  };
}

/** Code that runs in worker threads is loaded by file name: `x.worker.ts` becomes `lib/x.worker.js`. */
function workerEntries(): Record<string, string> {
  const workers = globSync("src/**/*.worker.ts", { cwd: root });
  return Object.fromEntries(workers.map((path) => [basename(path, ".ts"), join(root, path)]));
}

/**
 * Commands share what they have in common. The two that make a release are each bundled alone: what shares with nobody
 * is in a dozen files instead of forty.
 *
 * @returns the id of every module that went into the bundles.
 */
async function bundleAll(input: Record<string, string>, dir: string): Promise<readonly string[]> {
  const entries = Object.entries(input);
  const groups = [
    { chunks: "chunk", entries: entries.filter(([name]) => !releasing.has(name)) },
    ...entries
      .filter(([name]) => releasing.has(name))
      .map((entry) => ({ chunks: entry[0], entries: [entry] })),
  ];
  const modules = new Set<string>();
  for (const { chunks, entries: some } of groups)
    for (const id of await bundle(Object.fromEntries(some), dir, chunks)) modules.add(id);
  return [...modules];
}

async function bundle(
  input: Record<string, string>,
  dir: string,
  chunks: string,
): Promise<readonly string[]> {
  const bundler = await rolldown({
    input,
    platform: "node",
    cwd: root,
    // Files that a module names by `new URL("./x", import.meta.url)` are put beside the bundles.
    experimental: { resolveNewUrlToAsset: true },
    resolve: {
      alias: {
        undici$: join(root, "scripts/bundle/undici.cjs"),
        "./client-h2.js": join(root, "scripts/bundle/client-h2.cjs"),
        "../llhttp/llhttp_simd-wasm.js": join(root, "scripts/bundle/llhttp.cjs"),
      },
    },
    // Without its second parser of HTTP, which is an experiment; Node.js builds its own undici like this.
    transform: { define: { esbuildDetection: "1" } },
    // Keeps code that several commands share out of the bundle of one of them.
    preserveEntrySignatures: "strict",
    treeshake: { moduleSideEffects: [{ test: /[\\/](src|steps)[\\/]/, sideEffects: false }] },
    plugins: [
      {
        name: "step-entries",
        resolveId: (id) => (/^(step|overview):/.test(id) ? `\0${id}` : undefined),
        load: (id) => {
          if (id === "\0overview:") return overviewEntry();
          return id.startsWith("\0step:")
            ? `import step from ${JSON.stringify(id.slice(6))};
               import { main } from ${JSON.stringify(join(root, "src/step/main.ts"))};
               export const run = () => main(step);`
            : undefined;
        },
      },
    ],
  });
  const { output } = await bundler.write({
    dir,
    format: "cjs",
    // A module of Node's own that is loaded late is required like all others: the loader of modules would warn.
    dynamicImportInCjs: false,
    entryFileNames: "[name].js",
    chunkFileNames: `${chunks}-[name]-[hash].js`,
  });
  await bundler.close();
  const written = output.filter((file) => file.type === "chunk");
  for (const { fileName, code } of written) writeFileSync(join(dir, fileName), asciiOnly(code));
  return written.flatMap(({ moduleIds }) => moduleIds);
}

/** Text of ASCII alone is read in a tenth of the time, and V8 keeps it in half the memory. */
function asciiOnly(code: string): string {
  const keptAsWritten = /\\[^\0-\x7f]|\braw`[^`]*[^\0-\x7f]/.exec(code);
  if (keptAsWritten !== null) throw new Error(`Cannot be escaped: ${keptAsWritten[0]}`);
  return code.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The command that names all steps and errors knows of each what its definition says, without loading it. */
async function overviewEntry(): Promise<string> {
  const steps = await loadSteps(root);
  const described = steps.map(({ name, summary }) => ({ name, summary }));
  const errors = describeErrors(await loadErrorAreas(root), steps);
  return `import { run as overview } from ${JSON.stringify(join(root, "src/overview/main.ts"))};
          export const run = () => overview(${JSON.stringify(described)}, ${JSON.stringify(errors)});`;
}

/**
 * A shell script that becomes the Node.js that Slipway needs: the pinned one beside the build, else the one on PATH
 * where it is new enough. It starts no child for the usual case.
 */
function launcher(name: string): string {
  const arch = process.arch === "arm64" ? "arm64" : "x64";
  return `#!/bin/sh
self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in /*) self=$link ;; *) self=\${self%/*}/$link ;; esac
done
lib=\${self%/*}/../lib
node=$lib/../../node_modules/node-linux-${arch}/bin/node
if [ ! -x "$node" ]; then
  node=node
  [ "\${SLIPWAY_NODE_CHECKED-}" ] || node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 24 || (a == 24 && b >= 18) ? 0 : 1)' 2>/dev/null || {
    echo "${name}: needs Node.js 24.18 or newer on PATH" >&2
    exit 5
  }
fi
${memoryRules(name)}exec "$node" ${nodeOptions(name)}"$lib/start.js" ${name} "$@"
`;
}

function nodeOptions(name: string): string {
  // A release is over before its garbage is worth collecting; the other steps may have to do with little memory.
  if (releasing.has(name)) return "--min-semi-space-size=16 ";
  // node:ffi is called where it does as it is expected to, and not otherwise. Of what a plan is made of, most lives long:
  // in a young generation of the usual size it would be moved about all the time.
  return name === "conda-pack"
    ? "--disable-warning=ExperimentalWarning --min-semi-space-size=8 "
    : "";
}

/**
 * glibc's malloc keeps an arena for every thread and raises what it counts as large when large pieces come and go: of the
 * megabytes that threads pass around, a third more stays with the process. Children do not get the variables.
 */
function memoryRules(name: string): string {
  return name === "conda-pack" ? "MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072 " : "";
}

function fingerprintOfSources(): string {
  const hash = createHash("sha256");
  const files = globSync(
    ["src/**", "steps/**", "scripts/**", "package.json", "package-lock.json"],
    { cwd: root },
  );
  for (const file of files.toSorted())
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(root, file)));
  return hash.digest("hex");
}
