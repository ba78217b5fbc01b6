import type { CaseDetail } from "./model.ts";

/** A line of a source file. */
export interface Location {
  file: string;
  line: number | undefined;
}

/** How producers write places into failure texts; the first that names a file of the repository is taken. */
const patterns: readonly RegExp[] = [
  // pytest, go, rust, eslint: path:line at the start of a line, with or without column
  /^\s*(?:❯\s+|-->\s+|panicked at\s+)?((?:[\w.@+-]+\/)*[\w.@+-]+\.[A-Za-z]{1,6}):(\d+)(?::\d+)?/gm,
  // Python tracebacks
  /File "([^"\n]+)", line (\d+)/g,
  // JavaScript stacks: at name (path:line:col), file:// URLs included
  /\(?(?:file:\/\/)?((?:\/|\.{1,2}\/)?(?:[\w.@+-]+\/)*[\w.@+-]+\.[cm]?[jt]sx?):(\d+):\d+\)?/g,
  // Rust: panicked at src/lib.rs:3:5
  /panicked at ([^\s:]+):(\d+):\d+/g,
];

/** How much of a text is looked at: the place stands near one of its ends. */
const looked = 16 * 1024;

/**
 * Where a failed test stands: its own attributes, else the first place in its text that is a file of the repository.
 *
 * @param toRepository the path of a file of the repository that a path of the report means; `undefined` for others
 */
export function locationOf(
  detail: CaseDetail,
  toRepository: (path: string) => string | undefined,
): Location | undefined {
  const own = detail.file === undefined ? undefined : toRepository(detail.file);
  const fromText = findInText(detail, toRepository);
  if (own !== undefined) {
    const line = detail.line ?? (fromText?.file === own ? fromText.line : undefined);
    return { file: own, line };
  }
  if (fromText !== undefined) return fromText;
  // vitest writes the path of the file as class name.
  const classFile = detail.classname === undefined ? undefined : toRepository(detail.classname);
  if (classFile !== undefined) return { file: classFile, line: detail.line };
  return detail.file === undefined ? undefined : { file: detail.file, line: detail.line };
}

function findInText(
  { problems }: CaseDetail,
  toRepository: (path: string) => string | undefined,
): Location | undefined {
  const text = problems.map((problem) => problem.text.slice(0, looked)).join("\n");
  for (const pattern of patterns) {
    for (const [, path = "", line] of text.matchAll(pattern)) {
      const file = toRepository(path);
      if (file !== undefined) return { file, line: Number(line) };
    }
  }
  return undefined;
}
