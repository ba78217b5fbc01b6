/** How much of the details is shown, in characters; the last level leaves names alone. */
export interface Detail {
  text: number;
  output: number;
  message: boolean;
  /** How many failed tests are shown with their texts. */
  cases: number;
}

/** From everything to the names alone. */
export const levelsOfDetail: readonly Detail[] = [
  { text: 64 * 1024, output: 16 * 1024, message: true, cases: Infinity },
  { text: 8 * 1024, output: 2 * 1024, message: true, cases: Infinity },
  { text: 2 * 1024, output: 1024, message: true, cases: 100 },
  { text: 1024, output: 0, message: true, cases: 25 },
  { text: 0, output: 0, message: true, cases: 0 },
  { text: 0, output: 0, message: false, cases: 0 },
];

/** Rows of a table and items of a list, at most. */
export const mostRows = 1000;

export function cutSentence({ text, cases }: Detail): string {
  const which = cases === Infinity ? "" : ` and shown of the first ${cases} failed tests`;
  return text > 0
    ? `To keep this page small, texts are cut at ${text} characters${which}; the report files hold all of them.`
    : "To keep this page small, texts and outputs of failed tests are left out; the report files hold them.";
}
