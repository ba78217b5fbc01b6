/** A dependency, taken apart as far as the solver's shortcomings make it necessary. */
export interface MatchSpec {
  /** Without its channel: what the solver is given. */
  readonly spec: string;
  readonly name: string;
  /** Of `channel::name`, `channel/subdir::name` or `name[channel=…]`. */
  readonly channel?: string;
}

/**
 * Splits the channel off a dependency: a spec that names one kills the solver.
 *
 * @see https://github.com/conda/ceps/blob/main/cep-0029.md
 */
export function parseMatchSpec(text: string): MatchSpec {
  const [, qualifier, rest] = /^(\S+)::(?=[A-Za-z0-9_])(.*)$/.exec(text) ?? [];
  const isQualified = qualifier !== undefined;
  const bracket = /,?\s*channel\s*=\s*(["']?)([^"',\]]+)\1/;
  const plain = isQualified ? (rest ?? text) : text;
  const inBrackets = /\[.*\]/.exec(plain)?.[0] ?? "";
  const channel = isQualified ? qualifier : bracket.exec(inBrackets)?.[2];
  const cleaned = plain.replace(
    inBrackets,
    inBrackets.replace(bracket, "").replace(/\[\s*,?\s*\]/, ""),
  );
  return {
    spec: cleaned.trim(),
    name: nameOf(cleaned),
    ...(channel === undefined ? {} : { channel: withoutSubdir(channel) }),
  };
}

function nameOf(spec: string): string {
  return (/^[A-Za-z0-9_.*-]+/.exec(spec.trim())?.[0] ?? "").toLowerCase();
}

function withoutSubdir(channel: string): string {
  return channel.replace(/\/(noarch|(linux|osx|win)-[a-z0-9]+)$/, "");
}
