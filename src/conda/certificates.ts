import { readFile } from "node:fs/promises";
import { getCACertificates, rootCertificates } from "node:tls";
import { variable, type Environment } from "./environment.ts";
import { condaError } from "./errors.ts";

const names = ["CI_SERVER_TLS_CA_FILE", "EXTRA_CA_FILE", "SSL_CERT_FILE"] as const;

/**
 * Certificate authorities in PEM form: Node's own, the system's, and those that the job adds.
 *
 * @param more paths of further bundles
 * @throws E_CONDA_CA with every bundle that is named and cannot be read
 */
export async function trustedAuthorities(
  env: Environment,
  more: readonly string[] = [],
): Promise<readonly string[]> {
  const added = await Promise.all(
    [...addedBundles(env), ...more].map(async (path) => {
      try {
        return { path, text: await readFile(path, "utf8") };
      } catch {
        return { path };
      }
    }),
  );
  const unreadable = added.filter(({ text }) => text === undefined).map(({ path }) => path);
  if (unreadable.length > 0)
    throw condaError("E_CONDA_CA", `These CA bundles cannot be read: ${unreadable.join(", ")}.`);
  const texts = added.flatMap(({ text }) => (text === undefined ? [] : [text]));
  return [...new Set([...rootCertificates, ...getCACertificates("system"), ...texts])];
}

/** The bundles that the job names on top of the system's. */
export function addedBundles(env: Environment): readonly string[] {
  return names.map((name) => variable(env, name)).filter((path) => path !== undefined);
}
