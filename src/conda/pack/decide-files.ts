import { decideCompiled, isCompiled } from "./compiled-modules.ts";
import { decideContent, type Decision, type DecisionContext } from "./decide-content.ts";
import type { OwnedItem } from "./group-items.ts";
import type { PlanOptions } from "./options.ts";
import { createMetaDecider } from "./own-meta.ts";
import { factsOf, type Owner } from "./owners.ts";
import type { Clock } from "./plan-pack.ts";
import type { PrefixRecord } from "./prefix-places.ts";
import { sourceOf } from "./pyc.ts";
import { onDisk, type RawPath } from "./raw-path.ts";
import { settleRecord } from "./settle-record.ts";
import type { Survey } from "./survey.ts";
import type { Found } from "./walk.ts";

/** Decides on files one by one, and on those that a decision rests on. */
export interface Decider {
  /** What becomes of a file; `undefined` where it is not packed. */
  of(path: RawPath): Decision | undefined;
  /** Where a prefix stands, in the files decided on so far. */
  records(): PrefixRecord[];
}

type FoundFile = Found & { kind: "file" };

interface Case {
  readonly item: FoundFile;
  readonly owner: Owner;
  isDecided: boolean;
  decision?: Decision | undefined;
}

/** @param wanted all that may be packed */
export function createDecider(
  survey: Survey,
  wanted: readonly OwnedItem[],
  { options, clock, context }: { options: PlanOptions; clock: Clock; context: DecisionContext },
): Decider {
  const { prefix, found } = survey;
  const cases = new Map<RawPath, Case>();
  for (const { item, owner } of wanted)
    if (item.kind === "file") cases.set(item.path, { item, owner, isDecided: false });
  const decideMeta = createMetaDecider(survey, options, context);

  const decide = (path: RawPath): Decision | undefined => {
    const one = cases.get(path);
    if (one === undefined || one.isDecided) return one?.decision;
    const { item, owner } = one;
    one.decision = isCompiled(path) ? decideModule(item, owner) : decideOther(item, owner);
    one.isDecided = true;
    if (one.decision !== undefined && path.endsWith(".dist-info/RECORD"))
      one.decision =
        settleRecord(prefix, path, decide, (listed) => found.has(listed)) ?? one.decision;
    return one.decision;
  };

  const decideOther = (item: FoundFile, owner: Owner): Decision | undefined => {
    const own = decideMeta(item.path);
    if (own !== "ordinary") return own;
    return decideContent(
      {
        path: item.path,
        sizeBytes: item.sizeBytes,
        facts: factsOf(owner, item.path),
        sources: owner.packages.flatMap(({ source }) => source ?? []),
      },
      context,
    );
  };

  const decideModule = ({ path, sizeBytes }: FoundFile, owner: Owner): Decision | undefined => {
    const source = found.get(sourceOf(path) ?? "");
    const owned = source && cases.get(source.path);
    const decision = owned && decide(owned.item.path);
    const packed =
      decision && owned ? { decision, mtimeSeconds: clock(owned.item, owned.owner) } : undefined;
    const isAsPackaged = factsOf(owner, path).some(
      ({ sha256, isMade }) => sha256 !== undefined && !isMade,
    );
    const file = { disk: onDisk(prefix, path), sizeBytes, isAsPackaged };
    return decideCompiled(file, prefix, source, packed, context.scanner);
  };

  return {
    of: decide,
    records: () => [...cases.values()].flatMap(({ decision }) => decision?.record ?? []),
  };
}
