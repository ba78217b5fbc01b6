import { resolve } from "node:path";
import {
  type Checkout,
  type Commit,
  commitAuthor,
  commitFiles,
  folderInside,
  type Identity,
  makePrivateRepository,
  type Repository,
  type Signer,
  sshSigner,
  startGitAt,
} from "../../src/git/index.ts";
import { type FileSource, treeSource } from "../../src/version/index.ts";
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

/** A place that is being opened: what git says of the checkout comes first. */
export interface Opening {
  readonly checkout: Promise<Checkout>;
  readonly place: Promise<Place>;
}

/**
 * Starts to open the checkout for reading, and a private repository to build in and push from. git is running when this
 * returns: the client of the API takes as long to load as git to answer.
 */
export async function startPlace(context: TagContext): Promise<Opening> {
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
  const { git, opening } = await startGitAt(gitContext, folder);
  const keyFile = inputs.GIT_SIGNING_KEY_FILE;
  const open = async (checkout: Checkout): Promise<Place> => ({
    checkout,
    repository: await makePrivateRepository(git, checkout),
    folder: await folderInside(checkout, folder),
    author,
    signer: keyFile === undefined ? undefined : await sshSigner(git.context, resolve(cwd, keyFile)),
  });
  return { checkout: opening, place: opening.then(open) };
}

/** The project's files as a commit holds them. */
export function sourceAt({ repository, folder }: Place, { id }: Pick<Commit, "id">): FileSource {
  return treeSource(commitFiles(repository, id, folder));
}
