import { createHash } from "node:crypto";
import type { Entry } from "./entry-pair.ts";
import type { Rules } from "./plan-changes.ts";
import { nameStem } from "./stem.ts";

/**
 * What makes two runs propose the same: the branch that it is for, what shall be declared on it, and what shall become of
 * older entries and of the code that names them.
 */
export function proposalId(
  target: string,
  entries: readonly Entry[],
  { removeOld, replaceReferences }: Pick<Rules, "removeOld" | "replaceReferences">,
): string {
  const sorted = entries
    .map(({ name, id }) => [name, id])
    .toSorted(([left = ""], [right = ""]) => (left < right ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([target, sorted, removeOld, replaceReferences]))
    .digest("hex")
    .slice(0, 16);
}

/** The branch of a merge request: the same for all versions of the same artifacts, so that a newer one joins it. */
export function proposalBranch(entries: readonly Entry[]): string {
  const stems = entries.map(({ name }) => nameStem(name)).toSorted();
  const [first = "", ...more] = stems;
  if (more.length === 0) return `slipway/${slug(first)}`;
  const rest = createHash("sha256").update(JSON.stringify(stems)).digest("hex").slice(0, 8);
  return `slipway/${slug(first)}-and-${more.length}-more-${rest}`;
}

const trailer = "Slipway-Artifact: ";
const idTrailer = "Slipway-Proposal: ";

/** The commit's message. Its last lines say what it declares, for the run that comes next. */
export function commitMessage(title: string, proposal: string, entries: readonly Entry[]): string {
  const lines = entries.map(({ name, id }) => `${trailer}${name} ${id}`);
  return `${title}\n\n${[...lines, idTrailer + proposal].join("\n")}\n`;
}

/** What a commit of ours declares; `undefined` for one of somebody else. */
export function readCommitMessage(
  message: string,
): { proposal: string; entries: readonly Entry[] } | undefined {
  const lines = message.split(/\r?\n/);
  const proposal = lines
    .find((line) => line.startsWith(idTrailer))
    ?.slice(idTrailer.length)
    .trim();
  if (proposal === undefined) return undefined;
  const entries = lines
    .filter((line) => line.startsWith(trailer))
    .map((line) => {
      const [name = "", ...id] = line.slice(trailer.length).trim().split(" ");
      return { name, id: id.join(" ") };
    });
  return { proposal, entries };
}

function slug(text: string): string {
  return (
    text
      .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
      .replaceAll(/\.{2,}/g, ".")
      .replaceAll(/^[.-]+|[.-]+$/g, "")
      .replace(/\.lock$/, "-lock") || "artifact"
  );
}
