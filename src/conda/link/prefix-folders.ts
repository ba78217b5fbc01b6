import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { condaError } from "../errors.ts";

/** Folders of the environment that are proved to lie inside it. */
export class PrefixFolders {
  readonly #prefix: string;
  readonly #real: string;
  readonly #proved = new Set<string>(["."]);

  /** @param prefix an existing folder */
  constructor(prefix: string) {
    this.#prefix = prefix;
    this.#real = realpathSync(prefix);
  }

  /**
   * Makes a folder and those above it.
   *
   * @param path relative to the prefix
   * @throws E_CONDA_PACKAGE where a link on the way leads out of the environment: packages could otherwise write
   * through links that others bring
   */
  ensure(path: string): void {
    if (this.#proved.has(path)) return;
    const above = dirname(path);
    if (above !== path) this.ensure(above);
    const full = join(this.#prefix, path);
    const found = lstatSync(full, { throwIfNoEntry: false });
    if (found === undefined) mkdirSync(full, { mode: 0o755 });
    else if (!found.isDirectory()) this.#prove(path, full);
    this.#proved.add(path);
  }

  #prove(path: string, full: string): void {
    let real = "";
    try {
      real = realpathSync(full);
    } catch {
      // A link to nothing: writing through it would make what it names.
    }
    if (real === this.#real || real.startsWith(`${this.#real}/`)) return;
    throw condaError(
      "E_CONDA_PACKAGE",
      `A package would write through ${path}, which leads out of the environment.`,
    );
  }
}
