/**
 * Puts together what the image gets of Slipway, as a tree to be copied to its root:
 *
 *     node scripts/image/assemble.ts FOLDER
 *
 * The build, the Node.js that runs it, the few packages that are loaded by name, and the licences of everything.
 */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { globSync } from "tinyglobby";
import { licenceTexts, type NpmPackage, readPackage } from "./packages.ts";

const root = join(import.meta.dirname, "../..");
const home = "/opt/slipway";
const [image] = process.argv.slice(2);
if (image === undefined) throw new Error("Usage: node scripts/image/assemble.ts FOLDER");

const node = `node_modules/node-linux-${process.arch}`;
const beside = [...packagesLoadedByName(), readPackage(node, root)];
const bundled: readonly NpmPackage[] = JSON.parse(
  readFileSync(join(root, "dist/packages.json"), "utf8"),
);
const packages = [
  ...bundled,
  ...beside.filter(({ folder }) => !bundled.some((one) => one.folder === folder)),
];

cpSync(join(root, "dist/bin"), join(image, home, "dist/bin"), { recursive: true });
cpSync(join(root, "dist/lib"), join(image, home, "dist/lib"), { recursive: true });
for (const { folder } of beside)
  cpSync(join(root, folder), join(image, home, folder), { recursive: true, filter: isNeeded });
placeCommands();
describe();

/** What a bundle asks Node.js for that is neither Node.js's own nor in a bundle, and what that needs in turn. */
function packagesLoadedByName(): readonly NpmPackage[] {
  const names = globSync("dist/lib/*.js", { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/\b(?:__)?require\("([^".]+)"\)/g)].map(
      ([, name = ""]) => name,
    ),
  );
  const ours = [...new Set(names)].filter((name) => !isBuiltin(name));
  return withDependencies(ours.map((name) => `node_modules/${name}`)).map((folder) =>
    readPackage(folder, root),
  );
}

function withDependencies(folders: readonly string[], seen = new Set<string>()): readonly string[] {
  for (const folder of folders) {
    if (seen.has(folder)) continue;
    seen.add(folder);
    const manifest: { dependencies?: Readonly<Record<string, string>> } = JSON.parse(
      readFileSync(join(root, folder, "package.json"), "utf8"),
    );
    withDependencies(
      Object.keys(manifest.dependencies ?? {}).map((name) => `node_modules/${name}`),
      seen,
    );
  }
  return [...seen];
}

/** Node.js comes with headers and manuals, half its size. */
function isNeeded(path: string): boolean {
  return ![`${node}/include`, `${node}/share`].some((folder) => path.includes(folder));
}

/**
 * Commands stand where every shell looks, also one that sets PATH anew. Each is a copy that knows where it belongs: to
 * follow a link takes a child, at every start.
 */
function placeCommands(): void {
  const bin = join(image ?? "", "usr/local/bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(`${home}/${node}/bin/node`, join(bin, "node"));
  for (const name of readdirSync(join(root, "dist/bin"))) {
    const launcher = readFileSync(join(root, "dist/bin", name), "utf8");
    const placed = launcher.replace("\nself=$0\n", `\nself=${home}/dist/bin/${name}\n`);
    if (placed === launcher) throw new Error(`The launcher of ${name} asks nobody where it lies`);
    writeFileSync(join(bin, name), placed);
    chmodSync(join(bin, name), 0o755);
  }
}

function describe(): void {
  const folder = join(image ?? "", "usr/share/slipway");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "packages.json"), `${JSON.stringify(packages, undefined, 2)}\n`);
  const texts = packages.map((one) =>
    [
      `# ${one.name} ${one.version} (${one.license ?? "no licence named"})`,
      ...licenceTexts(one, root),
    ].join("\n\n"),
  );
  writeFileSync(join(folder, "licences.txt"), `${texts.join("\n\n")}\n`);
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
}
