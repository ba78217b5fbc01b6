import { type EffectRecord, effectStates } from "../run-effects.ts";

/** `<step>.json`: how a run went, for machines. Stable; docs/reference/step-record.schema.json is generated from {@link recordSchema}. */
export interface StepRecord {
  step: string;
  version: string;
  startedAt: string;
  seconds: number;
  exitCode: number;
  dryRun: boolean;
  error?: { code: string; message: string; hint?: string };
  /** Given inputs as text; secrets are left out. */
  inputs: Readonly<Record<string, string>>;
  effects: readonly EffectRecord[];
  outputs: Readonly<Record<string, string>>;
  data: Readonly<Record<string, unknown>>;
}

export const recordSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Record of one run of a Slipway step",
  type: "object",
  required: [
    "step",
    "version",
    "startedAt",
    "seconds",
    "exitCode",
    "dryRun",
    "inputs",
    "effects",
    "outputs",
    "data",
  ],
  properties: {
    step: { type: "string" },
    version: { type: "string" },
    startedAt: { type: "string", format: "date-time" },
    seconds: { type: "number", minimum: 0 },
    exitCode: { type: "integer", enum: [0, 1, 2, 3, 4, 5, 70, 130, 143] },
    dryRun: { type: "boolean" },
    error: {
      type: "object",
      required: ["code", "message"],
      properties: {
        code: { type: "string", pattern: "^E_[A-Z0-9_]+$" },
        message: { type: "string" },
        hint: { type: "string" },
      },
    },
    inputs: { type: "object", additionalProperties: { type: "string" } },
    effects: {
      type: "array",
      items: {
        type: "object",
        required: ["id", "sentence", "state"],
        properties: {
          id: { type: "string" },
          sentence: { type: "string" },
          state: { enum: effectStates },
        },
      },
    },
    outputs: { type: "object", additionalProperties: { type: "string" } },
    data: { type: "object" },
  },
} as const;
