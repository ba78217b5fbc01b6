import { versionErrors } from "../errors.ts";
import { Problems } from "../problems.ts";
import type { Names } from "../text/names.ts";
import { readFormat, type Format } from "./format.ts";
import { orderParts } from "./order.ts";
import { makePart, type Part, type PartOptions } from "./part.ts";
import { compileVersionPattern, type VersionPattern } from "./pattern.ts";

/** The value of every part, by name. */
export type VersionValue = ReadonlyMap<string, string>;

export interface ParsedVersion {
  readonly value: VersionValue;
  /** The characters that were read; text around them was tolerated. */
  readonly matched: string;
}

/** How the versions of a project are read, written and bumped. */
export interface Scheme {
  readonly pattern: VersionPattern;
  readonly formats: readonly Format[];
  readonly parts: ReadonlyMap<string, Part>;
  /** The parts from the most to the least significant; only these can be bumped. */
  readonly order: readonly string[];
}

export interface SchemeInit {
  parse: string;
  serialize: readonly string[];
  parts: readonly PartOptions[];
  /** Where `parse` and `serialize` stand, for messages. */
  where: string;
  names: Names;
  now: Date;
}

/** Makes the scheme of a configuration. @throws all that is wrong with it at once. */
export function makeScheme({ parse, serialize, parts, where, names, now }: SchemeInit): Scheme {
  const problems = new Problems();
  const pattern = problems.collect(() => compileVersionPattern(parse, `parse of ${where}`));
  const formats = serialize.map((text, index) =>
    problems.collect(() => readFormat(text, `serialize of ${where}, format ${index + 1}`)),
  );
  const configured = new Map(parts.map((part) => [part.name, part]));
  const made = new Map<string, Part>();
  for (const name of new Set([...(pattern?.groups ?? []), ...configured.keys()])) {
    const options = configured.get(name) ?? { name, where: `part ${name}` };
    const part = problems.collect(() => makePart(options, now));
    if (part !== undefined) made.set(name, part);
  }
  problems.throwIfAny();
  if (pattern === undefined) throw new TypeError("A pattern that failed was not reported");
  const readable = formats.filter((format) => format !== undefined);
  if (readable.length === 0)
    throw versionErrors("E_VERSION_CONFIG", `serialize of ${where} has no format`);
  checkLabels(readable, pattern, names, problems);
  checkDependencies(made, pattern, problems, configured);
  problems.throwIfAny();
  const order = orderParts(readable, pattern.groups);
  return { pattern, formats: readable, parts: made, order };
}

/** Reads a version; `undefined` where it does not match. A part without text has its optional value. */
export function parseVersion(
  scheme: Pick<Scheme, "pattern" | "parts">,
  text: string,
): ParsedVersion | undefined {
  const found = scheme.pattern.match(text);
  if (found === undefined) return undefined;
  const value = new Map(
    scheme.pattern.groups.map((name) => [
      name,
      found.captures.get(name) ?? scheme.parts.get(name)?.optional ?? "",
    ]),
  );
  return { value, matched: found.matched };
}

/** A part is shown unless its value is the one it has when it is left out. */
export function isShown(scheme: Pick<Scheme, "parts">, name: string, value: VersionValue): boolean {
  return value.get(name) !== scheme.parts.get(name)?.optional;
}

/** For messages: `major=1, minor=0`. */
export function describeValue(value: VersionValue, order: readonly string[]): string {
  return order.map((name) => `${name}=${value.get(name) ?? ""}`).join(", ");
}

function checkLabels(
  formats: readonly Format[],
  pattern: VersionPattern,
  names: Names,
  problems: Problems,
): void {
  for (const format of formats)
    for (const name of format.names) {
      if (pattern.groups.includes(name)) continue;
      const found = names.find(name);
      if (found.kind === "secret")
        problems.add(
          versionErrors(
            "E_VERSION_SECRET",
            `{${name}} must not be written into files or messages (${format.where})`,
          ),
        );
      if (found.kind === "unknown")
        problems.add(
          versionErrors(
            "E_VERSION_TEMPLATE",
            `${format.where}: unknown name '${name}'. Known: ${[...pattern.groups, ...names.known].join(", ")}`,
            { hint: "A part needs a named group in parse." },
          ),
        );
    }
}

function checkDependencies(
  parts: ReadonlyMap<string, Part>,
  pattern: VersionPattern,
  problems: Problems,
  configured: ReadonlyMap<string, PartOptions>,
): void {
  for (const { name, dependsOn } of parts.values())
    if (dependsOn !== undefined && !pattern.groups.includes(dependsOn))
      problems.add(
        versionErrors(
          "E_VERSION_CONFIG",
          `${configured.get(name)?.where ?? name} depends_on '${dependsOn}', which is no part. Parts: ${pattern.groups.join(", ")}`,
        ),
      );
}
