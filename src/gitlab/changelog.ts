/**
 * The section of a version in a changelog: below its heading, down to the next one of the same or a higher level.
 * Headings may be written `## 1.2.0`, `## [1.2.0] - 2026-01-31`, `## v1.2.0 (2026-01-31)`.
 *
 * @returns `undefined` where there is no such heading or nothing below it.
 * @see https://keepachangelog.com/
 */
export function changelogSection(text: string, version: string): string | undefined {
  const lines = text.replaceAll(/\r\n?/g, "\n").split("\n");
  const start = lines.findIndex((line) => headingOf(line)?.version === version);
  if (start === -1) return undefined;
  const level = headingOf(lines[start] ?? "")?.level ?? 1;
  const length = lines.slice(start + 1).findIndex((line) => {
    const [, signs] = /^(#{1,6})\s/.exec(line) ?? [];
    return (signs !== undefined && signs.length <= level) || /^\[[^\]]+\]:\s*\S/.test(line);
  });
  const section = lines.slice(start + 1, length === -1 ? undefined : start + 1 + length);
  const trimmed = section.join("\n").trim();
  return trimmed === "" ? undefined : trimmed;
}

function headingOf(line: string): { level: number; version: string } | undefined {
  const [, signs, version] = /^(#{1,6})\s+\[?v?([0-9][^\s\])]*)/i.exec(line) ?? [];
  return signs === undefined || version === undefined
    ? undefined
    : { level: signs.length, version: version.replace(/[:,]$/, "") };
}
