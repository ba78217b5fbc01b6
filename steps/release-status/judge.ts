import type { Check, Question } from "./check.ts";
import { judgeAttested, judgeFiles, judgeLinks, judgeRelease } from "./judge-assets.ts";
import { judgeNext, judgePipeline, judgeTag } from "./judge-flow.ts";
import type { LinkPlace } from "./link-target.ts";
import type { Seen } from "./look.ts";

/** Judges every part of a release, in the order in which a release comes about. It asks nobody anything. */
export async function judge(
  seen: Seen,
  question: Question,
  place: LinkPlace,
): Promise<readonly Check[]> {
  const { attested } = seen;
  const hasFiles = seen.stored.files.length > 0;
  const parts = [
    judgeTag(seen),
    judgeNext(seen, question),
    judgePipeline(seen, question),
    await judgeFiles(seen, question, place.target),
    judgeRelease(seen, question),
    judgeLinks(seen, question, place),
    judgeAttested("checksums", attested.checksums, question, hasFiles),
    judgeAttested("provenance", attested.provenance, question, hasFiles),
    judgeAttested("sbom", attested.sbom, question, hasFiles),
    judgeAttested("signatures", attested.signatures, question, hasFiles),
  ];
  return needsPipeline(parts) ? parts.map(wantPipeline) : parts;
}

/** Whoever released from elsewhere needs no pipeline; where files or the release are missing, it is what should make them. */
function needsPipeline(parts: readonly Check[]): boolean {
  return parts.some(
    ({ part, state }) => (part === "files" || part === "release") && state === "missing",
  );
}

function wantPipeline(check: Check): Check {
  return check.part === "pipeline" && check.state === "none"
    ? { ...check, state: "missing" }
    : check;
}
