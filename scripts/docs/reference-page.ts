import { commonInputs } from "../../src/step/common-inputs.ts";
import { exitCodes } from "../../src/step/help.ts";
import type { Input, Inputs, Step } from "../../src/step/index.ts";
import { code, generated, table } from "./markdown.ts";

/** The page of one step: all that its declaration says. */
export function referencePage(step: Step): string {
  const { name, summary, inputs, outputs, examples, errors } = step;
  const codes = errors.flatMap((one) => Object.keys(one)).toSorted();
  return page(
    `# ${name}`,
    `${summary}.`,
    "## Examples",
    ...examples.map(({ title, command }) => `${title}:\n\n\`\`\`sh\n${command}\n\`\`\``),
    "## Inputs",
    `Environment variables; an empty one counts as unset. Those that every step has are on [a page of their own](every-step.md). [JSON schema](${name}.inputs.schema.json)`,
    inputsTable(inputs),
    ...(Object.keys(outputs).length === 0
      ? []
      : [
          "## Outputs",
          "Written to the dotenv file when everything is done and proved.",
          table(
            ["Output", "What it is"],
            Object.entries(outputs).map(([output, about]) => [code(output), about]),
          ),
        ]),
    "## Errors",
    codes.length === 0
      ? "Those of [every step](../errors.md#every-step)."
      : `Those of [every step](../errors.md#every-step), and ${codes.map(errorLink).join(", ")}.`,
    "## Exit codes",
    exitCodesTable(),
  );
}

/** The page of what all steps have in common. */
export function commonPage(): string {
  return page(
    "# Every step",
    "Steps are configured by environment variables alone; the only arguments are `--help` and `--version`.",
    "## Inputs",
    inputsTable(commonInputs),
    "## Exit codes",
    exitCodesTable(),
    "## Record",
    "Each run leaves `<step>.json` in the report folder: [JSON schema](step-record.schema.json).",
  );
}

function inputsTable(inputs: Inputs): string {
  return table(
    ["Input", "What it is", "Expected", "Unset"],
    Object.entries(inputs).map(([name, input]) => [
      code(name),
      input.about,
      input.expected + example(input),
      otherwise(input),
    ]),
  );
}

function example({ example: given }: Input): string {
  return given === undefined ? "" : `, for example ${code(given)}`;
}

/** Where the value comes from when nobody sets it. */
function otherwise({ chain, from, default: fallback, optional, secret }: Input): string {
  const sources = [
    ...(secret ? ["the file that the same name with `_FILE` says"] : []),
    ...(chain === undefined ? [] : [`${chain.map(code).join(", ")} of an earlier step`]),
    ...(from === undefined ? [] : [from.map(code).join(", ")]),
    ...(fallback === undefined ? [] : [code(fallback)]),
  ];
  const isRequired = fallback === undefined && optional !== true;
  if (sources.length === 0) return isRequired ? "**required**" : "";
  return sources.join(", else ") + (isRequired ? ", else an error" : "");
}

function exitCodesTable(): string {
  return table(["Exit code", "Meaning"], exitCodes);
}

function errorLink(error: string): string {
  return `[${error}](../errors.md#${error.toLowerCase()})`;
}

function page(title: string, ...parts: readonly string[]): string {
  return `${[title, generated, ...parts].join("\n\n")}\n`;
}
