import { Readable } from "node:stream";
import type { Caller } from "../access/caller.ts";
import { branchRules, mayForcePush } from "../access/protection.ts";
import { Refusal, text } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Project } from "../world/model.ts";
import { afterPush } from "./after-push.ts";
import { refuseBranch } from "./branch-check.ts";
import type { PushedHistory } from "./branch-check.ts";
import { openPlainBody } from "./git-exchange.ts";
import type { GitExchange } from "./git-exchange.ts";
import { askBackend } from "./http-backend.ts";
import { ByteSource } from "./pkt-line.ts";
import { addMessage, landedRefs, refusalReport } from "./push-report.ts";
import { branchOf, isCreation, isDeletion, readPushRequest, tagOf } from "./push-request.ts";
import type { PushRequest, RefCommand } from "./push-request.ts";
import { quarantinePack } from "./quarantine.ts";
import type { Quarantine } from "./quarantine.ts";
import { isAncestor, isEmptyRepository, listRefs, resolveCommit } from "./refs.ts";
import type { Repository } from "./repository.ts";
import { refuseTag } from "./tag-check.ts";

/**
 * Serves a push: reads what is asked, checks it as GitLab does, and only then lets git have it.
 *
 * Nothing of a refused push lands, and no hook is needed for that. What the checks cannot tell from the
 * commands alone (is it a fast-forward?) they ask of the pushed objects in quarantine.
 */
export async function receivePack(
  exchange: GitExchange,
  caller: Caller,
  project: Project,
): Promise<Answer> {
  const source = new ByteSource(openPlainBody(exchange));
  const push = await readPushRequest(source).catch((error: unknown) => {
    throw error instanceof SyntaxError ? malformedPush() : error;
  });
  exchange.note({ push: push.commands, pushOptions: push.options });
  const rules = { caller, project, membersUrl: membersUrl(exchange, project) };
  const quarantine = needsObjects(project, push)
    ? await quarantinePack(project.repository, source.rest())
    : undefined;
  try {
    const refusal = await refusePush(rules, push, quarantine);
    if (refusal !== undefined) {
      await source.drain();
      return reportAnswer(refusalReport(push, refusal));
    }
    const pack = quarantine?.pack() ?? source.rest();
    return await land(exchange, caller, project, push, pack);
  } finally {
    await quarantine?.dispose();
  }
}

interface PushRules {
  readonly caller: Caller;
  readonly project: Project;
  readonly membersUrl: string;
}

async function refusePush(
  { caller, project, membersUrl }: PushRules,
  push: PushRequest,
  quarantine: Quarantine | undefined,
): Promise<string | undefined> {
  const history = await lookAtHistory(project, quarantine);
  for (const command of push.commands) {
    const branch = branchOf(command.ref);
    const tag = tagOf(command.ref);
    const refusal =
      branch === undefined
        ? tag && refuseTag(caller, project, tag, command)
        : await refuseBranch(caller, project, branch, command, history, membersUrl);
    if (refusal !== undefined && refusal !== "") return refusal;
  }
  return undefined;
}

async function lookAtHistory(
  project: Project,
  quarantine: Quarantine | undefined,
): Promise<PushedHistory> {
  const { repository } = project;
  return {
    isEmpty: await isEmptyRepository(repository),
    isFastForward: ({ before, after }) =>
      quarantine === undefined
        ? isAncestorOrUnknown(repository, before, after)
        : quarantine.isAncestor(before, after),
    isInProtectedBranch: async (commit) => {
      if ((await resolveCommit(repository, commit)) === undefined) return false;
      for (const ref of await listRefs(repository, "refs/heads/")) {
        const branch = branchOf(ref.name) ?? "";
        if (branchRules(project, branch).length === 0) continue;
        if (await isAncestor(repository, commit, ref.commit)) return true;
      }
      return false;
    },
  };
}

async function isAncestorOrUnknown(
  repository: Repository,
  before: string,
  after: string,
): Promise<boolean> {
  if ((await resolveCommit(repository, after)) === undefined) return true;
  return isAncestor(repository, before, after);
}

function needsObjects(project: Project, push: PushRequest): boolean {
  const packComes = push.commands.some((command) => !isDeletion(command));
  return packComes && push.commands.some((command) => mayBeForced(project, command));
}

function mayBeForced(project: Project, command: RefCommand): boolean {
  const branch = branchOf(command.ref);
  if (branch === undefined || isCreation(command) || isDeletion(command)) return false;
  return branchRules(project, branch).length > 0 && !mayForcePush(project, branch);
}

async function land(
  exchange: GitExchange,
  caller: Caller,
  project: Project,
  push: PushRequest,
  pack: AsyncIterable<unknown>,
): Promise<Answer> {
  const { headers } = exchange.request;
  const answer = await askBackend(project.repository, {
    method: "POST",
    path: "/git-receive-pack",
    query: "",
    contentType: headers["content-type"],
    gitProtocol: [headers["git-protocol"]].flat()[0],
    user: caller.user?.username ?? "",
    body: Readable.from(joined(push.raw, pack)),
    signal: new AbortController().signal,
  });
  if (answer.status !== 200 || answer.body?.kind !== "stream") return answer;
  const report = await collect(answer.body.value);
  const landed = landedRefs(push, report);
  const done = push.commands.filter(({ ref }) => landed.includes(ref));
  exchange.note({ landed });
  const message = await afterPush(exchange, caller, project, done, push.options);
  return reportAnswer(addMessage(push, report, message));
}

function reportAnswer(report: Buffer): Answer {
  return {
    status: 200,
    headers: {
      "content-type": "application/x-git-receive-pack-result",
      "cache-control": "no-cache",
    },
    body: { kind: "bytes", value: report },
  };
}

async function* joined(head: Buffer, rest: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  yield head;
  yield* rest;
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function membersUrl(exchange: GitExchange, project: Project): string {
  return `${exchange.origin}/${project.path}/-/project_members`;
}

function malformedPush(): Refusal {
  return new Refusal(text("The request is not a git push.\n", 400));
}
