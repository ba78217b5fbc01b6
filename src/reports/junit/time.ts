/** What a `time` value says. */
export type TimeValue =
  | { kind: "seconds"; seconds: number; provesDecimalComma: boolean }
  /** `1,234`: thousands, or a decimal comma where another value of the file proves one. */
  | { kind: "either"; grouped: number; decimal: number }
  | { kind: "bad" };

const plain = /^[+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const grouping = /^[+]?[1-9][0-9]{0,2}(?:,[0-9]{3})+$/;
const commaOnly = /^[+]?[0-9]*,[0-9]+$/;
const mixed = /^[+]?[0-9][0-9.,]*[.,][0-9]+$/;
const clock = /^(?:([0-9]+):)?([0-9]{1,2}):([0-9]{1,2}(?:\.[0-9]+)?)$/;

const bad: TimeValue = { kind: "bad" };

/**
 * Reads a duration in seconds as producers write it: plain numbers, thousands separators, decimal commas, clocks.
 *
 * Empty, negative, infinite and other values are `bad`: they add nothing and are counted.
 */
export function parseTime(text: string): TimeValue {
  const value = text.trim();
  if (plain.test(value)) return seconds(Number(value), false);
  if (value.includes(":")) return parseClock(value);
  if (grouping.test(value))
    return {
      kind: "either",
      grouped: Number(value.replaceAll(",", "")),
      // More than one comma cannot be a decimal one.
      decimal: Number(
        value.split(",").length > 2 ? value.replaceAll(",", "") : value.replace(",", "."),
      ),
    };
  if (commaOnly.test(value)) return seconds(Number(value.replace(",", ".")), true);
  return mixed.test(value) ? parseMixed(value) : bad;
}

/** The value as Ruby's `to_f` reads a plain decimal number: then GitLab shows the same (GJ43). */
export function isPlainTime(text: string): boolean {
  return plain.test(text.trim());
}

/** Both separators: the last one is the decimal one. */
function parseMixed(value: string): TimeValue {
  const comma = value.lastIndexOf(",");
  const point = value.lastIndexOf(".");
  if (comma < 0) return bad;
  const decimalAt = Math.max(comma, point);
  const whole = value.slice(0, decimalAt);
  const groups = whole.split(comma > point ? "." : ",");
  const [first = "", ...rest] = groups;
  if (!/^[+]?[0-9]{1,3}$/.test(first) || rest.some((group) => !/^[0-9]{3}$/.test(group)))
    return bad;
  return seconds(Number(`${groups.join("")}.${value.slice(decimalAt + 1)}`), comma > point);
}

function parseClock(value: string): TimeValue {
  const match = clock.exec(value);
  if (match === null) return bad;
  const [, hours = "0", minutes = "0", rest = "0"] = match;
  return seconds(Number(hours) * 3600 + Number(minutes) * 60 + Number(rest), false);
}

function seconds(value: number, provesDecimalComma: boolean): TimeValue {
  return Number.isFinite(value) ? { kind: "seconds", seconds: value, provesDecimalComma } : bad;
}
