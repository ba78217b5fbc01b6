const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const dayMs = 86_400_000;

/** The fields of a moment on the wall clock of a zone. */
export interface WallClock {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

export function readWallClock(moment: Date, zone: "local" | "utc"): WallClock {
  if (zone === "utc")
    return {
      year: moment.getUTCFullYear(),
      month: moment.getUTCMonth() + 1,
      day: moment.getUTCDate(),
      hour: moment.getUTCHours(),
      minute: moment.getUTCMinutes(),
      second: moment.getUTCSeconds(),
      millisecond: moment.getUTCMilliseconds(),
    };
  return {
    year: moment.getFullYear(),
    month: moment.getMonth() + 1,
    day: moment.getDate(),
    hour: moment.getHours(),
    minute: moment.getMinutes(),
    second: moment.getSeconds(),
    millisecond: moment.getMilliseconds(),
  };
}

/** Formats as Python's `datetime.strftime` does, with English names. Unknown directives stay as they are. */
export function formatMoment(clock: WallClock, spec: string): string {
  return spec.replaceAll(/%(?<directive>[a-zA-Z%])/gu, (token, directive: string) => {
    const format = directives.get(directive);
    return format === undefined ? token : format(clock);
  });
}

const directives = new Map<string, (clock: WallClock) => string>([
  ["Y", ({ year }) => String(year)],
  ["y", ({ year }) => pad(year % 100)],
  ["C", ({ year }) => pad(Math.floor(year / 100))],
  ["m", ({ month }) => pad(month)],
  ["d", ({ day }) => pad(day)],
  ["e", ({ day }) => String(day).padStart(2)],
  ["H", ({ hour }) => pad(hour)],
  ["I", ({ hour }) => pad(hour % 12 || 12)],
  ["M", ({ minute }) => pad(minute)],
  ["S", ({ second }) => pad(second)],
  ["f", ({ millisecond }) => `${pad(millisecond, 3)}000`],
  ["p", ({ hour }) => (hour < 12 ? "AM" : "PM")],
  ["j", (clock) => pad(dayOfYear(clock), 3)],
  ["B", ({ month }) => months[month - 1] ?? ""],
  ["b", ({ month }) => (months[month - 1] ?? "").slice(0, 3)],
  ["h", ({ month }) => (months[month - 1] ?? "").slice(0, 3)],
  ["A", (clock) => days[weekday(clock)] ?? ""],
  ["a", (clock) => (days[weekday(clock)] ?? "").slice(0, 3)],
  ["w", (clock) => String(weekday(clock))],
  ["u", (clock) => String(weekday(clock) || 7)],
  ["U", (clock) => pad(weekFrom(clock, 0))],
  ["W", (clock) => pad(weekFrom(clock, 1))],
  ["V", (clock) => pad(isoWeek(clock).week)],
  ["G", (clock) => String(isoWeek(clock).year)],
  ["F", (clock) => formatMoment(clock, "%Y-%m-%d")],
  ["T", (clock) => formatMoment(clock, "%H:%M:%S")],
  ["D", (clock) => formatMoment(clock, "%m/%d/%y")],
  ["R", (clock) => formatMoment(clock, "%H:%M")],
  ["c", (clock) => formatMoment(clock, "%a %b %e %H:%M:%S %Y")],
  ["x", (clock) => formatMoment(clock, "%m/%d/%y")],
  ["X", (clock) => formatMoment(clock, "%H:%M:%S")],
  ["n", () => "\n"],
  ["t", () => "\t"],
  ["z", () => ""],
  ["Z", () => ""],
  ["%", () => "%"],
]);

export function dayOfYear({ year, month, day }: WallClock): number {
  return (Date.UTC(year, month - 1, day) - Date.UTC(year, 0, 1)) / dayMs + 1;
}

/** 0 is Sunday. */
export function weekday({ year, month, day }: WallClock): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

/** Week of the year when weeks start on `firstDay` (0 Sunday, 1 Monday); days before the first one are week 0. */
export function weekFrom(clock: WallClock, firstDay: 0 | 1): number {
  return Math.floor((dayOfYear(clock) + 6 - ((weekday(clock) - firstDay + 7) % 7)) / 7);
}

/** ISO 8601 week and the year it belongs to. */
export function isoWeek(clock: WallClock): { year: number; week: number } {
  const thursday = new Date(
    Date.UTC(clock.year, clock.month - 1, clock.day) + (4 - (weekday(clock) || 7)) * dayMs,
  );
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / dayMs / 7) + 1 };
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}
