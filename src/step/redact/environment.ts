import { readFileSync, statSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { Environment } from "../inputs/read.ts";
import { shortestSecret } from "./forms.ts";
import { isSecretName } from "./secret-name.ts";

const largestSecretFile = 65_536;

/** A password in an address: of a proxy, of a package index (G20). */
const passwords = /:\/\/[^/?#\s:@]*:([^/?#\s@]+)@/g;

/**
 * The values of all variables whose name says that they are secret, of file-type variables the content; and the
 * passwords in the addresses that any variable holds.
 *
 * @param paths variables that hold the path of a file by declaration: where no file is there, whoever wrote it has to
 * see what was looked for.
 */
export function secretsInEnvironment(
  env: Environment,
  paths: ReadonlySet<string> = new Set(),
): readonly string[] {
  const secrets = [];
  for (const [name, value = ""] of Object.entries(env)) {
    for (const [, password = ""] of value.matchAll(passwords))
      secrets.push(password, decoded(password));
    if (value.length < shortestSecret || !isSecretName(name)) continue;
    if (!isAbsolute(value)) secrets.push(value);
    // A path that is no file is still the value of a variable with a telling name.
    else secrets.push(...(contentOf(value) ?? (paths.has(name) ? [] : [value])));
  }
  return secrets;
}

function decoded(password: string): string {
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

/** @returns `undefined` where nothing is there. */
function contentOf(path: string): readonly string[] | undefined {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) return undefined;
    if (!status.isFile() || status.size > largestSecretFile) return [];
    const bytes = readFileSync(path);
    // A keytab is no text; a password may hold letters beyond ASCII.
    return [bytes.toString("utf8"), bytes.toString("latin1")];
  } catch {
    return [];
  }
}
