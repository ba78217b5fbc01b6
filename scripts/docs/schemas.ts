import { commonInputs } from "../../src/step/common-inputs.ts";
import type { Input, Step } from "../../src/step/index.ts";
import { recordSchema } from "../../src/step/report/record.ts";

/** The inputs of a step as a JSON schema: for components and for editors. */
export function inputsSchema({ name, summary, inputs }: Step): string {
  const all = Object.entries({ ...inputs, ...commonInputs });
  return json({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `Inputs of ${name}`,
    description: `${summary}.`,
    type: "object",
    properties: Object.fromEntries(all.map(([input, declared]) => [input, property(declared)])),
    required: all.filter(([, declared]) => isRequired(declared)).map(([input]) => input),
  });
}

/** The record that every run leaves. */
export function recordSchemaFile(): string {
  return json(recordSchema);
}

function property({ schema, about, example, default: fallback, parse }: Input): object {
  return {
    ...schema,
    description: about,
    ...(fallback === undefined
      ? {}
      : { default: schema["type"] === "string" ? fallback : parse(fallback) }),
    ...(example === undefined
      ? {}
      : { examples: [schema["type"] === "string" ? example : parse(example)] }),
  };
}

function isRequired({ optional, default: fallback, from, chain }: Input): boolean {
  return optional !== true && fallback === undefined && from === undefined && chain === undefined;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
