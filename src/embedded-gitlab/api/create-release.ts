import { assertMay, readableProject } from "../access/permissions.ts";
import { findRef } from "../git/refs.ts";
import type { Ref } from "../git/refs.ts";
import { tagTexts } from "../git/refusal-texts.ts";
import { json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Parameters } from "../http/parameters.ts";
import { conflict, invalidParameter, refuse, unprocessable } from "../http/refusals.ts";
import { collectEvidence } from "../releases/evidence.ts";
import { findRelease, mayWriteTag } from "../releases/find-release.ts";
import { checkLink, describeLinkProblems, readLink } from "../releases/link-rules.ts";
import { isRecord, Parameters as ParameterSet } from "../http/parameters.ts";
import type { Milestone, Project, Release, ReleaseLink } from "../world/model.ts";
import { assertCatalog, publishVersion } from "./catalog.ts";
import { makeTag } from "./make-tag.ts";
import { showRelease } from "./release-entity.ts";

/**
 * Makes a release, with its links in the same transaction.
 *
 * The checks come in GitLab's order (Releases::CreateService): right, protected tag, exists, milestones, tag.
 */
export async function createRelease(exchange: Exchange): Promise<Answer> {
  const { world, caller } = exchange;
  const project = readableProject(exchange);
  assertMay(exchange, project, "create_release");
  const parameters = await exchange.parameters();
  const tag = parameters.requiredText("tag_name");
  if (!mayWriteTag(exchange, project, tag)) throw refuse(403, tagTexts.create);
  if (findRelease(project, tag) !== undefined) throw conflict("Release already exists");
  const milestones = pickMilestones(project, parameters) ?? [];
  const now = world.now();
  const releasedAt = parameters.date("released_at") ?? now;
  const links = readLinks(exchange, parameters);
  const ref = await findOrMakeTag(exchange, project, tag, parameters);
  // Nothing else publishes a version: a plain release leaves the catalog alone.
  if (parameters.boolean("legacy_catalog_publish") === true) {
    assertCatalog(project);
    publishVersion(project, tag);
  }
  const release: Release = {
    tag,
    sha: ref.commit,
    author: caller.user,
    createdAt: now,
    name: filled(parameters.text("name")) ?? tag,
    description: parameters.text("description"),
    releasedAt,
    milestones,
    links,
    evidences: [],
  };
  // A release in the past has no evidence; one in the future gets it when it comes.
  const historical = parameters.has("released_at") && releasedAt < now;
  if (!historical && releasedAt <= now) collectEvidence(world, release);
  project.releases.push(release);
  return json(await showRelease(exchange, project, release), 201);
}

/** Milestones by title or id. @throws {Refusal} 400 for one that the project does not have. */
export function pickMilestones(project: Project, parameters: Parameters): Milestone[] | undefined {
  if (parameters.has("milestones") && parameters.has("milestone_ids")) {
    throw invalidParameter("milestones, milestone_ids are mutually exclusive");
  }
  const titles = parameters.texts("milestones");
  if (titles !== undefined) {
    return pick(project, titles, (one, title) => one.title === title, "Milestone(s) not found");
  }
  const ids = parameters.texts("milestone_ids");
  if (ids === undefined) return undefined;
  return pick(project, ids, (one, id) => String(one.id) === id, "Milestone id(s) not found");
}

function pick(
  project: Project,
  wanted: readonly string[],
  fits: (milestone: Milestone, wanted: string) => boolean,
  complaint: string,
): Milestone[] {
  const missing = wanted.filter((item) => !project.milestones.some((one) => fits(one, item)));
  if (missing.length > 0) throw refuse(400, `${complaint}: ${missing.join(", ")}`);
  return project.milestones.filter((one) => wanted.some((item) => fits(one, item)));
}

async function findOrMakeTag(
  exchange: Exchange,
  project: Project,
  tag: string,
  parameters: Parameters,
): Promise<Ref> {
  const existing = await findRef(project.repository, `refs/tags/${tag}`);
  if (existing !== undefined) return existing;
  const ref = parameters.text("ref");
  if (ref === undefined || ref === "") throw unprocessable("Ref is not specified");
  const message = parameters.text("tag_message");
  const made = await makeTag(exchange, project, { name: tag, ref, message });
  if (made.kind === "refused") throw refuse(400, made.text);
  return made.tag;
}

function readLinks(exchange: Exchange, parameters: Parameters): ReleaseLink[] {
  const assets = parameters.raw("assets");
  if (assets === undefined || assets === null) return [];
  if (!isRecord(assets)) throw invalidParameter("assets is invalid");
  const links: ReleaseLink[] = [];
  for (const one of new ParameterSet(new Map(Object.entries(assets))).records("links") ?? []) {
    const link = readLink(one);
    const problems = checkLink(link, links);
    if (Object.keys(problems).length > 0) {
      throw refuse(400, `Validation failed: ${describeLinkProblems(problems)}`);
    }
    links.push({ ...link, id: exchange.world.nextId("release link") });
  }
  return links;
}

function filled(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
