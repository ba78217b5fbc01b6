/** What a bill of materials says of one component. */
interface Component {
  /** Without its version and qualifiers: `pkg:conda/python`. */
  key: string;
  name: string;
  version: string;
}

/** What changes from one bill of materials to another, each by name. */
export interface BomDifference {
  added: readonly { name: string; version: string }[];
  removed: readonly { name: string; version: string }[];
  changed: readonly { name: string; from: string; to: string }[];
}

/**
 * Compares two CycloneDX documents by their components.
 *
 * @returns `undefined` where one of them is none.
 * @see https://cyclonedx.org/docs/1.6/json/#components
 */
export function compareBoms(before: string, after: string): BomDifference | undefined {
  const [old, now] = [readComponents(before), readComponents(after)];
  if (old === undefined || now === undefined) return undefined;
  const both = [...now].flatMap(([key, one]) => {
    const other = old.get(key);
    return other === undefined || other.version === one.version
      ? []
      : [{ name: one.name, from: other.version, to: one.version }];
  });
  return {
    added: [...now].filter(([key]) => !old.has(key)).map(([, one]) => shown(one)),
    removed: [...old].filter(([key]) => !now.has(key)).map(([, one]) => shown(one)),
    changed: both.toSorted(byName),
  };
}

function readComponents(text: string): ReadonlyMap<string, Component> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const list = fieldOf(value, "components");
  if (fieldOf(value, "bomFormat") !== "CycloneDX") return undefined;
  const components = (Array.isArray(list) ? list : []).flatMap((one): Component[] => {
    const [name, version, purl] = ["name", "version", "purl"].map((field) => fieldOf(one, field));
    if (typeof name !== "string") return [];
    const key = typeof purl === "string" ? (purl.split(/[@?]/)[0] ?? purl) : name;
    return [{ key, name, version: typeof version === "string" ? version : "" }];
  });
  return new Map(components.toSorted(byName).map((one) => [one.key, one]));
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function shown({ name, version }: Component): { name: string; version: string } {
  return { name, version };
}

function byName(left: { name: string }, right: { name: string }): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}
