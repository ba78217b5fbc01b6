import { join, relative, resolve } from "node:path";
import {
  createEnvironment,
  findEnvironmentFile,
  installProject,
  planPack,
  previewEnvironment,
  readTruePrefix,
  startThreads,
} from "../../src/conda/index.ts";
import { effect, type Effect, humanSize } from "../../src/step/index.ts";
import type { PackContext } from "./inputs.ts";
import { nameEnvironmentPack, nameProjectPack } from "./name-pack.ts";
import { packAndProve, verifyPacked } from "./pack-effect.ts";
import { readReleaseTime } from "./release-time.ts";
import { readSettings } from "./settings.ts";
import { tellPreview } from "./tell.ts";
import { unusedInputs } from "./unused-inputs.ts";

/** Plans the pack from the project, or from an environment that is there. */
export async function planPacking(context: PackContext): Promise<readonly Effect[]> {
  for (const sentence of unusedInputs(context.inputs)) context.log.warn(sentence);
  return context.inputs.CONDA_PREFIX_TO_PACK === undefined
    ? planProject(context)
    : planEnvironment(context, context.inputs.CONDA_PREFIX_TO_PACK);
}

/** Environment, project, pack. The environment is made in the work folder; its packages are kept. */
async function planProject(context: PackContext): Promise<readonly Effect[]> {
  const { inputs, cwd, environment: env, log, signal, clock } = context;
  const projectDir = resolve(cwd, inputs.PROJECT_DIR);
  const environmentFile = await findEnvironmentFile(projectDir, inputs.CONDA_ENVIRONMENT_FILE);
  const settings = readSettings(context, await readReleaseTime(context));
  const prefix = join(await context.workFolder(), "env");
  const environmentSeconds = Math.floor(clock.now().getTime() / 1000);

  const making = {
    environmentFile,
    env,
    cwd,
    log,
    signal,
    clock,
    channels: inputs.CONDA_CHANNELS ?? [],
  };
  if (context.dryRun)
    tellPreview(context, await previewEnvironment(making, await context.workFolder()));

  const created = applied({
    id: "create-environment",
    sentence: `Make the environment of ${relative(cwd, environmentFile) || environmentFile}`,
    run: () =>
      createEnvironment({
        ...making,
        prefix,
        packagesDirs: (inputs.CONDA_PKGS_DIRS ?? []).map((folder) => resolve(cwd, folder)),
        linkScripts: inputs.PACK_LINK_SCRIPTS,
      }),
  });
  const installed = applied({
    id: "install-project",
    sentence: `Install ${relative(cwd, projectDir) || "the project"} into it with pip`,
    run: () => installProject({ projectDir, prefix, env, log, signal }),
  });
  const packed = applied({
    id: "pack",
    sentence: `Pack it into ${inputs.PACK_OUTPUT ?? "dist/NAME-VERSION.conda.tgz"}${inputs.PACK_SMOKE_TEST ? " and try the pack out" : ""}`,
    run: async () => {
      const project = installed.result();
      const { creator, lockText } = created.result();
      return packAndProve(context, settings, {
        prefix,
        named: await nameProjectPack(context, project),
        creator,
        lockText,
        project,
        environmentSeconds,
        ...originOf(context, projectDir),
      });
    },
    prove: (result) => verifyPacked(context, result),
  });
  return [created, installed, packed];
}

/** A dry run reads an existing environment as a whole, and so tells everything that would be wrong. */
async function planEnvironment(context: PackContext, given: string): Promise<readonly Effect[]> {
  const { cwd, log, signal, dryRun } = context;
  const prefix = await readTruePrefix(resolve(cwd, given));
  const settings = readSettings(context, await readReleaseTime(context));
  const named = nameEnvironmentPack(context);
  if (!dryRun) startThreads(settings.threads);
  const plan = await planPack(prefix, settings, { log, signal });
  if (dryRun) for (const { decide } of plan.groups) await decide();
  return [
    applied({
      id: "pack",
      sentence: `Pack ${prefix} (${plan.files} files, ${humanSize(plan.sizeBytes)}) into ${relative(cwd, named.output)}`,
      run: () => packAndProve(context, settings, { prefix, named, plan }),
      prove: (result) => verifyPacked(context, result),
    }),
  ];
}

/**
 * An effect that is always done anew: what it makes in the work folder is gone with the run, and the pack replaces an
 * earlier one with the same bytes.
 */
function applied<Result>({
  id,
  sentence,
  run,
  prove = async (result) => result,
}: {
  id: string;
  sentence: string;
  run: () => Promise<Result>;
  prove?: (result: Result) => Promise<Result>;
}) {
  let made: { result: Result } | undefined;
  return effect<Result>({
    id,
    sentence,
    isDone: async () => false,
    apply: async () => {
      made = { result: await run() };
    },
    verify: async () => {
      if (made === undefined) throw new TypeError(`${id} was verified before it was applied`);
      return prove(made.result);
    },
  });
}

/** Where others find the sources (PEP 610): the repository of the pipeline, at its commit. */
function originOf({ variable, cwd }: PackContext, projectDir: string) {
  const url = variable("CI_PROJECT_URL");
  const commit = variable("CI_COMMIT_SHA");
  if (url === undefined || commit === undefined) return {};
  const folder = relative(variable("CI_PROJECT_DIR") ?? cwd, projectDir);
  const subdirectory = folder === "" || folder.startsWith("..") ? {} : { subdirectory: folder };
  return { origin: { url: `${url}.git`, commit, ...subdirectory } };
}
