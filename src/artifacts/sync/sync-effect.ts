import { forEachBounded } from "../../gitlab/index.ts";
import type { Effect } from "../../step/effect.ts";
import type { Means } from "../transfer/means.ts";
import { type Observed, observe, type OpenArtifact, settle } from "./observe.ts";
import { type ArtifactReport, note, startReport } from "./report.ts";
import { transfer } from "./transfer.ts";
import { type Failed, worstOf } from "./worst.ts";

export interface SyncPlan {
  readonly artifacts: readonly OpenArtifact[];
  readonly means: Means;
  /** How many artifacts are worked on at a time. */
  readonly parallel: number;
  readonly dryRun: boolean;
}

/**
 * Brings every artifact into each of its caches, as one effect: they travel side by side. One that fails keeps no
 * other from its caches (R17); what is there already is not sent again, so that running again goes on where it stopped.
 */
export function syncEffect(plan: SyncPlan, reports: ArtifactReport[]): Effect<void> {
  const { artifacts, means, parallel, dryRun } = plan;
  const left = new Map<OpenArtifact, Observed>();
  const failures = new Map<OpenArtifact, Failed>();
  const reportOf = new Map(artifacts.map((one) => [one, startReport(one)]));
  reports.push(...reportOf.values());

  const each = async (
    some: readonly OpenArtifact[],
    work: (one: OpenArtifact, report: ArtifactReport) => Promise<void>,
  ): Promise<void> => {
    await forEachBounded(some, parallel, async (one) => {
      const report = reportOf.get(one) ?? startReport(one);
      try {
        await work(one, report);
        failures.delete(one);
      } catch (error) {
        means.signal.throwIfAborted();
        failures.set(one, { name: one.artifact.name, error });
        report.state = "failed";
        report.error = error instanceof Error ? error.message : String(error);
        means.log.warn(`${one.artifact.name}: ${report.error}`);
      }
    });
  };
  const settleNoting = (one: OpenArtifact, observed: Observed, report: ArtifactReport) =>
    settle(one, observed, { means, dryRun, seen: (known) => note(report, { known }) });
  const throwIfAny = (): void => {
    const worst = worstOf([...failures.values()], artifacts.length);
    if (worst !== undefined) throw worst;
  };

  return {
    id: "sync",
    sentence: sentenceOf(artifacts),
    async isDone() {
      await each(artifacts, async (one, report) => {
        const observed = await observe(one);
        note(report, observed);
        const { decision, sha256 } = await settleNoting(one, observed, report);
        report.sha256 = sha256;
        if (decision.kind === "done") {
          report.state = "there";
          tellSilentSource(one, observed, means);
          return;
        }
        if (observed.sourceFailure !== undefined) throw observed.sourceFailure;
        left.set(one, observed);
        if (dryRun)
          for (const { title } of decision.places)
            means.log.info(`would: send ${one.artifact.name} to ${title}`);
      });
      if (dryRun || left.size === 0) throwIfAny();
      return left.size === 0 ? undefined : false;
    },
    async apply() {
      await each([...left.keys()], async (one, report) => {
        const observed = await observe(one);
        const { decision } = await settleNoting(one, observed, report);
        if (decision.kind === "done") return;
        const copy = await transfer(one, observed, decision.places, means);
        report.sha256 = copy.sha256;
        report.sizeBytes = copy.sizeBytes;
      });
    },
    async verify() {
      const sent = [...left.keys()].filter((one) => !failures.has(one));
      await each(sent, async (one, report) => {
        const observed = await observe(one);
        const before = new Set(left.get(one)?.known.absent.map(({ title }) => title));
        note(report, observed);
        const { decision } = await settleNoting(one, observed, report);
        report.state = decision.kind === "done" ? "published" : "missing";
        for (const cache of report.caches)
          if (cache.state === "there" && before.has(cache.title)) cache.state = "published";
      });
      throwIfAny();
    },
  };
}

function tellSilentSource(
  { artifact }: OpenArtifact,
  { sourceFailure }: Observed,
  { log }: Means,
): void {
  if (sourceFailure === undefined) return;
  const why = sourceFailure instanceof Error ? sourceFailure.message : String(sourceFailure);
  log.warn(`${artifact.name} is in all caches; its source could not be asked: ${why}`);
}

function sentenceOf(artifacts: readonly OpenArtifact[]): string {
  const caches = new Set(artifacts.flatMap(({ stores }) => stores));
  const [first] = artifacts;
  const what = artifacts.length === 1 ? first?.artifact.name : `${artifacts.length} artifacts`;
  const where = caches.size === 1 ? [...caches][0]?.title : `${caches.size} caches`;
  return `Bring ${what} into ${where}`;
}
