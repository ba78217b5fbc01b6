import { StepError } from "../../step/errors.ts";
import { versionErrors } from "../errors.ts";
import type { Names } from "../text/names.ts";
import { joinPieces, renderFormat, type Format, type Piece } from "./format.ts";
import { describeValue, isShown, parseVersion, type Scheme, type VersionValue } from "./scheme.ts";

interface Candidate {
  readonly format: Format;
  readonly pieces: readonly Piece[];
  /** Which of the parts the format has. */
  readonly labels: readonly string[];
}

/**
 * Writes a version with the shortest format that loses nothing: of the formats that contain every shown part and whose
 * text reads back as the same version, the one with the fewest parts, among equals the last.
 *
 * @throws E_VERSION_FORMAT naming why each format dropped out.
 */
export function serializeVersion(scheme: Scheme, value: VersionValue, names: Names): Piece[] {
  const reasons: string[] = [];
  const lossless = findCandidates(scheme, value, names, reasons).filter((candidate) => {
    const reason = lacks(scheme, value, candidate) ?? loses(scheme, value, candidate);
    if (reason !== undefined) reasons.push(`${numbered(scheme, candidate.format)} ${reason}`);
    return reason === undefined;
  });
  const chosen = fewestLabels(lossless);
  if (chosen !== undefined) return [...chosen.pieces];
  const isGreedy =
    reasons.some((reason) => reason.includes("reads back")) &&
    /[.\])][*+]\)/.test(scheme.pattern.source);
  throw versionErrors(
    "E_VERSION_FORMAT",
    `${describeValue(value, scheme.order)} cannot be written: ${reasons.join("; ")}`,
    isGreedy
      ? {
          hint: "A greedy group of parse takes what belongs to the next one: write .*? instead of .*",
        }
      : {},
  );
}

/**
 * Writes a version with the formats of a file section, which may lose parts on purpose (`{major}` in go.mod).
 *
 * @param scheme the section's own pattern, formats and order.
 */
export function serializeForFile(scheme: Scheme, value: VersionValue, names: Names): Piece[] {
  const reasons: string[] = [];
  const candidates = findCandidates(scheme, value, names, reasons);
  const complete = candidates.filter((one) => lacks(scheme, value, one) === undefined);
  const lossless = complete.filter((one) => loses(scheme, value, one) === undefined);
  const chosen = fewestLabels(lossless) ?? fewestLabels(complete) ?? candidates[0];
  if (chosen !== undefined) return [...chosen.pieces];
  throw versionErrors(
    "E_VERSION_FORMAT",
    `${describeValue(value, scheme.order)} cannot be written: ${reasons.join("; ")}`,
  );
}

function findCandidates(
  scheme: Scheme,
  value: VersionValue,
  names: Names,
  reasons: string[],
): Candidate[] {
  const candidates: Candidate[] = [];
  for (const format of scheme.formats) {
    const labels = format.names.filter((name) => value.has(name));
    const missing = format.names.find(
      (name) => !value.has(name) && names.find(name).kind === "missing",
    );
    if (missing === undefined)
      candidates.push({ format, labels, pieces: renderFormat(format, value, names) });
    else reasons.push(`${numbered(scheme, format)} needs {${missing}}, which has no value here`);
  }
  return candidates;
}

function lacks(scheme: Scheme, value: VersionValue, { labels }: Candidate): string | undefined {
  const lacking = scheme.order.filter(
    (name) => isShown(scheme, name, value) && !labels.includes(name),
  );
  return lacking.length === 0 ? undefined : `lacks ${lacking.join(", ")}`;
}

function loses(scheme: Scheme, value: VersionValue, candidate: Candidate): string | undefined {
  const text = joinPieces(candidate.pieces);
  const back = readBack(scheme, text);
  const arrow = `'${candidate.format.text}' -> '${text}'`;
  if (back === undefined) return `${arrow} does not match parse`;
  const changed = scheme.order.filter((name) => !isSame(value.get(name), back.get(name)));
  return changed.length === 0
    ? undefined
    : `${arrow} reads back as ${describeValue(back, changed)}`;
}

function readBack(scheme: Scheme, text: string): VersionValue | undefined {
  try {
    return parseVersion(scheme, text)?.value;
  } catch (error) {
    if (error instanceof StepError && error.code === "E_VERSION_UNREADABLE") return undefined;
    throw error;
  }
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (/^\d+$/.test(one) && /^\d+$/.test(other)) return BigInt(one) === BigInt(other);
  return one === other;
}

function fewestLabels(candidates: readonly Candidate[]): Candidate | undefined {
  const fewest = Math.min(...candidates.map(({ labels }) => labels.length));
  return candidates.findLast(({ labels }) => labels.length === fewest);
}

function numbered(scheme: Scheme, format: Format): string {
  return `format ${scheme.formats.indexOf(format) + 1}`;
}
