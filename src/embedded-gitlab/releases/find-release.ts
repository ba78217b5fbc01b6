import { assertMay, may, readableProject } from "../access/permissions.ts";
import { mayCreateTag, tagRules } from "../access/protection.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { forbidden, notFound } from "../http/refusals.ts";
import { roleIn } from "../access/caller.ts";
import { roles } from "../access/roles.ts";
import type { Project, Release } from "../world/model.ts";

/** The project, for a caller who may see its releases. */
export function releasesProject(exchange: Exchange): Project {
  const project = readableProject(exchange);
  assertMay(exchange, project, "read_release");
  const isMember = roleIn(exchange.caller, project) >= roles.guest;
  if (project.releasesAccess === "private" && !isMember) throw forbidden();
  if (project.releasesAccess === "disabled") throw forbidden();
  return project;
}

/** The release of `:tag`; who may not read code may not ask for one by its tag. */
export function existingRelease(exchange: Exchange, project: Project): Release {
  if (!may(exchange.caller, project, "read_code")) throw forbidden();
  const release = findRelease(project, param(exchange, "tag"));
  if (release === undefined) throw notFound();
  return release;
}

export function findRelease(project: Project, tag: string): Release | undefined {
  return project.releases.find((release) => release.tag === tag);
}

/** Newest first by the date they are released. */
export function newestFirst(releases: readonly Release[]): Release[] {
  return releases.toSorted((a, b) => b.releasedAt.getTime() - a.releasedAt.getTime());
}

/** @throws {Refusal} 403 for who may not write releases, or not this one because its tag is protected. */
export function assertMayWriteRelease(exchange: Exchange, project: Project, tag: string): void {
  assertMay(exchange, project, "create_release");
  if (!mayWriteTag(exchange, project, tag)) throw forbidden();
}

/** Whether the rules of a protected tag let the caller write its release. */
export function mayWriteTag(exchange: Exchange, project: Project, tag: string): boolean {
  return tagRules(project, tag).length === 0 || mayCreateTag(exchange.caller, project, tag);
}
