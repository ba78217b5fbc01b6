/** `npm run bench [NAME…]`: runs the named benchmarks, or all, one after the other. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { cpus } from "node:os";
import { basename, join } from "node:path";

const helpers = new Set(["index", "measure"]);
const known = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => basename(file, ".ts"))
  .filter((name) => !helpers.has(name))
  .toSorted();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No benchmark named ${unknown.join(", ")}. Known: ${known.join(", ")}`);
  process.exit(2);
}
console.log(
  `Node.js ${process.versions.node} on ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`,
);
for (const name of wanted.length > 0 ? wanted : known) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], {
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = 1;
}
