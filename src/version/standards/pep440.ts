/** The fields of a PEP 440 version, after normalisation. */
export interface Pep440 {
  readonly epoch: bigint;
  readonly release: readonly bigint[];
  readonly pre: { readonly letter: "a" | "b" | "rc"; readonly number: bigint } | undefined;
  readonly post: bigint | undefined;
  readonly dev: bigint | undefined;
  readonly local: readonly string[];
}

/** The pattern of PEP 440, appendix B. */
const pattern = new RegExp(
  [
    String.raw`^\s*v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)`,
    String.raw`(?:[-_.]?(?<letter>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?<number>\d*))?`,
    String.raw`(?:-(?<implicitPost>\d+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postNumber>\d*))?`,
    String.raw`(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>\d*))?`,
    String.raw`(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$`,
  ].join(""),
  "i",
);

const letters = new Map<string, "a" | "b" | "rc">([
  ["a", "a"],
  ["alpha", "a"],
  ["b", "b"],
  ["beta", "b"],
  ["c", "rc"],
  ["rc", "rc"],
  ["pre", "rc"],
  ["preview", "rc"],
]);

/** Reads a version as PEP 440 (packaging.python.org, version specifiers); `undefined` where it is none. */
export function parsePep440(text: string): Pep440 | undefined {
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const letter = letters.get(groups["letter"]?.toLowerCase() ?? "");
  const { implicitPost, local } = groups;
  return {
    epoch: BigInt(groups["epoch"] ?? 0),
    release: (groups["release"] ?? "").split(".").map(BigInt),
    pre: letter === undefined ? undefined : { letter, number: toNumber(groups["number"]) },
    post: groups["post"] === undefined ? optional(implicitPost) : toNumber(groups["postNumber"]),
    dev: groups["dev"] === undefined ? undefined : toNumber(groups["devNumber"]),
    local: (local ?? "")
      .toLowerCase()
      .split(/[-_.]/u)
      .filter((segment) => segment !== "")
      .map((segment) => (/^\d+$/.test(segment) ? BigInt(segment).toString() : segment)),
  };
}

/** The normal form, as wheels and installed metadata have it (`0.15.0.dev` → `0.15.0.dev0`); `undefined` if invalid. */
export function normalizePep440(text: string): string | undefined {
  const version = parsePep440(text);
  if (version === undefined) return undefined;
  const { epoch, release, pre, post, dev, local } = version;
  return [
    epoch === 0n ? "" : `${epoch}!`,
    release.join("."),
    pre === undefined ? "" : `${pre.letter}${pre.number}`,
    post === undefined ? "" : `.post${post}`,
    dev === undefined ? "" : `.dev${dev}`,
    local.length === 0 ? "" : `+${local.join(".")}`,
  ].join("");
}

/** Negative where `one` is older, 0 where they are the same version, positive where it is newer. */
export function comparePep440(one: Pep440, other: Pep440): number {
  return (
    compareBigInts(one.epoch, other.epoch) ||
    compareReleases(one.release, other.release) ||
    compareBigInts(preRank(one), preRank(other)) ||
    compareBigInts(one.pre?.number ?? 0n, other.pre?.number ?? 0n) ||
    compareBigInts(one.post ?? -1n, other.post ?? -1n) ||
    // Without a dev number the version is final, so it comes after every dev.
    compareDev(one.dev, other.dev) ||
    compareLocals(one.local, other.local)
  );
}

function compareReleases(one: readonly bigint[], other: readonly bigint[]): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const order = compareBigInts(one[index] ?? 0n, other[index] ?? 0n);
    if (order !== 0) return order;
  }
  return 0;
}

/** `1.0.dev0` is before `1.0a1`, `1.0` and its post releases after `1.0rc1`. */
function preRank({ pre, post, dev }: Pep440): bigint {
  if (pre !== undefined) return { a: 1n, b: 2n, rc: 3n }[pre.letter];
  return post === undefined && dev !== undefined ? 0n : 4n;
}

function compareDev(one: bigint | undefined, other: bigint | undefined): number {
  if (one === undefined || other === undefined)
    return (one === undefined ? 1 : 0) - (other === undefined ? 1 : 0);
  return compareBigInts(one, other);
}

/** Numbers are newer than words, and a longer local version than its own beginning. */
function compareLocals(one: readonly string[], other: readonly string[]): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const [left, right] = [one[index], other[index]];
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    const [isLeftNumber, isRightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (isLeftNumber !== isRightNumber) return isLeftNumber ? 1 : -1;
    const order = isLeftNumber
      ? compareBigInts(BigInt(left), BigInt(right))
      : compareTexts(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

function compareBigInts(one: bigint, other: bigint): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function compareTexts(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function toNumber(digits: string | undefined): bigint {
  return BigInt(digits || 0);
}

function optional(digits: string | undefined): bigint | undefined {
  return digits === undefined ? undefined : BigInt(digits);
}
