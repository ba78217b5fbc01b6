import { defineErrors, exit } from "../step/errors.ts";

/** The errors of making an environment. */
export const condaError = defineErrors({
  E_CONDA_FILE: {
    exit: exit.config,
    cause: "The file that describes the environment is missing or does not hold what it must.",
    cure: "Correct the file; CONDA_ENVIRONMENT_FILE names it.",
  },
  E_CONDA_NO_PYTHON: {
    exit: exit.config,
    cause: "The environment has no python of its own.",
    cure: 'Pin python in the dependencies, for example "- python=3.11".',
  },
  E_CONDA_CHANNEL: {
    exit: exit.config,
    cause: "A channel holds no repodata for this machine, or is no channel.",
    cure: "Check the channel's address in the environment file or in CONDA_CHANNELS.",
  },
  E_CONDA_CHANNEL_DENIED: {
    exit: exit.refused,
    cause: "A channel wants credentials, or refuses those it was given.",
    cure: "Set credentials for the host: in a netrc file, RATTLER_AUTH_FILE or the channel's address.",
  },
  E_CONDA_UNREACHABLE: {
    exit: exit.unavailable,
    cause: "A channel cannot be reached, or fails, after several tries.",
    cure: "Run the job again; check proxy and CA settings where it stays so.",
  },
  E_CONDA_UNSOLVABLE: {
    exit: exit.config,
    cause: "No set of packages fits all dependencies.",
    cure: "Loosen or correct the pins that are named.",
  },
  E_CONDA_SOLVER: {
    exit: exit.machine,
    cause: "The solver broke down, as a rule for want of memory.",
    cure: "Give the job more memory, or use an explicit list or a lock file, which need no solve.",
  },
  E_CONDA_UNPACK: {
    exit: exit.machine,
    cause: "A thread that unpacks packages broke down, as a rule for want of memory.",
    cure: "Give the job more memory.",
  },
  E_CONDA_DIGEST: {
    exit: exit.unavailable,
    cause: "A package that was downloaded is not the one that the repodata or lock file names.",
    cure: "Run the job again; where it stays so, the channel or a proxy in between is broken.",
  },
  E_CONDA_PACKAGE: {
    exit: exit.refused,
    cause: "A package archive is damaged, or would write outside its own folder.",
    cure: "Leave the package out or take another build of it, and tell the owner of the channel.",
  },
  E_CONDA_MUSL: {
    exit: exit.machine,
    cause: "The image has no glibc; conda packages need one.",
    cure: "Use an image that is based on Debian, Ubuntu or Red Hat.",
  },
  E_CONDA_SPACE: {
    exit: exit.machine,
    cause: "A file system is full.",
    cure: "Free space, or let CONDA_PKGS_DIRS name a folder on a larger file system.",
  },
  E_CONDA_PREFIX: {
    exit: exit.machine,
    cause: "The environment cannot be made at its path.",
    cure: "Use another, shorter path.",
  },
  E_CONDA_CREATOR: {
    exit: exit.config,
    cause: "micromamba, mamba or conda, which is on PATH, could not make the environment.",
    cure: "Read its last lines; CONDA_EXE=builtin makes the environment without it.",
  },
  E_CONDA_CACHE: {
    exit: exit.machine,
    cause: "No folder for the package cache can be written to.",
    cure: "Let CONDA_PKGS_DIRS name a folder that can be written to.",
  },
  E_CONDA_CA: {
    exit: exit.config,
    cause: "A CA bundle that is named cannot be read.",
    cure: "Correct CI_SERVER_TLS_CA_FILE, EXTRA_CA_FILE, SSL_CERT_FILE or conda's ssl_verify.",
  },
  E_CONDA_PROXY: {
    exit: exit.config,
    cause: "The proxy that the environment or conda's configuration names cannot be one.",
    cure: "Write HTTP_PROXY and HTTPS_PROXY (or proxy_servers) as http://host:port, with user name and password percent-encoded.",
  },
  E_CONDA_TLS: {
    exit: exit.config,
    cause: "A server's certificate is not trusted.",
    cure: "Let EXTRA_CA_FILE name the bundle of the authority that signed it.",
  },
  E_PIP_INSTALL: {
    exit: exit.config,
    cause: "pip could not install the project or its pip dependencies into the environment.",
    cure: "Read pip's last lines; `pip install .` in the same environment shows the same.",
  },
  E_PIP_MISSING: {
    exit: exit.config,
    cause: "The environment has no pip.",
    cure: 'Add "- pip" to the dependencies of the environment file.',
  },
  E_PROJECT_NOT_INSTALLABLE: {
    exit: exit.config,
    cause: "The project folder holds nothing that pip can install.",
    cure: "Let PROJECT_DIR name the folder with pyproject.toml, setup.cfg or setup.py.",
  },
  E_EXAMPLE_PYTHON: {
    exit: exit.machine,
    cause: "The example's channel needs a CPython 3.9 or newer on the machine.",
    cure: "Install python3, or rehearse with REHEARSE_PACK=source.",
  },
});
