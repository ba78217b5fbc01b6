import type { YAMLMap } from "yaml";
import type { Position } from "./model.ts";
import type { Entry, YamlFile } from "./nodes.ts";

/** The keys below one declaration, each read once; what nobody asked for is warned of. */
export interface Settings {
  /** What it is, for messages: `the cache hdfs`. */
  readonly title: string;
  readonly position: Position;
  has(key: string): boolean;
  /** @returns `undefined` where it is absent; a problem where it is no text. */
  optional(key: string): string | undefined;
  /** The first of these keys that is there; a problem where none is. */
  required(...keys: readonly [string, ...string[]]): string | undefined;
  /** A text or a list of texts; `undefined` where it is absent. */
  list(key: string): readonly string[] | undefined;
  problem(message: string): void;
  /** Warns of every key that was not asked for. */
  warnOfRest(): void;
}

export function readSettings(
  yaml: YamlFile,
  map: YAMLMap,
  title: string,
  position: Position,
): Settings {
  const entries = new Map(yaml.entries(map).map((entry) => [entry.key, entry]));
  const asked = new Set<string>();
  const take = (key: string): Entry | undefined => {
    asked.add(key);
    return entries.get(key);
  };
  const settings: Settings = {
    title,
    position,
    has: (key) => take(key) !== undefined,
    optional(key) {
      const entry = take(key);
      return entry === undefined ? undefined : yaml.text(entry.value, `"${key}" of ${title}`);
    },
    required(...keys) {
      const key = keys.find((one) => take(one) !== undefined);
      if (key !== undefined) return settings.optional(key);
      settings.problem(`${title} needs ${keys.map((one) => `"${one}"`).join(" or ")}.`);
      return undefined;
    },
    list(key) {
      const entry = take(key);
      return entry === undefined
        ? undefined
        : yaml.texts(entry.value, `"${key}" of ${title}`).map(({ text }) => text);
    },
    problem: (message) => yaml.findings.problem(position, message),
    warnOfRest() {
      for (const { key, position: place } of entries.values())
        if (!asked.has(key))
          yaml.findings.warn(place, `"${key}" of ${title} is not known here; it is left as it is.`);
    },
  };
  return settings;
}
