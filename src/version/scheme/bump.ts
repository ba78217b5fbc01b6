import { versionErrors } from "../errors.ts";
import type { Part } from "./part.ts";
import type { Scheme, VersionValue } from "./scheme.ts";

/**
 * Bumps a part exactly one step: parts before it stay, it goes on, later ones are reset unless they are independent.
 *
 * Parts that every bump bumps (`always_increment`, calendar parts) come first; a part that they reset is only reset.
 *
 * @throws E_VERSION_PART for an unknown part, the end of a list, or a calendar part that stays the same.
 */
export function bumpPart(scheme: Scheme, value: VersionValue, name: string): VersionValue {
  const requested = needPart(scheme, name);
  const next = new Map(value);
  const resets = new Set<string>();
  for (const part of orderedParts(scheme).filter(({ always }) => always)) {
    const before = value.get(part.name) ?? part.optional;
    const after = bumpValue(scheme, part, before);
    next.set(part.name, after);
    if (after !== before) addAll(resets, dependents(scheme, part));
  }
  if (!resets.has(name)) {
    if (!requested.always)
      next.set(name, bumpValue(scheme, requested, value.get(name) ?? requested.optional));
    else if (next.get(name) === value.get(name)) throw calendarStays(name, value.get(name) ?? "");
    addAll(resets, dependents(scheme, requested));
    resets.delete(name);
  }
  reset(scheme, next, resets);
  return next;
}

/** Sets the release part straight to its optional value and resets what depends on it. */
export function releaseVersion(scheme: Scheme, value: VersionValue, name: string): VersionValue {
  const part = needPart(scheme, name);
  const next = new Map(value).set(name, part.optional);
  reset(scheme, next, dependents(scheme, part));
  return next;
}

/**
 * The part whose optional value means "released": the one asked for, else the one called `release`, else the only one
 * with a list of values; `undefined` for a scheme that holds no development version.
 *
 * @throws E_VERSION_PART where the choice is not clear, or the part asked for does not exist or tells no release.
 */
export function findReleasePart(scheme: Scheme, asked: string | undefined): string | undefined {
  if (asked !== undefined) return needReleasePart(scheme, asked);
  const listed = orderedParts(scheme).filter(({ kind }) => kind === "values");
  const [only, ...others] = listed;
  const named = listed.find(({ name }) => name === "release");
  if (named !== undefined) return named.name;
  if (only === undefined || others.length === 0) return only?.name;
  throw versionErrors(
    "E_VERSION_PART",
    `Several parts have a list of values: ${listed.map(({ name }) => name).join(", ")}`,
    { hint: "Set RELEASE_PART to the one whose optional value means a release." },
  );
}

function needReleasePart(scheme: Scheme, asked: string): string {
  if (needPart(scheme, asked).marksRelease) return asked;
  const able = orderedParts(scheme).filter(({ marksRelease }) => marksRelease);
  const names = able.map(({ name }) => name).join(", ");
  throw versionErrors(
    "E_VERSION_PART",
    `RELEASE_PART is '${asked}', a part that every release has: it tells no release from a development version. ${able.length === 0 ? "No part of this scheme does" : `These do: ${names}`}`,
    { hint: "A release part has a list of values, or an optional_value of its own." },
  );
}

function needPart(scheme: Scheme, name: string): Part {
  const part = scheme.order.includes(name) ? scheme.parts.get(name) : undefined;
  if (part !== undefined) return part;
  throw versionErrors(
    "E_VERSION_PART",
    `No part named '${name}'. Parts: ${scheme.order.join(", ")}`,
    scheme.parts.has(name)
      ? { hint: `'${name}' is in parse, but no serialize format writes it.` }
      : {},
  );
}

function bumpValue(scheme: Scheme, part: Part, value: string): string {
  if (part.kind !== "values" || part.values.at(-1) !== value) return part.bump(value);
  const before = scheme.order.filter((name) => name !== part.name && canBump(scheme, name));
  throw versionErrors(
    "E_VERSION_PART",
    `'${part.name}' is already '${value}', the last of ${part.values.join(", ")}.${before.length === 0 ? "" : ` Bump ${joinChoices(before)}`}`,
    { hint: "A bump of an earlier part starts this one again." },
  );
}

function canBump(scheme: Scheme, name: string): boolean {
  return scheme.parts.get(name)?.kind === "numeric";
}

function calendarStays(name: string, value: string) {
  return versionErrors(
    "E_VERSION_PART",
    `The calendar part '${name}' is '${value}' today too: a bump would not change the version`,
    { hint: "Bump the part that counts the releases of one day or month instead." },
  );
}

/** Everything that a change of the part resets, directly or through others, without itself. */
function dependents(scheme: Scheme, part: Part): Set<string> {
  const direct = directDependents(scheme);
  const found = new Set<string>();
  const visit = (name: string) => {
    for (const next of direct.get(name) ?? [])
      if (next !== part.name && !found.has(next)) {
        found.add(next);
        visit(next);
      }
  };
  visit(part.name);
  const own = scheme.order.indexOf(part.name);
  if (part.independent)
    for (const other of orderedParts(scheme).slice(own + 1))
      if (!other.independent && other.dependsOn === undefined) found.add(other.name);
  return found;
}

/** Each part depends on the previous one that is not independent, or on its `depends_on`. */
function directDependents(scheme: Scheme): Map<string, string[]> {
  const direct = new Map<string, string[]>();
  let [previous] = scheme.order;
  for (const part of orderedParts(scheme).slice(1)) {
    if (part.independent || previous === undefined) continue;
    const on = part.dependsOn ?? previous;
    direct.set(on, [...(direct.get(on) ?? []), part.name]);
    previous = part.name;
  }
  return direct;
}

function reset(scheme: Scheme, next: Map<string, string>, names: Iterable<string>): void {
  for (const name of names) {
    const part = scheme.parts.get(name);
    if (part !== undefined && !part.independent) next.set(name, part.first);
  }
}

function orderedParts(scheme: Scheme): Part[] {
  return scheme.order.flatMap((name) => scheme.parts.get(name) ?? []);
}

function addAll(target: Set<string>, names: Iterable<string>): void {
  for (const name of names) target.add(name);
}

function joinChoices(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} or ${last}`;
}
