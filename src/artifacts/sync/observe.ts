import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type CacheStore, differs } from "../caches/store.ts";
import type { SourceFile } from "../sources/source.ts";
import type { SourceFacts } from "../transfer/download.ts";
import type { Means } from "../transfer/means.ts";
import { decide, type Decision, type Known } from "./decide.ts";
import type { WantedArtifact } from "./group.ts";

/** An artifact with its open source and caches. */
export interface OpenArtifact {
  readonly artifact: WantedArtifact;
  readonly source: SourceFile;
  readonly stores: readonly CacheStore[];
}

/** What was seen of an artifact. */
export interface Observed {
  readonly facts: SourceFacts;
  readonly known: Known<CacheStore>;
  /** Why the source could not be asked, where it could not. */
  readonly sourceFailure: unknown;
}

const nothingSaid: SourceFacts = { sizeBytes: undefined, digests: {} };

/**
 * Looks at the source and all caches of an artifact, without reading any file. A source that fails is no failure yet:
 * where every cache has the artifact, nobody needs it.
 */
export async function observe({ artifact, source, stores }: OpenArtifact): Promise<Observed> {
  const [looked, ...found] = await Promise.all([
    source.look().then(
      (facts) => ({ facts }),
      (failure: unknown) => ({ failure }),
    ),
    ...stores.map(async (place) => ({ place, stored: await place.find(artifact.name) })),
  ]);
  const facts = "facts" in looked ? looked.facts : nothingSaid;
  return {
    facts,
    known: {
      wanted: { sizeBytes: facts.sizeBytes, sha256: facts.digests.sha256 },
      there: found.flatMap(({ place, stored }) =>
        stored === undefined ? [] : [{ place, stored }],
      ),
      absent: found.flatMap(({ place, stored }) => (stored === undefined ? [place] : [])),
    },
    sourceFailure: "failure" in looked ? looked.failure : undefined,
  };
}

/** What is left to do for an artifact. */
export interface Settled {
  readonly decision: Extract<Decision<CacheStore>, { kind: "done" | "send" }>;
  readonly sha256: string | undefined;
}

export interface SettleOptions {
  readonly means: Means;
  readonly dryRun: boolean;
  /** Gets what is known once files were read back. */
  seen(known: Known<CacheStore>): void;
}

/**
 * Decides what is left to do. What no cache vouches for is read back and compared, with the source's digest or, where
 * the source names none, with the source's bytes: once, for then it is remembered.
 *
 * @throws {StepError} E_ARTIFACT_DIFFERS
 */
export async function settle(
  open: OpenArtifact,
  observed: Observed,
  { means, dryRun, seen }: SettleOptions,
): Promise<Settled> {
  const { known } = observed;
  const decision = decide(known);
  if (decision.kind === "done" || decision.kind === "send") return settledAs(known, decision);
  if (decision.kind !== "read back") throw differenceOf(open, known, decision);

  const { name } = open.artifact;
  const sha256 = known.wanted.sha256 ?? (await digestAtSource(open, observed, means));
  const there = await Promise.all(
    known.there.map(async ({ place, stored }) => ({
      place,
      stored: stored.sha256 === undefined ? await place.readBack(name) : stored,
    })),
  );
  const read = { ...known, there, wanted: { ...known.wanted, sha256 } };
  seen(read);
  const final = decide<CacheStore>(read);
  if (final.kind !== "done" && final.kind !== "send") {
    if (final.kind === "read back") throw new TypeError("What was read has no digest");
    throw differenceOf(open, read, final);
  }
  if (sha256 !== undefined && !dryRun)
    await Promise.all(decision.places.map((place) => place.remember(name, sha256)));
  return settledAs(read, final);
}

function settledAs(known: Known<CacheStore>, decision: Settled["decision"]): Settled {
  return { decision, sha256: known.wanted.sha256 ?? known.there[0]?.stored.sha256 };
}

/** @returns `undefined` where the source cannot be asked: what is in all caches stays good. */
async function digestAtSource(
  { source }: OpenArtifact,
  { facts, sourceFailure }: Observed,
  { workFolder }: Means,
): Promise<string | undefined> {
  if (sourceFailure !== undefined) return undefined;
  const path = join(await workFolder(), `${crypto.randomUUID()}.download`);
  try {
    return (await source.fetch(path, facts, () => {})).sha256;
  } finally {
    await rm(path, { force: true });
  }
}

/** The refusal that two different files under one name mean. */
function differenceOf(
  { artifact, source }: Pick<OpenArtifact, "artifact" | "source">,
  { wanted }: Known<CacheStore>,
  decision: Extract<Decision<CacheStore>, { kind: "differs" | "differ" }>,
): Error {
  const { name } = artifact;
  if (decision.kind === "differs") {
    const { place, stored } = decision;
    return differs(name, { title: place.title, ...stored }, { title: source.title, ...wanted });
  }
  const { first, second } = decision;
  return differs(
    name,
    { title: first.place.title, ...first.stored },
    { title: second.place.title, ...second.stored },
  );
}

/** Refuses what is known to differ, without reading anything. @throws {StepError} E_ARTIFACT_DIFFERS */
export function refuseDifferent(open: OpenArtifact, known: Known<CacheStore>): void {
  const decision = decide(known);
  if (decision.kind === "differs" || decision.kind === "differ")
    throw differenceOf(open, known, decision);
}
