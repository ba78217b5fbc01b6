import { readFileSync, statSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { Environment } from "../inputs/read.ts";
import { shortestSecret } from "./forms.ts";

/** A name is read word by word: `CI_COMMIT_AUTHOR` is no auth. */
const telling =
  /(^|_)(TOKENS?|PASSWORDS?|PASSWD|PASSPHRASE|SECRETS?|CREDENTIALS?|PRIVATE|KEYS?|AUTH|WEBHOOKS?)(_|$)/i;
const largestSecretFile = 65_536;

/** The values of all variables whose name says that they are secret; of file-type variables, the content. */
export function secretsInEnvironment(env: Environment): readonly string[] {
  const secrets = [];
  for (const [name, value = ""] of Object.entries(env)) {
    if (value.length < shortestSecret || !telling.test(name)) continue;
    if (isAbsolute(value)) secrets.push(...contentOf(value));
    else secrets.push(value);
  }
  return secrets;
}

function contentOf(path: string): readonly string[] {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    // A path that is no file is still the value of a variable with a telling name.
    if (status === undefined) return [path];
    if (!status.isFile() || status.size > largestSecretFile) return [];
    return [readFileSync(path, "latin1")];
  } catch {
    return [];
  }
}
