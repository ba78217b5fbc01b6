import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import {
  formatOf,
  packEnvironment,
  packErrors,
  smokeTest,
  type PackOptions,
  type PackPlan,
  type PackResult,
  type SmokeProject,
  type SmokeReport,
} from "../../src/conda/index.ts";
import { bomSuffix, cycloneDxBom } from "../../src/provenance/index.ts";
import type { PackContext } from "./inputs.ts";
import type { PackName } from "./name-pack.ts";
import type { PackSettings } from "./settings.ts";
import { tellPacked, type Packed } from "./tell.ts";

/** An environment that is there, and what is known of it. */
export interface Packable {
  prefix: string;
  named: PackName;
  /** What will be packed, where that was planned already. */
  plan?: PackPlan;
  creator?: string;
  /** Explicit list of what is in it, to be kept beside the pack. */
  lockText?: string;
  project?: SmokeProject & { name: string };
  origin?: PackOptions["projectOrigin"];
  /** When its creation began, seconds since 1970. */
  environmentSeconds?: number;
}

/** Packs, tries the pack out, and only then gives it its name; beside it goes the list of what is inside. */
export async function packAndProve(
  context: PackContext,
  settings: PackSettings,
  packable: Packable,
): Promise<Packed> {
  const { log, signal, inputs, cwd } = context;
  const { prefix, named, project, origin, environmentSeconds } = packable;
  const { output } = named;
  // Only the folder of the default name is ours to make.
  if (inputs.PACK_OUTPUT === undefined) await mkdir(dirname(output), { recursive: true });
  let smoke: SmokeReport | undefined;
  const prove = async (pack: string): Promise<void> => {
    smoke = await log.section("Trying the pack out at another place", () =>
      smokeTest(
        {
          pack,
          format: formatOf(output),
          folder: resolve(cwd, inputs.PACK_SMOKE_DIR ?? dirname(output)),
          arcroot: inputs.PACK_ARCROOT,
          buildPrefix: prefix,
          project,
          imports: inputs.PACK_SMOKE_IMPORTS ?? [],
        },
        { log, signal },
      ),
    );
  };
  const pack = await packEnvironment(
    prefix,
    {
      ...settings,
      output,
      ...(inputs.PACK_SMOKE_TEST && { prove }),
      ...(packable.plan && { plan: packable.plan }),
      ...(project && { projectName: project.name }),
      ...(origin && { projectOrigin: origin }),
      ...(environmentSeconds !== undefined && { environmentSeconds }),
    },
    { log, signal },
  );
  if (packable.lockText !== undefined) await writeBeside(`${output}.lock.txt`, packable.lockText);
  const bom = await describePack(context, settings, packable, pack);
  await writeBeside(`${output}${bomSuffix}`, bom);
  return { pack, named, smoke, creator: packable.creator };
}

/** The bill of materials: as the environment's own records have it, without anything secret (S08). */
async function describePack(
  { version, redactor }: PackContext,
  { releaseSeconds }: PackSettings,
  { named }: Packable,
  { sha256, contents }: PackResult,
): Promise<string> {
  const file = basename(named.output);
  const bom = await cycloneDxBom({
    file,
    sha256: formatOf(named.output) === "directory" ? undefined : sha256,
    name: named.name ?? file,
    version: named.version,
    releaseSeconds,
    toolVersion: version,
    contentSha256: sha256,
    ...contents,
  });
  return redactor.redact(bom);
}

/**
 * Looks whether what is under the pack's name is what was made. Its sha256 was computed from what was read back from the
 * file, before it got its name and after all was written.
 */
export async function verifyPacked(context: PackContext, packed: Packed): Promise<Packed> {
  const { file, sizeBytes } = packed.pack;
  const found = await stat(file);
  if (!found.isDirectory() && found.size !== sizeBytes)
    throw packErrors("E_FILE_CHANGED", `${file} is not what was written under that name`);
  tellPacked(context, packed);
  return packed;
}

async function writeBeside(path: string, text: string): Promise<void> {
  const part = join(dirname(path), `.${basename(path)}.part`);
  try {
    await writeFile(part, text);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}
