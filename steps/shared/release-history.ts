import {
  areHere,
  type Checkout,
  fetchHistory,
  isReleasedBefore,
  listRefs,
  type Repository,
  type Server,
  type Sha,
} from "../../src/git/index.ts";
import { chooseToken } from "../../src/gitlab/index.ts";
import { StepError, type StepContext, type Values } from "../../src/step/index.ts";
import { isSameVersion } from "../../src/version/index.ts";
import { autoErrors, type historyInputs } from "./auto-inputs.ts";
import { connectGit } from "./git-server.ts";
import { readLocalTagCommits } from "./local-tags.ts";
import { isPreliminary, versionTags } from "./version-tags.ts";

export type HistoryContext = Pick<StepContext, "log" | "clock" | "workFolder"> & {
  readonly inputs: Values<typeof historyInputs>;
};

/** A tag that is a final version, and the commit it is on. */
export interface ReleaseTag {
  readonly name: string;
  readonly version: string;
  readonly commit: Sha;
}

export interface ReleaseHistory {
  /** Holds all commits that lead to the base and to the tags. */
  readonly repository: Repository;
  /** Final versions, the highest first. */
  readonly tags: readonly ReleaseTag[];
}

export interface HistoryQuestion {
  readonly base: Sha;
  /** How tags spell versions. */
  readonly format: string;
  /** Whether questions about paths follow. */
  readonly withFolders: boolean;
}

/** Tags beyond these are lines of versions that nobody continues. */
const mostTags = 500;
const deadlineMs = 300_000;

/**
 * Finds the releases and the commits that lead to a commit: the server says which tags there are, and what a shallow
 * checkout lacks is fetched, without files, into a private repository.
 *
 * @throws {StepError} E_HISTORY_SHALLOW; why the server cannot be asked, where the checkout does not hold all either.
 */
export async function openHistory(
  context: HistoryContext,
  place: { readonly repository: Repository; readonly checkout: Checkout },
  question: HistoryQuestion,
): Promise<ReleaseHistory> {
  const { repository, checkout } = place;
  const isWhole = checkout.shallowFile === undefined;
  const server = await connect(context, repository);
  if (server === undefined) {
    if (isWhole) return localHistory(repository, checkout, question);
    throw autoErrors(
      "E_HISTORY_SHALLOW",
      "The checkout is shallow, and there is no token to fetch the rest with",
    );
  }
  try {
    return await historyOnServer(server, question, isWhole);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const local = await localHistory(repository, checkout, question);
    // A clone without tags looks like one of a project that was never released.
    if (!isWhole || local.tags.length === 0) throw withDepthHint(error);
    context.log.warn(
      `The tags of the checkout count, because the server's cannot be read: ${error.message}`,
    );
    return local;
  }
}

/** The highest release before a commit; a tag of the version that the commit itself holds is this release's own. */
export async function findLastRelease(
  { repository, tags }: ReleaseHistory,
  base: Sha,
  held: string,
): Promise<ReleaseTag | undefined> {
  for (const tag of tags) {
    const isOwn = tag.commit === base && isSameVersion(tag.version, held);
    if (!isOwn && (await isReleasedBefore(repository, tag.commit, base))) return tag;
  }
  return undefined;
}

async function historyOnServer(
  server: Server,
  { base, format, withFolders }: HistoryQuestion,
  isWhole: boolean,
): Promise<ReleaseHistory> {
  const tags = finalTags(tagCommits(await listRefs(server, ["refs/tags/*"])), format);
  const ids = [...new Set([base, ...tags.map(({ commit }) => commit)])];
  if (isWhole && (await areHere(server.repository, ids)))
    return { repository: server.repository, tags };
  return { repository: await fetchHistory(server, ids, { withFolders }), tags };
}

async function localHistory(
  repository: Repository,
  checkout: Checkout,
  { format }: HistoryQuestion,
): Promise<ReleaseHistory> {
  return { repository, tags: finalTags(await readLocalTagCommits(repository, checkout), format) };
}

function finalTags(commits: ReadonlyMap<string, Sha>, format: string): ReleaseTag[] {
  return versionTags(commits.keys(), format)
    .filter(({ version }) => !isPreliminary(version))
    .slice(0, mostTags)
    .flatMap(({ name, version }) => {
      const commit = commits.get(name);
      return commit === undefined ? [] : [{ name, version, commit }];
    });
}

/** An annotated tag is listed twice: itself, and with `^{}` the commit that it is on. */
function tagCommits(refs: ReadonlyMap<string, Sha>): ReadonlyMap<string, Sha> {
  const start = "refs/tags/";
  const names = [...refs.keys()].filter((ref) => ref.startsWith(start) && !ref.endsWith("^{}"));
  return new Map(
    names.flatMap((ref): [string, Sha][] => {
      const commit = refs.get(`${ref}^{}`) ?? refs.get(ref);
      return commit === undefined ? [] : [[ref.slice(start.length), commit]];
    }),
  );
}

async function connect(
  context: HistoryContext,
  repository: Repository,
): Promise<Server | undefined> {
  const { inputs, clock } = context;
  const order = ["CI_JOB_TOKEN", "GITLAB_TOKEN", "CI_PROJECT_PASSWORD"] as const;
  const offers = order.map((variable) => ({ variable, secret: inputs[variable] }));
  const address = inputs.REPOSITORY_URL;
  if (address === undefined || offers.every(({ secret }) => secret === undefined)) return undefined;
  const token = chooseToken(offers);
  const access = { token, deadlineMs: clock.monotonicMs() + deadlineMs };
  return connectGit(context, repository, address, access);
}

function withDepthHint({ code, exit: exitCode, message, hint = "", cause }: StepError): StepError {
  const cure = "With the whole history in the checkout (GIT_DEPTH: 0) it need not be fetched.";
  return new StepError({ code, exit: exitCode, message, hint: `${hint} ${cure}`.trim(), cause });
}
