import type { StepError } from "../../step/errors.ts";
import { condaError } from "../errors.ts";
import type { SolveInput } from "./solve.ts";

/** The solver's reasons, with what it had to work with and what may help. */
export function unsolvable(
  message: string,
  unknown: readonly string[],
  { channels, virtualPackages }: SolveInput,
): StepError {
  const titles = channels.map(({ channel }) => channel.title);
  const machine = virtualPackages.map(({ name, version, build }) =>
    name === "__archspec" ? `${name}=${build}` : `${name}=${version}`,
  );
  return condaError(
    "E_CONDA_UNSOLVABLE",
    [
      message.replace(/^Cannot solve the request because of: /, "No set of packages fits: "),
      ...(unknown.length > 0 ? [`No channel has a package named ${unknown.join(", ")}.`] : []),
      `Channels, in order of priority: ${titles.join(", ")}.`,
      `Virtual packages: ${machine.join(", ")}.`,
    ].join("\n"),
    { hint: hintFor(message, titles.length) },
  );
}

function hintFor(message: string, channels: number): string {
  const hints = ["Loosen or correct the pins that are named."];
  if (channels > 1)
    hints.push(
      "A package that the first channel has is taken from no later one: change the order of the channels, or write channel::package.",
    );
  const virtual = /__(glibc|linux|cuda|archspec)/.exec(message)?.[1];
  if (virtual !== undefined)
    hints.push(
      `CONDA_OVERRIDE_${virtual.toUpperCase()} names the version of the machines where the pack runs.`,
    );
  return hints.join(" ");
}
