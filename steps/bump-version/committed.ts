import { resolve } from "node:path";
import {
  abandonCommit,
  adoptCommit,
  type Adoption,
  currentHead,
  folderInside,
  makePrivateRepository,
  openGitAt,
  readIndex,
  shortSha,
  sshSigner,
  type FileEdit,
  type Sha,
} from "../../src/git/index.ts";
import { effect, type Effect, type RunnableEffect } from "../../src/step/index.ts";
import { editFiles, hookEffects, sweepEffects } from "./effects.ts";
import { type HookWatch, watchHooks } from "./hook-changes.ts";
import { didHooksRun, rememberHooks } from "./hooks-ran.ts";
import type { BumpContext } from "./inputs.ts";
import {
  buildReleaseCommit,
  hasCommitHooks,
  planReleaseCommit,
  type Place,
  type PlannedCommit,
} from "./release-commit.ts";
import { tryTagRelease } from "./post-release.ts";
import { tellDecision, tellPlan } from "./tell.ts";
import { planWorkingEdits } from "./working-edits.ts";

/** Builds the release commit from the blobs of its base, edits the working tree alike, and moves HEAD to it. */
export async function planCommitted(
  context: BumpContext,
  folder: string,
): Promise<readonly Effect[]> {
  const { environment, log, clock, signal } = context;
  const workFolder = await context.workFolder();
  const gitContext = { workFolder, environment, log, clock, signal };
  const { git, checkout } = await openGitAt(gitContext, folder);
  const key = context.inputs.GIT_SIGNING_KEY_FILE;
  const repository = await makePrivateRepository(git, checkout);
  const place: Place = {
    repository,
    checkout,
    folder: await folderInside(checkout, folder),
    signer: key === undefined ? undefined : await sshSigner(git.context, resolve(context.cwd, key)),
  };
  const planned = await planReleaseCommit(context, place);
  const { plan, request, found } = planned;
  if (!tellDecision(context, planned.decision)) return [];
  tellPlan(context, plan);
  await tryTagRelease(context, request, plan);
  if (plan.edits.length === 0) {
    context.output("BUMPED_COMMIT_SHA", planned.base.id);
    return [];
  }
  const edits = await planWorkingEdits(folder, plan, request, place);
  const setupWatch = watchHooks(repository, planned.base.id, checkout.root);
  const watch = watchHooks(repository, planned.base.id, checkout.root);
  const known = await knownCommit(context, place, planned);
  const commit = commitEffect(context, place, planned, { known, watch });
  const isCommitted = () => Promise.resolve(found !== undefined);
  const hooks = { folder, plan, isOver: isCommitted };
  return [
    ...(await sweepEffects(folder, plan)),
    ...hookEffects(context, {
      ...hooks,
      stage: "setup",
      before: setupWatch.begin,
      undo: () => restoreWatched(context, setupWatch),
    }),
    editFiles(folder, plan, edits),
    ...hookEffects(context, {
      ...hooks,
      stage: "preCommit",
      before: watch.begin,
      undo: () => restoreWatched(context, watch),
    }),
    commit,
    ...hookEffects(context, {
      ...hooks,
      stage: "postCommit",
      isOver: async () => found !== undefined && didHooksRun(checkout, found),
      after: () => rememberHooks(checkout, commit.result()),
    }),
  ];
}

async function restoreWatched({ log }: BumpContext, watch: HookWatch): Promise<void> {
  const left = await watch.restore();
  if (left.length > 0) log.warn(`Files that hooks changed stay changed: ${left.join(", ")}`);
}

/** The id of the release commit; `undefined` until pre-commit hooks have had their say. */
async function knownCommit(
  context: BumpContext,
  place: Place,
  planned: PlannedCommit,
): Promise<Sha | undefined> {
  if (planned.found !== undefined) return planned.found;
  if (hasCommitHooks(context, planned.plan)) return undefined;
  return buildReleaseCommit(place, planned, planned.edits);
}

function commitEffect(
  context: BumpContext,
  place: Place,
  planned: PlannedCommit,
  { known, watch }: { known: Sha | undefined; watch: HookWatch },
): RunnableEffect<Sha> {
  const { repository, checkout } = place;
  const { base, message } = planned;
  let id = known;
  let adoption: Adoption | undefined;
  const isHead = (head: Sha | undefined) => {
    if (id === undefined || head !== id) return false;
    context.output("BUMPED_COMMIT_SHA", id);
    return id;
  };
  const title = message.split("\n")[0] ?? "";
  const suffix = known === undefined ? "" : ` as ${shortSha(known)}`;
  return effect<Sha>({
    id: "commit",
    sentence: `Commit "${title}" on ${shortSha(base.id)}${suffix}`,
    // As the plan saw it; should it change meanwhile, the moving of HEAD is held back.
    isDone: async () => isHead(checkout.head),
    async apply() {
      const edits = mergeEdits(planned.edits, await watch.changes());
      id ??= await buildReleaseCommit(place, planned, edits);
      const paths = edits.map(({ path }) => path);
      adoption = { id, paths, index: await readIndex(checkout) };
      await adoptCommit(repository, checkout, id, paths);
    },
    async verify() {
      const head = isHead(await currentHead(repository.git, checkout));
      if (head === false) throw new TypeError("HEAD is not the commit that it was moved to");
      return head;
    },
    async undo() {
      if (adoption !== undefined) await abandonCommit(repository, checkout, adoption);
    },
  });
}

/** What hooks made of a file counts more than what the bump made of it. */
function mergeEdits(edits: readonly FileEdit[], changes: readonly FileEdit[]): FileEdit[] {
  const merged = new Map(edits.map((edit) => [edit.path, edit]));
  for (const change of changes) merged.set(change.path, change);
  return [...merged.values()];
}
