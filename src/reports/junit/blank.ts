const notBlank = /[^\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/;

/** Whether the bytes are blank as GitLab's reader sees it: no-break spaces are, a zero-width space is not (GJ25). */
export function isBlank(buffer: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = buffer[at] ?? 0;
    if (byte >= 0x80) return !notBlank.test(buffer.toString("utf8", start, end));
    if (byte > 0x20) return false;
  }
  return true;
}

/** The beginning of a stray text, for messages. */
export function excerpt(buffer: Buffer, start: number, end: number): string {
  return buffer
    .toString("utf8", start, Math.min(end, start + 200))
    .trim()
    .slice(0, 60);
}
