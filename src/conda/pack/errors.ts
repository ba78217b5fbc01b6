import { defineErrors } from "../../step/errors.ts";

/** What can go wrong while an environment is packed. */
export const packErrors = defineErrors({
  E_PREFIX_MISSING: {
    exit: 2,
    cause: "The folder of the environment to pack does not exist.",
    cure: "Give CONDA_PREFIX_TO_PACK the root folder of an existing environment (the one that holds conda-meta).",
  },
  E_PREFIX_NOT_CONDA: {
    exit: 2,
    cause: "The folder has no conda-meta, so it is not a conda environment.",
    cure: "Give the root folder of an environment that conda, mamba, micromamba or pixi made.",
  },
  E_RECORD_UNREADABLE: {
    exit: 2,
    cause: "A package record in conda-meta is not the JSON that conda writes.",
    cure: "Create the environment again; something wrote into its conda-meta.",
  },
  E_TWO_PYTHONS: {
    exit: 2,
    cause: "Two records of the package python are in conda-meta.",
    cure: "Create the environment again; an interrupted update left both behind.",
  },
  E_PACK_EDITABLE: {
    exit: 2,
    cause: "A package is installed in editable mode: its sources are outside the environment.",
    cure: "Install it without -e, or set PACK_IGNORE_EDITABLE=true where the target has the sources at the same path.",
  },
  E_PACK_FILES_GONE: {
    exit: 2,
    cause: "Files that a package record lists are not in the environment.",
    cure: "Usually pip replaced a conda package, or a clean-up removed files: create the environment again, or set PACK_IGNORE_MISSING_FILES=true.",
  },
  E_PREFIX_TOO_LONG: {
    exit: 2,
    cause: "A binary file has room for a path of limited length only.",
    cure: "Use a shorter PACK_DEST_PREFIX.",
  },
  E_PACK_OPTIONS: {
    exit: 2,
    cause: "Options of the pack are outside what is accepted.",
    cure: "Correct the values named in the message.",
  },
  E_OUTPUT_FOLDER: {
    exit: 2,
    cause: "The output is in a folder that does not exist.",
    cure: "Create the folder, or correct PACK_OUTPUT.",
  },
  E_OUTPUT_EXISTS: {
    exit: 2,
    cause: "The output path already holds something that a pack must not replace.",
    cure: "Remove it, or choose another PACK_OUTPUT.",
  },
  E_PACK_CACHE: {
    exit: 2,
    cause: "PACK_CACHE_DIR is at a place where no folder can be.",
    cure: "Name a folder on a disk; it is made where it is not there yet.",
  },
  E_FILE_CHANGED: {
    exit: 5,
    cause: "A file of the environment changed while it was being packed.",
    cure: "Let nothing else write into the environment while it is packed, and run again.",
  },
  E_PACK_DISK_FULL: {
    exit: 5,
    cause: "The disk that holds the output (or the segment cache) is full.",
    cure: "Free disk space, or point PACK_OUTPUT to another disk.",
  },
  E_COMPRESSOR_MISSING: {
    exit: 5,
    cause: "The chosen compressor is not on this machine.",
    cure: "Install it (Debian: isal for igzip, libdeflate0 for libdeflate), or set PACK_COMPRESSOR=builtin.",
  },
  E_COMPRESSOR_FAILED: {
    exit: 5,
    cause: "The helper that compresses ended with an error or wrote something wrong.",
    cure: "Run again; where it repeats, set PACK_COMPRESSOR=builtin.",
  },
});
