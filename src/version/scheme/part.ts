import { versionErrors } from "../errors.ts";
import { readWallClock } from "../text/strftime.ts";
import { formatCalendar } from "./calendar.ts";

/** What the configuration says of a part. */
export interface PartOptions {
  readonly name: string;
  /** The section, for messages: `[bumpversion:part:release]`. */
  readonly where: string;
  readonly values?: readonly string[] | undefined;
  readonly optionalValue?: string | undefined;
  readonly firstValue?: string | undefined;
  readonly independent?: boolean | undefined;
  readonly dependsOn?: string | undefined;
  readonly alwaysIncrement?: boolean | undefined;
  readonly calverFormat?: string | undefined;
}

/** A part of a version: how it starts, when it may be left out, how it is bumped. */
export interface Part {
  readonly name: string;
  readonly kind: "numeric" | "values" | "calendar";
  /** The values in their order; empty for the other kinds. */
  readonly values: readonly string[];
  /** What a reset sets it to. */
  readonly first: string;
  /** The value that it has when it is not shown. */
  readonly optional: string;
  /** Whether it can tell a release: it has a list of values, or an optional value of its own. */
  readonly marksRelease: boolean;
  readonly independent: boolean;
  readonly dependsOn: string | undefined;
  /** Whether every bump bumps it: `always_increment`, and every calendar part. */
  readonly always: boolean;
  /** The value after a bump. @throws E_VERSION_PART */
  bump(value: string): string;
}

/**
 * Makes a part of its options.
 *
 * @param now the day that calendar parts take.
 * @throws E_VERSION_CONFIG for a first or optional value that the part cannot have.
 */
export function makePart(options: PartOptions, now: Date): Part {
  const shared = {
    name: options.name,
    independent: options.independent ?? false,
    dependsOn: options.dependsOn,
    marksRelease: (options.values ?? []).length > 0 || options.optionalValue !== undefined,
    always: (options.alwaysIncrement ?? false) || options.calverFormat !== undefined,
  };
  if (options.calverFormat !== undefined) {
    const today = formatCalendar(options.calverFormat, readWallClock(now, "local"), options.where);
    const optional = options.optionalValue ?? today;
    return { ...shared, kind: "calendar", values: [], first: today, optional, bump: () => today };
  }
  return options.values === undefined || options.values.length === 0
    ? { ...shared, ...makeNumeric(options) }
    : { ...shared, ...makeListed(options, options.values) };
}

type Own = Pick<Part, "kind" | "values" | "first" | "optional" | "bump">;

function makeNumeric({ name, where, firstValue = "0", optionalValue }: PartOptions): Own {
  if (!/\d/.test(firstValue))
    throw versionErrors(
      "E_VERSION_CONFIG",
      `${where} first_value '${firstValue}' contains no digit`,
    );
  return {
    kind: "numeric",
    values: [],
    first: firstValue,
    optional: optionalValue ?? firstValue,
    bump(value) {
      if (!/\d/.test(value))
        throw versionErrors("E_VERSION_PART", `${name}='${value}' has no number to increase`, {
          hint: `Give ${name} a list of values, or a pattern that takes digits only.`,
        });
      return value.replace(/\d+/u, (digits) => (BigInt(digits) + 1n).toString());
    },
  };
}

function makeListed(
  { name, where, firstValue, optionalValue }: PartOptions,
  values: readonly string[],
): Own {
  const [start = ""] = values;
  const first = firstValue ?? start;
  const optional = optionalValue ?? start;
  for (const [option, value] of [
    ["first_value", first],
    ["optional_value", optional],
  ])
    if (value !== undefined && !values.includes(value))
      throw versionErrors("E_VERSION_CONFIG", `${where} ${option} '${value}' is not in values`, {
        hint: `The values are ${values.join(", ")}.`,
      });
  return {
    kind: "values",
    values,
    first,
    optional,
    bump(value) {
      const place = values.indexOf(value);
      const next = values[place + 1];
      if (place === -1)
        throw versionErrors(
          "E_VERSION_PART",
          `${name} has the value '${value}', which is not one of ${values.join(", ")}`,
          { hint: `Add '${value}' to the values of ${where}, or correct the version.` },
        );
      if (next === undefined) throw lastOfList(name, value, values);
      return next;
    },
  };
}

function lastOfList(name: string, value: string, values: readonly string[]) {
  return versionErrors(
    "E_VERSION_PART",
    `'${name}' is already '${value}', the last of ${values.join(", ")}`,
    { hint: "Bump another part." },
  );
}
