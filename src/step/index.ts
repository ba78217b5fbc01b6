/** The kit, public from the first day: our own steps use nothing else. */
export { systemClock, type Clock } from "./clock.ts";
export {
  type Beforehand,
  defineStep,
  type Example,
  type Place,
  type Step,
  type StepContext,
  type StepDefinition,
} from "./define.ts";
export { effect, type Effect, type RunnableEffect } from "./effect.ts";
export { defineErrors, exit, StepError, type ErrorDefinition, type ExitCode } from "./errors.ts";
export { combineErrors, errorsOf } from "./errors-of.ts";
export {
  BadValue,
  type Input,
  type InputOptions,
  type Inputs,
  type Values,
} from "./inputs/input.ts";
export {
  boolean,
  byteSize,
  choice,
  decimal,
  globs,
  integer,
  lines,
  list,
  matching,
  path,
  secret,
  secretFile,
  text,
  token,
  url,
} from "./inputs/kinds.ts";
export type { Environment, Problem } from "./inputs/read.ts";
export { humanSize } from "./log/progress.ts";
export { main as runCommand } from "./main.ts";
export { silentLog, type Facts, type Log, type Progress } from "./log.ts";
export type { Block, Cell } from "./report/blocks.ts";
export { Redactor } from "./redact/redactor.ts";
export { runStep, type StepRun } from "./run-step.ts";
export { Secret } from "./secret.ts";
