import { type Call, title } from "./call.ts";
import { type GitLab, json } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { type Fields, fieldsOf } from "./fields.ts";

const perPage = 100;

/**
 * Reads all pages of a list, by the `Link` header alone: it serves both of GitLab's ways of paging, and the next
 * address is followed, never built (H22).
 *
 * @throws {StepError} E_GITLAB_REDIRECT where the next page is at another origin: the token does not go there.
 * @see https://docs.gitlab.com/api/rest/#pagination
 */
export async function* listPages(
  gitlab: GitLab,
  call: Omit<Call, "method">,
  what: string,
): AsyncGenerator<Fields> {
  const base = new URL(gitlab.api);
  const seen = new Set<string>();
  let next: Call | undefined = {
    ...call,
    method: "GET",
    query: { per_page: perPage, ...call.query },
  };
  while (next !== undefined) {
    const answered = await gitlab.read(next);
    const items = json(gitlab, answered);
    if (!Array.isArray(items))
      throw gitlabError(
        "E_GITLAB_ANSWER",
        `GitLab's answer to ${title(next)} is not a list of ${what}.`,
      );
    for (const item of items) yield fieldsOf(item, what);
    const link = nextLink(answered.headers["link"] ?? "");
    if (link === undefined) return;
    if (seen.has(link))
      throw gitlabError("E_GITLAB_ANSWER", `The pages of ${title(next)} lead in a circle.`);
    seen.add(link);
    next = pageCall(next, link, base);
  }
}

/** Reads all pages into memory. */
export async function listAll(
  gitlab: GitLab,
  call: Omit<Call, "method">,
  what: string,
): Promise<readonly Fields[]> {
  const all: Fields[] = [];
  for await (const item of listPages(gitlab, call, what)) all.push(item);
  return all;
}

/** Reads the first page alone, of up to 100. */
export async function listPage(
  gitlab: GitLab,
  call: Omit<Call, "method">,
  what: string,
): Promise<readonly Fields[]> {
  const first: Fields[] = [];
  for await (const item of listPages(gitlab, call, what)) if (first.push(item) === perPage) break;
  return first;
}

/** The address of `rel="next"` in a `Link` header (RFC 8288). */
export function nextLink(header: string): string | undefined {
  for (const [, target, parameters] of header.matchAll(/<([^>]*)>((?:\s*;\s*[^,;]+)*)/g)) {
    if (target !== undefined && /;\s*rel\s*=\s*"?[^"]*\bnext\b/i.test(parameters ?? ""))
      return target;
  }
  return undefined;
}

function pageCall(call: Call, link: string, base: URL): Call {
  const url = URL.parse(link, base.href);
  const prefix = base.pathname.replace(/\/$/, "");
  if (url === null || url.origin !== base.origin || !url.pathname.startsWith(`${prefix}/`))
    throw gitlabError(
      "E_GITLAB_REDIRECT",
      `The next page of ${title(call)} is said to be at ${url === null ? "no valid address" : url.origin + url.pathname}, which is not below ${base.origin}${prefix}.`,
    );
  return {
    ...call,
    path: url.pathname.slice(prefix.length),
    query: Object.fromEntries(url.searchParams),
  };
}
