const powersOfTen = Array.from({ length: 16 }, (_, power) => 10 ** power);

/**
 * A plain decimal number of up to 15 digits straight from its bytes; -1 where the value needs the full reader.
 *
 * With so few digits one division rounds correctly, so this equals `Number(text)`.
 */
export function parsePlainSeconds(buffer: Buffer, start: number, end: number): number {
  if (start === end || end - start > 16) return -1;
  let digits = 0;
  let mantissa = 0;
  let pointAt = -1;
  for (let at = start; at < end; at += 1) {
    const byte = buffer[at] ?? 0;
    if (byte === 46) {
      if (pointAt >= 0) return -1;
      pointAt = at;
    } else if (byte >= 48 && byte <= 57) {
      mantissa = mantissa * 10 + byte - 48;
      digits += 1;
    } else {
      return -1;
    }
  }
  if (digits === 0 || digits > 15) return -1;
  return pointAt < 0 ? mantissa : mantissa / (powersOfTen[end - pointAt - 1] ?? 1);
}
