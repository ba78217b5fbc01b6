import { formatMoment, readWallClock } from "./strftime.ts";

/** A moment prints through strftime; `{now}` alone as `YYYY-MM-DD HH:MM:SS.ffffff`. */
export interface Moment {
  readonly at: Date;
  readonly zone: "local" | "utc";
}

export type TemplateValue = string | Moment;

export interface Field {
  readonly kind: "field";
  readonly name: string;
  readonly conversion: string;
  readonly spec: string;
}

export type Segment = { readonly kind: "literal"; readonly text: string } | Field;

/** A template that Python's `str.format` would refuse, or that uses more of it than names. */
export class TemplateError extends Error {}

/** Reads a template of Python's `str.format` that uses named fields only. @throws {TemplateError} */
export function parseTemplate(template: string): Segment[] {
  const segments: Segment[] = [];
  let literal = "";
  for (let position = 0; position < template.length;) {
    const char = template.charAt(position);
    if (char !== "{" && char !== "}") {
      literal += char;
      position++;
    } else if (template.charAt(position + 1) === char) {
      literal += char;
      position += 2;
    } else {
      if (char === "}") throw new TemplateError("a single '}'; write '}}' for the character");
      const end = template.indexOf("}", position);
      if (end === -1) throw new TemplateError("a single '{'; write '{{' for the character");
      if (literal !== "") segments.push({ kind: "literal", text: literal });
      literal = "";
      segments.push(parseField(template.slice(position + 1, end)));
      position = end + 1;
    }
  }
  if (literal !== "") segments.push({ kind: "literal", text: literal });
  return segments;
}

/** The names a template uses, each once, in order. @throws {TemplateError} */
export function templateNames(template: string): string[] {
  const fields = parseTemplate(template).filter((segment) => segment.kind === "field");
  return [...new Set(fields.map(({ name }) => name))];
}

/** Prints a value as the field asks for. */
export function formatValue({ conversion, spec }: Field, value: TemplateValue): string {
  if (typeof value !== "string") {
    const clock = readWallClock(value.at, value.zone);
    return formatMoment(clock, spec === "" ? "%Y-%m-%d %H:%M:%S.%f" : spec);
  }
  const text = conversion === "r" || conversion === "a" ? quotePython(value) : value;
  return spec === "" ? text : formatText(text, spec);
}

function parseField(body: string): Field {
  const found =
    /^(?<name>[^!:{]*)(?:!(?<conversion>[^:]*))?(?::(?<spec>[^{]*))?$/su.exec(body)?.groups ?? {};
  const { name, conversion = "", spec = "" } = found;
  if (name === undefined) throw new TemplateError(`'{${body}}' nests braces`);
  if (name === "" || /^\d+$/.test(name))
    throw new TemplateError(`'{${body}}' has no name; write '{{${body}}}' for the characters`);
  if (/[.[]/.test(name)) throw new TemplateError(`'{${body}}' reaches into a value`);
  if (!["", "r", "s", "a"].includes(conversion))
    throw new TemplateError(`'{${body}}' has an unknown conversion '!${conversion}'`);
  return { kind: "field", name, conversion, spec };
}

/** Number formats count for values that are all digits, and are ignored for others, as bump2version ignores them. */
function formatText(text: string, spec: string): string {
  const found =
    /^(?:(?<fill>[\s\S])?(?<align>[<>=^]))?(?<sign>[-+ ]?)(?<zero>0?)(?<width>\d*)(?:\.(?<precision>\d+))?(?<type>[ds]?)$/u.exec(
      spec,
    )?.groups;
  if (found === undefined) throw new TemplateError(`the format '${spec}' is unknown`);
  const { fill, align, sign = "", zero = "", width = "", precision, type = "" } = found;
  const isNumber = /^\d+$/.test(text) && type !== "s" && precision === undefined;
  if (!isNumber && (type === "d" || sign !== "" || zero !== "" || align === "=")) return text;
  const digits = isNumber ? BigInt(text).toString() : text.slice(0, Number(precision ?? Infinity));
  const prefix = isNumber && sign !== "-" ? sign : "";
  const character = fill ?? (zero === "" ? " " : zero);
  const missing = Math.max(0, Number(width) - digits.length - prefix.length);
  switch (align ?? (zero === "" ? (isNumber ? ">" : "<") : "=")) {
    case "<":
      return prefix + digits + character.repeat(missing);
    case "^":
      return `${character.repeat(Math.floor(missing / 2))}${prefix}${digits}${character.repeat(Math.ceil(missing / 2))}`;
    case "=":
      return prefix + character.repeat(missing) + digits;
    default:
      return character.repeat(missing) + prefix + digits;
  }
}

function quotePython(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return escaped.includes("'") && !escaped.includes('"')
    ? `"${escaped}"`
    : `'${escaped.replaceAll("'", String.raw`\'`)}'`;
}
