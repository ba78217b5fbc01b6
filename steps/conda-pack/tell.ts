import { relative } from "node:path";
import type { PackPart, PackResult, PreviewedPackage, SmokeReport } from "../../src/conda/index.ts";
import { humanSize } from "../../src/step/index.ts";
import type { PackContext } from "./inputs.ts";
import type { PackName } from "./name-pack.ts";

export interface Packed {
  pack: PackResult;
  named: PackName;
  smoke: SmokeReport | undefined;
  /** What made the environment; `undefined` for an existing one. */
  creator: string | undefined;
}

/** Outputs, facts and report of a finished pack: what it is made of, and what was proved. */
export function tellPacked(context: PackContext, { pack, named, smoke, creator }: Packed): void {
  const { output, fact, report, log, cwd } = context;
  const inside = relative(cwd, pack.file);
  const file = inside.startsWith("..") ? pack.file : inside;
  output("PACK_FILE", file);
  output("PACK_SHA256", pack.sha256);
  output("PACK_SIZE", String(pack.sizeBytes));
  if (named.name !== undefined) output("PACKED_NAME", named.name);
  if (named.version !== undefined) output("PACKED_VERSION", named.version);
  log.info(
    `${file}: ${humanSize(pack.sizeBytes)}, ${pack.files} files, sha256 ${pack.sha256} (${pack.compressor})`,
  );
  fact("pack", {
    file,
    sha256: pack.sha256,
    contentSha256: pack.contentSha256,
    sizeBytes: pack.sizeBytes,
    files: pack.files,
    compressor: pack.compressor,
    cachedSegments: pack.cachedSegments,
    madeSegments: pack.madeSegments,
  });
  fact("parts", pack.parts);
  if (creator !== undefined) fact("creator", creator);
  if (smoke !== undefined) fact("smokeTest", smoke);
  report(
    {
      kind: "table",
      columns: ["Pack", "Size", "Files", "SHA-256", "Made by"],
      rows: [[file, humanSize(pack.sizeBytes), String(pack.files), pack.sha256, pack.compressor]],
    },
    ...partsTable(pack.parts),
    { kind: "paragraph", text: smokeSentence(smoke) },
  );
}

/** What a dry run found out about the environment: the packages, or who would choose them. */
export function tellPreview(
  { log, fact, report }: PackContext,
  packages: readonly PreviewedPackage[] | undefined,
): void {
  if (packages === undefined) {
    log.info("micromamba, mamba or conda, which is there, would choose the packages");
    return;
  }
  const rows = packages
    .map(({ name, version, build, sizeBytes }) => ({ name, version, build, sizeBytes }))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
  fact("packages", rows);
  const bytes = rows.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
  const size = bytes === 0 ? "" : ` of ${humanSize(bytes)}`;
  const names = rows.slice(0, shown).map(({ name, version }) => `${name} ${version}`);
  const rest = rows.length > shown ? ` and ${rows.length - shown} more` : "";
  log.info(`The environment would get ${rows.length} packages${size}: ${names.join(", ")}${rest}`);
  report({
    kind: "table",
    columns: ["Package", "Version", "Build"],
    rows: rows.map(({ name, version, build }) => [name, version, build]),
  });
}

const shown = 15;

function partsTable(parts: readonly PackPart[]) {
  const table = (some: readonly PackPart[]) =>
    ({
      kind: "table",
      columns: ["Part", "Version", "From", "Files", "Unpacked"],
      rows: some.map(({ kind, name, version, files, sizeBytes }) => [
        name === "" ? "own files and scripts" : name,
        version,
        kind === "rest" ? "" : kind,
        String(files),
        humanSize(sizeBytes),
      ]),
    }) as const;
  const [largest, others] = [parts.slice(0, shown), parts.slice(shown)];
  if (others.length === 0) return [table(largest)];
  const summary = `${others.length} smaller parts`;
  return [table(largest), { kind: "details", summary, blocks: [table(others)] } as const];
}

function smokeSentence(smoke: SmokeReport | undefined): string {
  if (smoke === undefined) return "Not tried out: PACK_SMOKE_TEST is false.";
  if (smoke.python === undefined) return "Unpacked at another place; there is no python to try.";
  const absent =
    smoke.absent.length === 0
      ? ""
      : ` Modules that the project uses and the pack does not have: ${smoke.absent.join(", ")}.`;
  return `Tried out at another place, before and after conda-unpack, with Python ${smoke.python}: ${smoke.checks.join(", ")}.${absent}`;
}
