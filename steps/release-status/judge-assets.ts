import { type PackageFile, type PackageId, servedCopy } from "../../src/gitlab/index.ts";
import type { Attested } from "../../src/provenance/index.ts";
import type { Check, Question } from "./check.ts";
import { fileBehind, type LinkPlace } from "./link-target.ts";
import type { Seen } from "./look.ts";

/** The files of the package, as the registry serves them. */
export function servedFiles({ stored }: Pick<Seen, "stored">): readonly PackageFile[] {
  const names = [...new Set(stored.files.map(({ name }) => name))].toSorted();
  return names.flatMap((name) => servedCopy(stored, name) ?? []);
}

/** The package: that it holds something, what is required, and a digest of each. */
export async function judgeFiles(
  seen: Seen,
  { required, tag }: Question,
  target: PackageId,
): Promise<Check> {
  const facts = { part: "files", url: seen.stored.webUrl };
  const files = servedFiles(seen);
  const title = `the package ${target.name} ${target.version}`;
  const upload = `Run the job of the tag's pipeline that uploads them again, or upload-package with RELEASE_TAG=${tag} and PACKAGE_FILES.`;
  const { default: picomatch } = await import("picomatch");
  const lacking = required.filter((pattern) => {
    const fits = picomatch(pattern, { dot: true });
    return !files.some(({ name }) => fits(name));
  });
  if (lacking.length > 0)
    return {
      ...facts,
      state: "missing",
      found: `${title} holds ${count(files.length, "file")}, and none that is named ${lacking.join(", ")}`,
      next: upload,
    };
  if (files.length === 0) {
    // What is published elsewhere (an image, a package of another kind) is linked from the release.
    const isElsewhere = (seen.release?.links.length ?? 0) > 0;
    return isElsewhere
      ? { ...facts, state: "none", found: `${title} holds no file; the release links elsewhere` }
      : { ...facts, state: "missing", found: `${title} holds no file`, next: upload };
  }
  const bare = files.filter(({ sha256 }) => sha256 === undefined).map(({ name }) => name);
  if (bare.length > 0)
    return {
      ...facts,
      state: "wrong",
      found: `GitLab has no SHA-256 of ${bare.join(", ")}`,
      next: "Ask whoever runs the GitLab server: without digests nothing proves what is served.",
    };
  return { ...facts, state: "ok", found: `${title} holds ${count(files.length, "file")}` };
}

export function judgeRelease({ release }: Seen, { tag }: Question): Check {
  if (release === undefined)
    return {
      part: "release",
      state: "missing",
      found: `the tag ${tag} has no release`,
      next: `Run the job of the tag's pipeline that makes it again, or create-release with RELEASE_TAG=${tag}.`,
    };
  const notes = release.notes.trim() === "" ? ", without notes" : "";
  const links = count(release.links.length, "link");
  return {
    part: "release",
    state: "ok",
    found: `"${release.name}" of ${release.releasedAt ?? "an unknown date"}, with ${links}${notes}`,
    url: release.webUrl,
  };
}

/** The links of the release: that each to a file of the package leads to one, and that no file is without. */
export function judgeLinks(seen: Seen, { tag }: Question, api: LinkPlace): Check {
  const part = "links";
  const { release } = seen;
  if (release === undefined) return { part, state: "none", found: "there is no release" };
  const names = new Set(servedFiles(seen).map(({ name }) => name));
  const targets = release.links.map((link) => ({ link, file: fileBehind(link.url, api) }));
  const dead = targets.filter(({ file }) => file !== undefined && !names.has(file));
  if (dead.length > 0)
    return {
      part,
      state: "wrong",
      found: `${dead.map(({ link, file }) => `${link.name} leads to ${file}, which the package does not hold`).join("; ")}`,
      next: `Upload the missing file again with upload-package (RELEASE_TAG=${tag}), or remove the link on the release's page.`,
    };
  const linked = new Set(targets.map(({ file }) => file));
  const bare = [...names].filter((name) => !linked.has(name));
  if (bare.length > 0)
    return {
      part,
      state: "missing",
      found: `the release does not link to ${bare.join(", ")}`,
      next: `Run create-release with RELEASE_TAG=${tag} again: it adds what is missing.`,
    };
  const foreign = targets.filter(({ file }) => file === undefined).length;
  const others = foreign === 0 ? "" : `; ${count(foreign, "link")} elsewhere, not followed`;
  const found = `each of ${count(names.size, "file")} is linked${others}`;
  return { part, state: names.size === 0 && foreign === 0 ? "none" : "ok", found };
}

const documents = {
  checksums: {
    part: "checksums",
    cure: (tag: string) =>
      `Run create-release with RELEASE_TAG=${tag} again: it makes SHA256SUMS. One that is there is never changed; a file that came later needs a new version.`,
  },
  provenance: {
    part: "provenance",
    cure: (tag: string) =>
      `Run upload-package again in the job that built the file (RELEASE_TAG=${tag}): the provenance is written where the file is uploaded.`,
  },
  sbom: {
    part: "bill of materials",
    cure: (tag: string) =>
      `Run conda-pack and upload-package of ${tag} again: the bill of materials is written with the pack and uploaded with it.`,
  },
  signatures: {
    part: "signatures",
    cure: () =>
      "Give SIGNING_KEY_FILE to upload-package and create-release; a new version gets signatures.",
  },
} as const;

/** What speaks of the files: what is wrong counts always, what is missing only where it is required. */
export function judgeAttested(
  kind: keyof typeof documents,
  { proven, missing, wrong }: Attested,
  { attested, tag }: Question,
  hasFiles: boolean,
): Check {
  const { part, cure } = documents[kind];
  // Without files there is nothing that anything could speak of, and that is told already.
  if (!hasFiles) return { part, state: "none", found: "there is no file to speak of" };
  if (wrong.length > 0)
    return {
      part,
      state: "wrong",
      found: wrong.join("; "),
      next: "Do not use the files until it is clear who replaced what: look at the package's page, then release a new version.",
    };
  if (missing.length > 0 && attested.has(kind))
    return { part, state: "missing", found: missing.join("; "), next: cure(tag) };
  if (proven.length > 0)
    return {
      part,
      state: "ok",
      found: `${proven.join(", ")}: ${kind === "signatures" ? "there; verify-release checks them" : "as the registry lists"}`,
    };
  return { part, state: "none", found: missing.length > 0 ? "not required" : "nothing needs any" };
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
