import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../../step/clock.ts";
import { variable, type Environment } from "../environment.ts";
import { condaError } from "../errors.ts";
import { ask } from "../http/ask.ts";
import { openDoor } from "../http/door.ts";
import { download } from "../http/download.ts";
import { readCredentials } from "../channels/credentials.ts";
import { usualPatience } from "../http/retry.ts";

/** The pip that is taken where the machine's own python has none. */
const pip = {
  version: "24.2",
  file: "pip-24.2-py3-none-any.whl",
  sha256: "2cd581cf58ab7fcfca4ce8efa6dcacd0de5bf8d0a3eb9ec927e07405f4d9e2a2",
} as const;

/**
 * Downloads pip's wheel from the Python package index, or from the one that `PIP_INDEX_URL` names.
 *
 * @throws E_EXAMPLE_PYTHON where it cannot be had
 * @see https://peps.python.org/pep-0503/
 */
export async function downloadPip(
  env: Environment,
  folder: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ wheel: string; version: string }> {
  await mkdir(folder, { recursive: true });
  const wheel = join(folder, pip.file);
  const door = await openDoor({ env });
  const credentials = await readCredentials(env, () => {});
  try {
    const index = variable(env, "PIP_INDEX_URL") ?? "https://pypi.org/simple";
    const page = new URL("pip/", index.endsWith("/") ? index : `${index}/`);
    const answer = await ask(door, page.href, {
      headers: { accept: "text/html" },
      credentials,
      signal,
    });
    const address = linkIn(await answer.body.setEncoding("utf8").toArray(), page);
    await download(
      { title: pip.file, addresses: [address], path: wheel, expected: { sha256: pip.sha256 } },
      { door, credentials, clock: systemClock, signal, patience: usualPatience },
    );
  } catch (cause) {
    signal.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw condaError(
      "E_EXAMPLE_PYTHON",
      `python3 on this machine has no pip, and none can be downloaded: ${why}`,
      {
        hint: "Install python3-pip or python3-venv, or rehearse with REHEARSE_PACK=source.",
        cause,
      },
    );
  } finally {
    await door.close();
  }
  return { wheel, version: pip.version };
}

function linkIn(page: readonly unknown[], base: URL): string {
  const links = page.join("").matchAll(/href="([^"#]+)/g);
  const link = links.find(([, href]) => href?.endsWith(`/${pip.file}`) === true)?.[1];
  if (link === undefined) throw new Error(`${base.href} does not list ${pip.file}`);
  return new URL(link, base).href;
}
