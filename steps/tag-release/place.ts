import { resolve } from "node:path";
import {
  type Checkout,
  commitAuthor,
  folderInside,
  type Identity,
  makePrivateRepository,
  openGitAt,
  type Repository,
  type Signer,
  sshSigner,
} from "../../src/git/index.ts";
import type { TagContext } from "./inputs.ts";

/** Where a release is built, and by whom. */
export interface Place {
  readonly checkout: Checkout;
  readonly repository: Repository;
  /** The project's folder in the repository. */
  readonly folder: string;
  readonly author: Identity;
  readonly signer: Signer | undefined;
}

/** Opens the checkout for reading, and a private repository to build in and push from. */
export async function openPlace(context: TagContext): Promise<Place> {
  const { inputs, environment, log, clock, signal, cwd } = context;
  const author = commitAuthor(context);
  const folder = resolve(cwd, inputs.PROJECT_DIR);
  const workFolder = await context.workFolder();
  const ending = new AbortController();
  // Whatever git was asked for ends with the step, also where nobody waits for the answer any more.
  context.defer(() => ending.abort());
  const gitContext = {
    workFolder,
    environment,
    log,
    clock,
    signal: AbortSignal.any([signal, ending.signal]),
  };
  const { git, checkout } = await openGitAt(gitContext, folder);
  const keyFile = inputs.GIT_SIGNING_KEY_FILE;
  return {
    checkout,
    repository: await makePrivateRepository(git, checkout),
    folder: await folderInside(checkout, folder),
    author,
    signer: keyFile === undefined ? undefined : await sshSigner(git.context, resolve(cwd, keyFile)),
  };
}
