/** Orders tag names as versions: numbers as numbers, a pre-release before its release. */
export function compareVersions(left: string, right: string): number {
  const a = splitVersion(left);
  const b = splitVersion(right);
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = comparePart(a[index], b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function splitVersion(name: string): (number | string)[] {
  const parts = name.replace(/^v(?=\d)/, "").match(/\d+|[a-z]+/gi) ?? [];
  return parts.map((part) => (/^\d/.test(part) ? Number(part) : part));
}

// A name where the other has ended or has a number is a pre-release.
function comparePart(
  left: number | string | undefined,
  right: number | string | undefined,
): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "string" && typeof right === "string")
    return left < right ? -1 : Number(left > right);
  return rankOf(left) - rankOf(right);
}

function rankOf(part: number | string | undefined): number {
  if (typeof part === "string") return -1;
  return part === undefined ? 0 : 1;
}
