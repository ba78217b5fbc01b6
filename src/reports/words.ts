/** `2.5s`, `3m 12s`, `1h 0m 5s` */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(2))}s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return `${hours > 0 ? `${hours}h ` : ""}${minutes}m ${whole % 60}s`;
}

/** `1 test`, `2 tests` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
