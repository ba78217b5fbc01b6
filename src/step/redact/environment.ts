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
 */
export function secretsInEnvironment(env: Environment): readonly string[] {
  const secrets = [];
  for (const [name, value = ""] of Object.entries(env)) {
    for (const [, password = ""] of value.matchAll(passwords))
      secrets.push(password, decoded(password));
    if (value.length < shortestSecret || !isSecretName(name)) continue;
    if (isAbsolute(value)) secrets.push(...contentOf(value));
    else secrets.push(value);
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

function contentOf(path: string): readonly string[] {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    // A path that is no file is still the value of a variable with a telling name.
    if (status === undefined) return [path];
    if (!status.isFile() || status.size > largestSecretFile) return [];
    const bytes = readFileSync(path);
    // A keytab is no text; a password may hold letters beyond ASCII.
    return [bytes.toString("utf8"), bytes.toString("latin1")];
  } catch {
    return [];
  }
}
