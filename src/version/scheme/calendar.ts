import { versionErrors } from "../errors.ts";
import { dayOfYear, formatMoment, isoWeek, weekFrom, type WallClock } from "../text/strftime.ts";

/** The calendar codes of bump-my-version (calver.org), each with its text for a day. */
const codes = new Map<string, (day: WallClock) => string>([
  ["YYYY", ({ year }) => String(year)],
  ["YY", ({ year }) => String(year % 100)],
  ["0Y", ({ year }) => pad(year % 100, 2)],
  ["MMM", (day) => formatMoment(day, "%b")],
  ["MM", ({ month }) => String(month)],
  ["0M", ({ month }) => pad(month, 2)],
  ["DD", ({ day }) => String(day)],
  ["0D", ({ day }) => pad(day, 2)],
  ["JJJ", (day) => String(dayOfYear(day))],
  ["00J", (day) => pad(dayOfYear(day), 3)],
  ["Q", ({ month }) => String(Math.ceil(month / 3))],
  ["WW", (day) => String(weekFrom(day, 1))],
  ["0W", (day) => pad(weekFrom(day, 1), 2)],
  ["UU", (day) => String(weekFrom(day, 0))],
  ["0U", (day) => pad(weekFrom(day, 0), 2)],
  ["VV", (day) => String(isoWeek(day).week)],
  ["0V", (day) => pad(isoWeek(day).week, 2)],
  ["GGGG", (day) => String(isoWeek(day).year)],
  ["GG", (day) => String(isoWeek(day).year % 100)],
  ["0G", (day) => pad(isoWeek(day).year % 100, 2)],
]);

/** The text of a `calver_format` such as `{YYYY}.{0M}` on a day. @throws E_VERSION_CONFIG for an unknown code. */
export function formatCalendar(format: string, day: WallClock, where: string): string {
  return format.replaceAll(/\{(?<code>[^{}]*)\}/gu, (_token, code: string) => {
    const text = codes.get(code);
    if (text === undefined)
      throw versionErrors(
        "E_VERSION_CONFIG",
        `${where} calver_format: unknown code '${code}'. Known: ${[...codes.keys()].join(", ")}`,
      );
    return text(day);
  });
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
