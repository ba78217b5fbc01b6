import { createHash } from "node:crypto";
import type { Release } from "../world/model.ts";
import type { World } from "../world/world.ts";

/** Records what the release looked like. https://docs.gitlab.com/user/project/releases/release_evidence/ */
export function collectEvidence(world: World, release: Release): void {
  const { tag, sha, name, description } = release;
  const summary = JSON.stringify({ release: { tag_name: tag, sha, name, description } });
  release.evidences.push({
    id: world.nextId("evidence"),
    sha: createHash("sha256").update(summary).digest("hex"),
    collectedAt: world.now(),
  });
}
