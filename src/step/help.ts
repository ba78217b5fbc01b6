import { commonInputs } from "./common-inputs.ts";
import type { Step } from "./define.ts";
import type { Input, Inputs } from "./inputs/input.ts";

/** The exit codes, as help and docs say them. */
export const exitCodes: readonly (readonly [codes: string, meaning: string])[] = [
  ["0", "done, or nothing to do"],
  ["1", "the gate said no (tests failed, below threshold)"],
  ["2", "inputs or project configuration wrong"],
  ["3", "refused: permission, protected ref, conflict with what is already published"],
  ["4", "temporarily unavailable after retries: run the job again"],
  ["5", "the machine lacks something: tool, disk space, memory"],
  ["70", "a defect of Slipway"],
  ["130, 143", "interrupted, terminated: what was done and what was not is printed"],
];

const width = 100;

/** What `<step> --help` prints. */
export function helpText(step: Step): string {
  const outputs = Object.entries(step.outputs);
  return [
    `${step.name}: ${step.summary}.`,
    `Usage: ${step.name}\n       ${step.name} --help | --version\n\nEverything is set by environment variables; an empty one counts as unset.`,
    `Inputs:\n${inputsText(step.inputs)}`,
    `Inputs of every step:\n${inputsText(commonInputs)}`,
    ...(outputs.length === 0
      ? []
      : [
          `Outputs, in the dotenv file:\n${outputs.map(([name, about]) => `  ${name}\n${wrap(about, 6)}`).join("\n")}`,
        ]),
    `Exit codes:\n${exitCodes.map(([code, meaning]) => `  ${code.padEnd(9)} ${meaning}`).join("\n")}`,
    `Examples:\n${step.examples.map(({ title, command }) => `  # ${title}\n  ${command.replaceAll("\n", "\n  ")}`).join("\n\n")}`,
  ]
    .join("\n\n")
    .concat("\n");
}

function inputsText(inputs: Inputs): string {
  return Object.entries(inputs)
    .map(
      ([name, input]) =>
        `  ${name}${necessity(input)}\n${wrap(`${input.about} ${details(input)}`.trim(), 6)}`,
    )
    .join("\n");
}

function necessity(input: Input): string {
  if (input.default !== undefined || input.optional === true) return "";
  return (input.from ?? input.chain) === undefined ? " (required)" : "";
}

/** Where an input's value comes from and what it may be, in one line; docs use it too. */
export function details(input: Input): string {
  return [
    `Expected: ${input.expected}.`,
    ...(input.secret ? ["Or a file that holds it, in the same name with _FILE."] : []),
    ...(input.chain === undefined
      ? []
      : [`Else the output ${input.chain.join(", ")} of an earlier step.`]),
    ...(input.from === undefined ? [] : [`Else ${input.from.join(", ")}.`]),
    ...(input.default === undefined ? [] : [`Default: ${input.default}.`]),
    ...(input.example === undefined ? [] : [`Example: ${input.example.replaceAll("\n", ", ")}`]),
  ].join(" ");
}

function wrap(text: string, indent: number): string {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1) ?? "";
    if (last.length + word.length + indent >= width) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines.map((line) => " ".repeat(indent) + line).join("\n");
}
