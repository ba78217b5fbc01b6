import { Refusal, text } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Caller } from "../access/caller.ts";
import type { Project } from "../world/model.ts";
import { assertGitAccess, authenticateGit } from "./git-access.ts";
import type { GitService } from "./git-access.ts";
import type { GitExchange } from "./git-exchange.ts";
import { askBackend } from "./http-backend.ts";
import { receivePack } from "./receive-pack.ts";
import { accessTexts } from "./refusal-texts.ts";

/** What of git is served at a path: `/group/project.git/info/refs` and the two services. */
export interface GitTarget {
  readonly projectPath: string;
  readonly endpoint: "info/refs" | GitService;
  /** Without `.git`: GitLab sends the client to the address with it. */
  readonly isBare: boolean;
}

export function findGitTarget(path: string): GitTarget | undefined {
  const match = /^\/(.+?)(\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(path);
  const [, projectPath, suffix, endpoint] = match ?? [];
  if (projectPath === undefined) return undefined;
  const known = endpoints.find((name) => name === endpoint);
  if (known === undefined) return undefined;
  return {
    projectPath: decodeURIComponent(projectPath),
    endpoint: known,
    isBare: suffix !== undefined,
  };
}

/** Answers a git request: who it is, whether they may, and then git itself. */
export async function serveGit(exchange: GitExchange, target: GitTarget): Promise<Answer> {
  const { world, origin, request } = exchange;
  const service = serviceOf(exchange, target);
  if (service === undefined) return text(accessTexts.noGit, 403);
  const caller = authenticateGit(exchange);
  exchange.sawCaller(caller);
  const project = world.findProject(target.projectPath);
  const moved = project === undefined ? world.findMovedProject(target.projectPath) : undefined;
  const found = project ?? moved;
  assertGitAccess(caller, found, service, (job) => {
    return world.projects.get(job.pipeline.projectId)?.path ?? "";
  });
  if (moved !== undefined || !target.isBare) {
    const query = (request.url ?? "").replace(/^[^?]*/, "");
    throw new Refusal(
      text("", 301, { location: `${origin}/${found.path}.git/${target.endpoint}${query}` }),
    );
  }
  if (target.endpoint === "git-receive-pack") return receivePack(exchange, caller, found);
  return ask(exchange, caller, found, target.endpoint);
}

const endpoints = ["info/refs", "git-upload-pack", "git-receive-pack"] as const;

function serviceOf(exchange: GitExchange, { endpoint }: GitTarget): GitService | undefined {
  const isPost = exchange.method === "POST";
  if (endpoint !== "info/refs") return isPost ? endpoint : undefined;
  const service = exchange.query.get("service");
  if (isPost) return undefined;
  return service === "git-upload-pack" || service === "git-receive-pack" ? service : undefined;
}

function ask(
  exchange: GitExchange,
  caller: Caller,
  project: Project,
  endpoint: string,
): Promise<Answer> {
  const { headers } = exchange.request;
  return askBackend(project.repository, {
    method: exchange.method,
    path: `/${endpoint}`,
    query: exchange.query.toString(),
    contentType: headers["content-type"],
    contentEncoding: headers["content-encoding"],
    gitProtocol: [headers["git-protocol"]].flat()[0],
    user: caller.user?.username ?? "",
    body: exchange.body(),
    signal: exchange.signal,
  });
}
