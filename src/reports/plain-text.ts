/** Bidirectional overrides and marks: they make a line read as something else. */
const directions = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
/** Terminal sequences: CSI, and OSC up to its end. */
const sequences = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[@-Z\\^_])/g;
const controls = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/**
 * Text of a report as it may be shown: no terminal sequences, controls, carriage returns or bidirectional overrides.
 *
 * Reports hold what tests print, and that may forge sections of the log or hide lines (S13).
 */
export function plainText(text: string): string {
  return text
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(sequences, "")
    .replaceAll(controls, "")
    .replaceAll(directions, "");
}

/** The same on one line, cut to a length in characters. */
export function oneLine(text: string, most = 300): string {
  return headOf(plainText(text).replaceAll(/\s+/g, " ").trim(), most);
}

/** The beginning of a text. The sign of the cut tells people of it, and the redactor where half a secret may stand. */
export function headOf(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** The end of a text, after the sign of a cut. */
export function tailOf(text: string, most: number): string {
  return text.length <= most ? text : `…${text.slice(1 - most)}`;
}
