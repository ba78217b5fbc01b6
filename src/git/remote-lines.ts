import type { Remote } from "./remote.ts";

const lineLimit = 12;
const widthLimit = 400;

/**
 * What the server said, from git's stderr: the `remote:` lines without empty ones, frames and our credential.
 *
 * A server's words go into a job's log, so that control characters (colours, GitLab's section markers) are dropped.
 */
export function remoteLines(stderr: string, { credential }: Pick<Remote, "credential">): string[] {
  const secret = credential?.password.reveal();
  const lines = stderr
    .split(/[\r\n]+/)
    .filter((line) => line.startsWith("remote:"))
    // A colour sequence goes as a whole; what else has no shape goes one by one.
    .map((line) =>
      line
        .slice(7)
        .replace(/\u001b\[[\d;]*[A-Za-z]/g, "")
        .replace(/\p{Cc}/gu, "")
        .trim(),
    )
    .map((line) => (secret ? line.replaceAll(secret, "[MASKED]") : line))
    .filter((line) => line !== "" && !/^[=*#-]+$/.test(line));
  const shown = lines
    .slice(0, lineLimit)
    .map((line) => (line.length > widthLimit ? `${line.slice(0, widthLimit)}…` : line));
  return lines.length > lineLimit ? [...shown, `(${lines.length - lineLimit} more lines)`] : shown;
}
