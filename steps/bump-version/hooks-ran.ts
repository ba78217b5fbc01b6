import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Checkout, Sha } from "../../src/git/index.ts";

/** Where a checkout remembers for which commit the post-commit hooks came to their end: only then they are over. */
const fileName = "slipway-post-commit-hooks";

export async function didHooksRun({ gitDirectory }: Checkout, commit: Sha): Promise<boolean> {
  const text = await readFile(join(gitDirectory, fileName), "utf8").catch(() => "");
  return text.trim() === commit;
}

export async function rememberHooks({ gitDirectory }: Checkout, commit: Sha): Promise<void> {
  const path = join(gitDirectory, fileName);
  // A link that was planted there must not lead the writing elsewhere (S12).
  await rm(path, { force: true });
  await writeFile(path, `${commit}\n`, { flag: "wx" });
}
