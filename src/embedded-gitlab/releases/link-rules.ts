import type { Parameters } from "../http/parameters.ts";
import { invalidParameter } from "../http/refusals.ts";
import { linkTypes } from "../world/model.ts";
import type { LinkType, ReleaseLink } from "../world/model.ts";

export interface LinkInit {
  readonly name: string;
  readonly url: string;
  readonly filepath: string | undefined;
  readonly linkType: LinkType;
}

/** What is wrong with links, per field: `{"url": ["has already been taken"]}`. */
export type LinkProblems = Readonly<Record<string, readonly string[]>>;

/** A link as a client describes it. `filepath` is the old name of `direct_asset_path`. */
export function readLink(parameters: Parameters): LinkInit {
  return {
    name: parameters.requiredText("name"),
    url: parameters.requiredText("url"),
    filepath: readFilepath(parameters),
    linkType: parameters.oneOf("link_type", linkTypes) ?? "other",
  };
}

/** @throws {Refusal} 400 where both names of the path are given. */
export function readFilepath(parameters: Parameters): string | undefined {
  if (parameters.has("direct_asset_path") && parameters.has("filepath")) {
    throw invalidParameter("direct_asset_path, filepath are mutually exclusive");
  }
  return parameters.text("direct_asset_path") ?? parameters.text("filepath");
}

/** GitLab's rules for a link of a release among its others (Releases::Link). */
export function checkLink(link: LinkInit, others: readonly ReleaseLink[]): LinkProblems {
  const problems = new Map<string, string[]>();
  const add = (field: string, text: string): void => {
    problems.set(field, [...(problems.get(field) ?? []), text]);
  };
  if (link.name.trim() === "") add("name", "can't be blank");
  if (link.url.trim() === "") add("url", "can't be blank");
  if (!isAllowedUrl(link.url)) add("url", "is blocked: Only allowed schemes are http, https, ftp");
  if (others.some((other) => other.url === link.url)) add("url", "has already been taken");
  if (others.some((other) => other.name === link.name)) add("name", "has already been taken");
  checkFilepath(link.filepath, others, add);
  return Object.fromEntries(problems);
}

/** The problems as one sentence, as GitLab joins them. */
export function describeLinkProblems(problems: LinkProblems): string {
  return Object.entries(problems)
    .flatMap(([field, texts]) => texts.map((text) => `Links ${field} ${text}`))
    .join(", ");
}

function checkFilepath(
  filepath: string | undefined,
  others: readonly ReleaseLink[],
  add: (field: string, text: string) => void,
): void {
  if (filepath === undefined) return;
  if (filepath.length > 128) add("filepath", "is too long (maximum is 128 characters)");
  if (!/^\/[^/](?!.*\/\/.*)[-.\w/]+[\da-zA-Z]+$/.test(filepath)) {
    add("filepath", "is in an invalid format");
  }
  if (others.some((other) => other.filepath === filepath)) {
    add("filepath", "has already been taken");
  }
}

function isAllowedUrl(url: string): boolean {
  try {
    return ["http:", "https:", "ftp:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}
