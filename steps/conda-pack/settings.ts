import { availableParallelism, totalmem } from "node:os";
import { resolve } from "node:path";
import { chooseThreads, readLimits, type PackOptions } from "../../src/conda/index.ts";
import { humanSize } from "../../src/step/index.ts";
import type { PackContext } from "./inputs.ts";

/** What does not depend on the environment: all but the output and the project. */
export type PackSettings = Omit<PackOptions, "output">;

/** Turns inputs and the limits of the machine into options, and says which limit decided. */
export function readSettings(context: PackContext, releaseSeconds: number): PackSettings {
  const { inputs, cwd, log, environment, version } = context;
  const limits = readLimits({
    processors: availableParallelism(),
    totalMemoryBytes: totalmem(),
    procCgroup: "/proc/self/cgroup",
    cgroupRoot: "/sys/fs/cgroup",
  });
  const { threads, reason } = chooseThreads(limits, inputs.PACK_THREADS);
  log.info(
    `Compressing on ${threads} thread${threads === 1 ? "" : "s"} (${reason}; ${limits.cpus} processors: ${limits.cpuReason}, ${humanSize(limits.memoryBytes)}: ${limits.memoryReason})`,
  );
  const filters = [
    ...(inputs.PACK_EXCLUDE ?? []).map((glob) => ({ kind: "exclude" as const, glob })),
    ...(inputs.PACK_INCLUDE ?? []).map((glob) => ({ kind: "include" as const, glob })),
  ];
  return {
    filters,
    releaseSeconds,
    version,
    threads,
    compressor: inputs.PACK_COMPRESSOR,
    searchPath: environment["PATH"] ?? "",
    ignoreMissingFiles: inputs.PACK_IGNORE_MISSING_FILES,
    ignoreEditable: inputs.PACK_IGNORE_EDITABLE,
    keepModes: inputs.PACK_KEEP_MODES,
    zipSymlinks: inputs.PACK_ZIP_SYMLINKS,
    ...(inputs.PACK_LEVEL !== undefined && { level: inputs.PACK_LEVEL }),
    ...(inputs.PACK_DEST_PREFIX !== undefined && { destPrefix: inputs.PACK_DEST_PREFIX }),
    ...(inputs.PACK_ARCROOT !== undefined && { arcroot: inputs.PACK_ARCROOT }),
    ...(inputs.PACK_CACHE_DIR !== undefined && {
      cacheFolder: resolve(cwd, inputs.PACK_CACHE_DIR),
      cacheMaxBytes: inputs.PACK_CACHE_MAX,
    }),
  };
}
