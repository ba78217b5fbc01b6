import type { FileSection } from "../config/bump-config.ts";
import { versionErrors } from "../errors.ts";
import { isSameVersion } from "../standards/compare.ts";
import { describeSearch, type Search } from "./search.ts";

/** The error of a section whose text is not in its file, with the closest line and the likely cause. */
export function textMissing(
  section: FileSection,
  path: string,
  bytes: Buffer,
  search: Search,
  currentVersion: string,
) {
  const wanted = describeSearch(search);
  const text = bytes.toString();
  const close = closestLine(text, wanted);
  const cause = likelyCause(section, text, wanted, currentVersion);
  const nearest =
    close === undefined ? "" : `\nThe closest line is ${close.number}: ${close.line.trim()}`;
  const hint = [cause, `Make the file and the search of ${section.where} fit each other.`]
    .filter((sentence) => sentence !== undefined)
    .join(" ");
  return versionErrors("E_VERSION_TEXT", `Did not find '${wanted}' in file: '${path}'.${nearest}`, {
    hint,
  });
}

function likelyCause(
  section: FileSection,
  text: string,
  wanted: string,
  currentVersion: string,
): string | undefined {
  const restriction = describeRestriction(section);
  if (restriction !== undefined) return restriction;
  if (plainQuotes(text).includes(plainQuotes(wanted))) return "The file uses other quotes.";
  if (plainBlanks(text).includes(plainBlanks(wanted)))
    return "Only the white space differs: the lines of a search lose their indentation in INI.";
  const other = [...text.matchAll(/\d+(?:\.\d+)+[0-9A-Za-z.+!-]*/gu)]
    .map(([version]) => version.replace(/[.-]+$/u, ""))
    .find((version) => version !== currentVersion && isSameVersion(version, currentVersion));
  if (other !== undefined)
    return `The file says '${other}', the configuration '${currentVersion}': the same version in another spelling.`;
  if (/^\s*version\s*=\s*(?:attr|file):/mu.test(text))
    return "The version there is read from another file (attr: or file:). Name that file instead.";
  return undefined;
}

function describeRestriction({ includeBumps, excludeBumps }: FileSection): string | undefined {
  if (includeBumps.length > 0)
    return `include_bumps is ${includeBumps.join(", ")}: a bump of another part left this file behind.`;
  if (excludeBumps.length > 0)
    return `exclude_bumps is ${excludeBumps.join(", ")}: such a bump left this file behind.`;
  return undefined;
}

function plainQuotes(text: string): string {
  return text.replaceAll(/["'`“”‘’]/gu, '"');
}

function plainBlanks(text: string): string {
  return text.replaceAll(/\s+/gu, " ").trim();
}

function closestLine(text: string, wanted: string): { number: number; line: string } | undefined {
  const line = wanted.split("\n").find((one) => one.trim() !== "") ?? wanted;
  let best: { number: number; line: string } | undefined;
  let bestScore = 0.4;
  for (const [index, candidate] of text.split(/\r?\n/u, 20_000).entries()) {
    const score = similarity(candidate.slice(0, 300), line);
    if (score <= bestScore) continue;
    best = { number: index + 1, line: candidate };
    bestScore = score;
  }
  return best;
}

/** Share of the pairs of neighbouring characters that both texts have (Dice). */
function similarity(one: string, other: string): number {
  const [left, right] = [pairs(one.trim()), pairs(other.trim())];
  const total = left.size + right.size;
  return total === 0 ? 0 : (2 * [...left].filter((pair) => right.has(pair)).length) / total;
}

function pairs(text: string): Set<string> {
  return new Set(
    Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => text.slice(at, at + 2)),
  );
}
