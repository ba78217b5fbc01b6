import type { Checkout } from "./checkout.ts";
import { type Git, gitFailed } from "./git.ts";

/** Why a file of a clean checkout need not be there as it was committed. */
export type Conversion =
  /** `what`: `working-tree-encoding=UTF-16LE`, `filter=git-crypt`. */
  { readonly kind: "attribute"; readonly what: string } | { readonly kind: "sparse" };

/**
 * What git itself makes of files on checkout, apart from line ends: a sparse checkout leaves them out, attributes
 * convert them. Runs no filter to find out.
 *
 * @param paths from the top of the work tree.
 */
export async function readConversions(
  git: Git,
  { gitDirectory }: Checkout,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Conversion>> {
  const found = new Map<string, Conversion>();
  const ask = async (args: readonly string[], input?: string): Promise<string[]> => {
    const options = { gitDirectory, workTree: git.emptyFolder };
    const result = await git.run(args, input === undefined ? options : { ...options, input });
    if (result.exitCode !== 0) throw gitFailed(args, result);
    return result.stdout.toString().split("\0");
  };
  const attributes = ["check-attr", "--cached", "--stdin", "-z", "working-tree-encoding", "filter"];
  const answers = await ask(attributes, paths.map((path) => `${path}\0`).join(""));
  for (let at = 0; at + 2 < answers.length; at += 3) {
    const [path = "", name = "", value = ""] = answers.slice(at, at + 3);
    if (!["unspecified", "unset", "set"].includes(value))
      found.set(path, { kind: "attribute", what: `${name}=${value}` });
  }
  const wanted = new Set(paths);
  for (const line of await ask(["ls-files", "-t", "-z"]))
    if (line.startsWith("S ") && wanted.has(line.slice(2)))
      found.set(line.slice(2), { kind: "sparse" });
  return found;
}
