import {
  boolean,
  byteSize,
  choice,
  globs,
  integer,
  list,
  matching,
  path,
  type StepContext,
} from "../../src/step/index.ts";

const projectInputs = {
  PROJECT_DIR: path({
    default: ".",
    about: "Folder of the project that is installed into the environment with pip.",
    example: "packages/jobs",
  }),
  CONDA_ENVIRONMENT_FILE: path({
    optional: true,
    about:
      "Environment file, explicit list or conda-lock file, relative to PROJECT_DIR. By default conda-environment.yaml, conda-environment.yml, environment.yml or environment.yaml.",
    example: "conda-linux-64.lock",
  }),
  CONDA_CHANNELS: list({
    optional: true,
    about: "Channels instead of those in the environment file: names, addresses or paths.",
    example: "https://conda.example.org/internal, conda-forge",
  }),
  CONDA_PKGS_DIRS: list({
    optional: true,
    about:
      "Folders that packages are kept in; the first writable one is used. A folder of the project suits GitLab's cache.",
    example: ".cache/conda",
  }),
  PACK_LINK_SCRIPTS: boolean({
    default: "false",
    about: "Whether post-link scripts of conda packages are run. They are code of the packages.",
  }),
  CONDA_PREFIX_TO_PACK: path({
    optional: true,
    about:
      "An existing environment to pack as it is: no environment is made, no project is installed. Needs PACK_NAME and PACK_VERSION, or PACK_OUTPUT.",
    example: "/opt/conda/envs/jobs",
  }),
};

// Either becomes a part of the file's name: a slash would lead elsewhere.
const fileNamePart = /^[A-Za-z0-9][\w.+!-]*$/;
// Who unpacks the archive trusts its paths.
const relativeFolder = /^(?!\.\.?(?:\/|$))[^/]+(?:\/(?!\.\.?(?:\/|$))[^/]+)*$/;

const outputInputs = {
  PACK_OUTPUT: path({
    optional: true,
    about:
      "File to make. Its suffix is the format: .conda.tgz, .tgz, .tar.gz, .tar, .tar.zst, .zip, none for a directory. By default dist/NAME-VERSION.conda.tgz, for a development version dist/NAME-VERSION-REF-SHA.conda.tgz.",
    example: "dist/jobs.tar.zst",
  }),
  PACK_NAME: matching(fileNamePart, "letters, digits and . _ + ! -", {
    optional: true,
    about: "Name in the file's name. By default the project's name, lower case and with hyphens.",
    example: "job-project",
  }),
  PACK_VERSION: matching(fileNamePart, "letters, digits and . _ + ! -", {
    optional: true,
    about: "Version in the file's name. By default the project's.",
    example: "0.15.0",
  }),
  PACK_DEST_PREFIX: path({
    optional: true,
    about:
      "Where the pack will be unpacked, if that is known: the path is written now, and the pack has no conda-unpack.",
    example: "./venv",
  }),
  PACK_ARCROOT: matching(relativeFolder, "a relative path without . and ..", {
    optional: true,
    about: "Folder in the archive that everything goes under.",
    example: "venv",
  }),
  PACK_EXCLUDE: globs({
    optional: true,
    about: "What to leave out: patterns of paths in the pack, * goes over slashes.",
    example: "*.a, include/*, */tests/*",
  }),
  PACK_INCLUDE: globs({
    optional: true,
    about: "What of the excluded to keep all the same.",
    example: "*/numpy/tests/*",
  }),
  PACK_IGNORE_MISSING_FILES: boolean({
    default: "false",
    about: "Pack although files of conda packages are gone from the environment.",
  }),
  PACK_IGNORE_EDITABLE: boolean({
    default: "false",
    about: "Pack although packages are installed in editable mode; their sources are not packed.",
  }),
  PACK_KEEP_MODES: boolean({
    default: "false",
    about: "Keep permissions as they are instead of 0755 and 0644.",
  }),
  PACK_ZIP_SYMLINKS: boolean({
    default: "false",
    about: "Store links in a zip as links, which Java does not read, instead of as copies.",
  }),
};

const compressionInputs = {
  PACK_COMPRESSOR: choice(["auto", "builtin", "igzip", "libdeflate"], {
    default: "auto",
    about:
      "What compresses a .tgz: igzip is several times faster than builtin and makes a file that is a tenth larger; libdeflate is twice as fast and makes one as small. auto takes igzip where it is installed, else builtin.",
  }),
  PACK_LEVEL: integer({
    optional: true,
    min: 0,
    max: 19,
    about:
      "Compression level: builtin 1 to 9 (default 4), igzip 0 to 3 (default 2), libdeflate 1 to 12 (default 2), zstd 1 to 19 (default 3). With auto, a level that igzip does not know means builtin.",
    example: "6",
  }),
  PACK_THREADS: integer({
    optional: true,
    min: 1,
    max: 256,
    about:
      "Threads that compress. By default as many as the machine's processors and the container's limits allow. The bytes are the same for every number.",
    example: "4",
  }),
  PACK_CACHE_DIR: path({
    optional: true,
    about:
      "Folder that keeps compressed segments of unchanged packages for the next pack. Off by default.",
    example: ".cache/pack",
  }),
  PACK_CACHE_MAX: byteSize({
    default: "4GiB",
    about: "Size that PACK_CACHE_DIR is kept to; what was not used for longest goes first.",
  }),
};

const smokeInputs = {
  PACK_SMOKE_TEST: boolean({
    default: "true",
    about:
      "Whether the pack is unpacked at another place and tried there before it gets its name: python starts, the project's modules import, its scripts load, before and after conda-unpack.",
  }),
  PACK_SMOKE_DIR: path({
    optional: true,
    about:
      "Folder for the smoke test, where programs may be started. By default the folder of the output.",
    example: "/var/tmp",
  }),
  PACK_SMOKE_IMPORTS: list({
    optional: true,
    about: "Further modules that must import.",
    example: "numpy, pyarrow.parquet",
  }),
};

export const packInputs = {
  ...projectInputs,
  ...outputInputs,
  ...compressionInputs,
  ...smokeInputs,
};

export const packOutputs = {
  PACK_FILE: "The pack, relative to the working directory where it is inside",
  PACK_SHA256: "Its SHA-256",
  PACK_SIZE: "Its size in bytes",
  PACKED_NAME: "Name of the project that was packed",
  PACKED_VERSION: "Its version, as the bump configuration writes it",
};

export type PackContext = StepContext<typeof packInputs, typeof packOutputs>;
