/** Where text goes: standard output and standard error of the process, or what a test hands in. */
export interface Terminal {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
}

/** Removes what would steer a terminal or forge a section of the job's log (S13); line breaks and tabs stay. */
export function withoutControls(text: string): string {
  return text
    .replace(/\u001B\[[0-9;?]*[ -/]*[@-~]/g, "")
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, "");
}
