// V8 takes a millisecond to compile a class of all letters there are, and hardly any project has others than ASCII's.

/** Whether a text starts with a letter of any alphabet, or `_`. */
export function startsWord(text: string): boolean {
  return /^[a-z_]/i.test(text) || (!isAscii(text) && /^[\p{L}_]/u.test(text));
}

/** Whether a text ends with a letter or a digit of any alphabet, or `_`. */
export function endsInWord(text: string): boolean {
  return /\w$/.test(text) || (!isAscii(text) && /[\p{L}\p{N}_]$/u.test(text));
}

/** Whether a text is a name as Python has them, with letters of any alphabet. */
export function isName(text: string): boolean {
  return /^[a-z_]\w*$/i.test(text) || (!isAscii(text) && /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text));
}

function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  return /^[\x00-\x7f]*$/.test(text);
}
