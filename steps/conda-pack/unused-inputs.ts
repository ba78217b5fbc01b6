import type { Values } from "../../src/step/index.ts";
import { knownFormat } from "./check-inputs.ts";
import type { packInputs } from "./inputs.ts";

/** A sentence for each input that was set and changes nothing beside the others: somebody expects it to. */
export function unusedInputs(inputs: Values<typeof packInputs>): readonly string[] {
  const format = knownFormat(inputs.PACK_OUTPUT ?? "x.tgz");
  const isSmoked = inputs.PACK_SMOKE_TEST;
  const unused: readonly (readonly [boolean, string])[] = [
    [
      ["igzip", "libdeflate"].includes(inputs.PACK_COMPRESSOR) && format !== "tar.gz",
      `PACK_COMPRESSOR=${inputs.PACK_COMPRESSOR} is not used: it compresses .tgz and .tar.gz alone`,
    ],
    [
      inputs.PACK_LEVEL !== undefined && (format === "tar" || format === "directory"),
      "PACK_LEVEL is not used: the output is not compressed",
    ],
    [
      inputs.PACK_CACHE_DIR !== undefined && (format === "zip" || format === "directory"),
      "PACK_CACHE_DIR is not used: it keeps segments of tar archives alone",
    ],
    [
      inputs.PACK_ZIP_SYMLINKS && format !== "zip",
      "PACK_ZIP_SYMLINKS is not used: the output is no .zip",
    ],
    [
      inputs.PACK_INCLUDE !== undefined && inputs.PACK_EXCLUDE === undefined,
      "PACK_INCLUDE is not used: it keeps some of what PACK_EXCLUDE leaves out, which is not set",
    ],
    [
      inputs.PACK_SMOKE_IMPORTS !== undefined && !isSmoked,
      "PACK_SMOKE_IMPORTS is not used: PACK_SMOKE_TEST is false",
    ],
    [
      inputs.CONDA_ENVIRONMENT_FILE !== undefined && inputs.CONDA_PREFIX_TO_PACK !== undefined,
      "CONDA_ENVIRONMENT_FILE is not used: CONDA_PREFIX_TO_PACK is packed as it is",
    ],
  ];
  return unused.flatMap(([isUnused, sentence]) => (isUnused ? [sentence] : []));
}
