import { ask } from "./ask.ts";
import { gitErrors } from "./errors.ts";
import { lsRefs } from "./ls-refs.ts";
import type { Server } from "./server.ts";
import { type Sha, toSha } from "./sha.ts";

/**
 * The references of the server that have one of the given full names; a `*` at the end stands for any rest. Tags that
 * are objects of their own come with a second entry, `<name>^{}`: the commit they are on.
 *
 * @throws {StepError} of network-failures.ts; E_NOT_GIT where nothing at all is listed.
 */
export async function listRefs(
  server: Server,
  names: readonly string[],
): Promise<ReadonlyMap<string, Sha>> {
  const patterns = names.flatMap((name) => (name.endsWith("*") ? [name] : [name, `${name}^{}`]));
  const listed = await lsRefs(
    server,
    names.map((name) => name.replace(/\*$/u, "")),
  );
  // Nothing at all is an empty repository, for which git has the words.
  if (listed !== undefined && listed.size > 0)
    return new Map([...listed].filter(([name]) => isWanted(name, patterns)));
  const { url } = server.remote;
  // HEAD is always there. A web page without a line break, answered with 200, passes for an empty list with git.
  const text = await ask(server, ["ls-remote", "--quiet", url, "HEAD", ...patterns]);
  if (text.trim() === "")
    throw gitErrors("E_NOT_GIT", `What answers at ${url} is not git, or the repository is empty.`);
  const refs = new Map<string, Sha>();
  for (const line of text.split("\n")) {
    const [id, name] = line.split("\t");
    // git matches from the end: refs/heads/x/refs/heads/main would be listed, too.
    if (id !== undefined && name !== undefined && isWanted(name, patterns))
      refs.set(name, toSha(id));
  }
  return refs;
}

function isWanted(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}
