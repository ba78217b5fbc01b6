import { part } from "./call.ts";
import { find, type GitLab } from "./client.ts";
import { type Fields, fieldsOf } from "./fields.ts";
import { listAll } from "./pages.ts";
import { projectPath } from "./project.ts";

export type LinkType = "other" | "runbook" | "image" | "package";

/** An asset link as a release shall have it. */
export interface WantedLink {
  name: string;
  url: string;
  type: LinkType;
  /** `direct_asset_path`: the stable part of the address below the release's page. */
  path: string | undefined;
}

export interface ReleaseLink {
  id: number;
  name: string;
  url: string;
  directUrl: string | undefined;
  type: string | undefined;
}

export interface Release {
  tag: string;
  name: string;
  notes: string;
  releasedAt: string | undefined;
  links: readonly ReleaseLink[];
  /** Address of its page. */
  webUrl: string | undefined;
  /** Whether the asking token's user may change it; `undefined` where GitLab does not say. */
  mayEdit: boolean | undefined;
}

/** `/projects/7/releases/v1.0`. */
export function releasePath(gitlab: Pick<GitLab, "project">, tag: string): string {
  return `${projectPath(gitlab)}/releases/${part(tag)}`;
}

/** A release with its links, or `undefined`. @see https://docs.gitlab.com/api/releases/ */
export async function findRelease(gitlab: GitLab, tag: string): Promise<Release | undefined> {
  const value = await find(gitlab, {
    path: releasePath(gitlab, tag),
    purpose: `read the release ${tag}`,
    needs: "the role Reporter and the scope read_api",
  });
  return value === undefined ? undefined : asRelease(fieldsOf(value, `the release ${tag}`));
}

/** The tags of all releases with their dates, newest first. */
export async function listReleases(
  gitlab: GitLab,
): Promise<readonly Pick<Release, "tag" | "releasedAt">[]> {
  const call = {
    path: `${projectPath(gitlab)}/releases`,
    purpose: "list the releases",
    needs: "the role Reporter and the scope read_api",
  };
  const releases = await listAll(gitlab, call, "a release");
  return releases.map((fields) => ({
    tag: fields.text("tag_name"),
    releasedAt: fields.optionalText("released_at"),
  }));
}

function asRelease(fields: Fields): Release {
  const pages = fields.object("_links");
  return {
    tag: fields.text("tag_name"),
    name: fields.optionalText("name") ?? "",
    notes: fields.optionalText("description") ?? "",
    releasedAt: fields.optionalText("released_at"),
    links: (fields.object("assets")?.objects("links") ?? []).map(asLink),
    webUrl: pages?.optionalText("self"),
    // GitLab shows the page for editing to those alone who may, by role and by the protection of the tag.
    mayEdit: pages === undefined ? undefined : pages.optionalText("edit_url") !== undefined,
  };
}

function asLink(fields: Fields): ReleaseLink {
  return {
    id: fields.integer("id"),
    name: fields.text("name"),
    url: fields.text("url"),
    directUrl: fields.optionalText("direct_asset_url"),
    type: fields.optionalText("link_type"),
  };
}
