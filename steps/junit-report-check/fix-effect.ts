import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { reportError } from "../../src/reports/errors.ts";
import { repairReports, type RepairedReport } from "../../src/reports/fix/repair.ts";
import type { FoundFile } from "../../src/reports/find-files.ts";
import type { Block, Effect, StepContext } from "../../src/step/index.ts";

/** Writes the repaired copies into the work folder, and plans to put them into `fixed/` of the report folder. */
export async function planFix(found: readonly FoundFile[], context: StepContext): Promise<Effect> {
  const { cwd, signal, reportFolder, log, fact, report } = context;
  const source = join(await context.workFolder(), "fixed");
  await mkdir(source);
  const readable = found.filter(({ refusal }) => refusal === undefined);
  const repaired = await repairReports(readable, { cwd, folder: source, signal });
  for (const one of repaired) log.info(changesLine(one));
  fact(
    "fixed",
    repaired.map(({ path, copies, changes }) => ({
      path,
      copies: copies.map((copy) => `fixed/${copy}`),
      changes: Object.fromEntries(changes),
    })),
  );
  report(...blocksOf(repaired));
  return putCopies(
    repaired.flatMap(({ copies }) => copies),
    source,
    join(reportFolder, "fixed"),
  );
}

function changesLine({ path, copies, changes }: RepairedReport): string {
  const what = [...changes].map(([change, count]) =>
    count === 1 ? change : `${change} (${count})`,
  );
  return `${path} → fixed/${copies.join(", fixed/")}: ${what.length === 0 ? "nothing had to be changed" : what.join(", ")}`;
}

function blocksOf(repaired: readonly RepairedReport[]): Block[] {
  if (repaired.length === 0) return [];
  return [
    { kind: "heading", text: "Repaired copies" },
    {
      kind: "table",
      columns: ["Report", "Copies", "What differs"],
      rows: repaired
        .slice(0, 1000)
        .map(({ path, copies, changes }) => [
          path,
          copies.map((copy) => `fixed/${copy}`).join(", "),
          [...changes].map(([change, count]) => `${change}: ${count}`).join(", "),
        ]),
    },
  ];
}

function putCopies(copies: readonly string[], source: string, target: string): Effect<number> {
  const isThere = async (): Promise<boolean> => {
    const there = await readdir(target).catch(() => []);
    if (there.toSorted().join("\n") !== copies.toSorted().join("\n")) return false;
    for (const copy of copies)
      if ((await digest(join(source, copy))) !== (await digest(join(target, copy)))) return false;
    return true;
  };
  return {
    id: "fix:reports",
    sentence: `Write ${copies.length} repaired ${copies.length === 1 ? "copy" : "copies"} to fixed/ in the report folder`,
    isDone: async () => ((await isThere()) ? copies.length : false),
    async apply() {
      // Beside the folder first: a half-written set must not be taken for the whole.
      const fresh = `${target}.new`;
      await rm(fresh, { recursive: true, force: true });
      await mkdir(fresh, { recursive: true });
      for (const copy of copies) await copyFile(join(source, copy), join(fresh, copy));
      await rm(target, { recursive: true, force: true });
      await rename(fresh, target);
    },
    async verify() {
      if (!(await isThere()))
        throw reportError(
          "E_FIX_FAILED",
          `The copies in ${target} are not what was written there.`,
        );
      return copies.length;
    },
  };
}

async function digest(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}
