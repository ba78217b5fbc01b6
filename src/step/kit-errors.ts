import { defineErrors, exit } from "./errors.ts";

/** Errors that any step can end with. */
export const kitError = defineErrors({
  E_ARGUMENTS: {
    exit: exit.config,
    cause: "The command was given arguments. Steps are configured by environment variables only.",
    cure: "Set variables instead; `--help` lists them.",
  },
  E_INPUTS: {
    exit: exit.config,
    cause: "One or more inputs have no value or a wrong one. The message lists all of them.",
    cure: "Set the variables that are listed, in the job's `variables:`, in the project's CI/CD settings, or with `docker run -e`.",
  },
  E_DISK: {
    exit: exit.machine,
    cause: "The machine could not write: no space, no inodes, a quota, or a failing disk.",
    cure: "Free space on the named file system or give the runner a larger one, then run the job again.",
  },
  E_NOT_WRITABLE: {
    exit: exit.machine,
    cause:
      "A file or folder may not be written by the user that the step runs as, or is on a read-only file system.",
    cure: "Run as the owner of the checkout (`docker run --user`), or point the named input at a writable place.",
  },
  E_MACHINE: {
    exit: exit.machine,
    cause: "The machine lacks memory, file handles or processes.",
    cure: "Run the job on a larger runner or with less parallelism.",
  },
  E_INTERRUPTED: {
    exit: exit.interrupted,
    cause: "Somebody pressed Ctrl-C (SIGINT).",
    cure: "Run the step again: it finds what is done and goes on.",
  },
  E_TERMINATED: {
    exit: exit.terminated,
    cause: "The job was cancelled or ran into its time limit (SIGTERM).",
    cure: "Run the job again: it finds what is done and goes on.",
  },
  E_DEFECT: {
    exit: exit.defect,
    cause: "Slipway itself failed in a way that nobody foresaw.",
    cure: "Please report it with the report folder of the job (`slipway-report/`): secrets are masked in it.",
  },
});
