/** The environment's own records, without what only the machine that built it knows. */
import { isObject, listOf, stringOf } from "./guards.ts";
import { baseName, byBytes } from "./raw-path.ts";

/**
 * A package record as it goes into the archive: no cache paths, no credentials, no hashes of files with the build
 * prefix inside; keys sorted.
 */
export function scrubRecord(record: Record<string, unknown>): string {
  const scrubbed: Record<string, unknown> = { ...record };
  for (const key of ["extracted_package_dir", "package_tarball_full_path"])
    if (key in scrubbed) scrubbed[key] = "";
  if (isObject(scrubbed["link"])) scrubbed["link"] = { ...scrubbed["link"], source: "" };
  for (const key of ["url", "channel"]) {
    const url = stringOf(scrubbed[key]);
    if (url !== undefined) scrubbed[key] = withoutCredentials(url);
  }
  if (isObject(scrubbed["paths_data"])) {
    const paths = listOf(scrubbed["paths_data"]["paths"]).map(withoutPrefixHash);
    scrubbed["paths_data"] = { ...scrubbed["paths_data"], paths };
  }
  return `${JSON.stringify(sortKeys(scrubbed), undefined, 2)}\n`;
}

/** conda's `/t/TOKEN/` and `user:password@` (CEP 26); another creator may have left them in. */
export function withoutCredentials(url: string): string {
  return url
    .replace(/^([a-z][a-z\d+.-]*:\/\/)[^/@]*@/i, "$1")
    .replace(/(^|\/)t\/[^/]+\/(?=.)/, "$1")
    .replace(/^([a-z][a-z\d+.-]*:\/\/[^/]*)\/t\/[^/]+$/i, "$1");
}

/**
 * conda's history without the places of the machine in its `# cmd:` lines, and with the time of the release in place of
 * every other: both would differ between two builds of the same thing.
 *
 * @param text and `prefix` as latin1
 */
export function scrubHistory(text: string, releaseSeconds: number, prefix: string): string {
  const time = new Date(releaseSeconds * 1000).toISOString().slice(0, 19).replace("T", " ");
  return text.replaceAll(/^==> .* <==$/gm, `==> ${time} <==`).replaceAll(/^# cmd:.*$/gm, (line) =>
    withoutCredentials(line)
      .replaceAll(prefix, () => "$CONDA_PREFIX")
      .replaceAll(/(?<![^\s=])(?!\$CONDA_PREFIX)[^\s=]*\/[^\s]*/g, (path) => baseName(path)),
  );
}

// Hash and size of the file with the build prefix in it: true nowhere but there. A file of the package keeps the size
// that it has in the package.
function withoutPrefixHash(item: unknown): unknown {
  if (!isObject(item) || item["sha256_in_prefix"] === item["sha256"]) return item;
  const { sha256_in_prefix: _hash, ...kept } = item;
  if (kept["sha256"] !== undefined) return kept;
  const { size_in_bytes: _size, ...made } = kept;
  return made;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  // Those of a record's files, tens of thousands, all have the same few: they are often in order.
  const inOrder = isInOrder(keys);
  if (inOrder && keys.every((key) => typeof value[key] !== "object")) return value;
  if (!inOrder) keys.sort(byBytesOfText);
  return Object.fromEntries(keys.map((key) => [key, sortKeys(value[key])]));
}

function isInOrder(keys: readonly string[]): boolean {
  return keys.every((key, index) => index === 0 || byBytesOfText(keys[index - 1] ?? "", key) <= 0);
}

// Only half of a pair of surrogates sorts elsewhere in UTF-16 than in UTF-8.
function byBytesOfText(left: string, right: string): number {
  return isPlain.test(left) && isPlain.test(right)
    ? byBytes(left, right)
    : Buffer.compare(Buffer.from(left), Buffer.from(right));
}

const isPlain = /^[\x00-\x7f]*$/;
