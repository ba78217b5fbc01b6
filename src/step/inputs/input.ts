/** A JSON schema fragment, as docs and components need it. */
export type Schema = Readonly<Record<string, unknown>>;

/** What every kind of input can be given. */
export interface InputOptions {
  /** One or two sentences for the person who sets it. */
  about: string;
  /** A value as one would write it. */
  example?: string;
  /** Used where nothing else gives a value; written as the user would write it. */
  default?: string;
  /** Without a value the step runs all the same and sees `undefined`. */
  optional?: true;
  /** Variables that are read, in this order, where this one is empty. */
  from?: readonly string[];
  /** Outputs of earlier steps that are read, in this order, before `from`. */
  chain?: readonly string[];
}

/** One environment variable of a step: the single source of its parser, type, help, docs and schema. */
export interface Input<Value = unknown> extends InputOptions {
  readonly kind: string;
  /** What a good value is, to follow "expected". */
  readonly expected: string;
  readonly secret: boolean;
  /** Lists may be written in lines or with commas. */
  readonly list: boolean;
  readonly schema: Schema;
  /** @throws {BadValue} where the text is not what is expected. */
  parse(text: string): Value;
}

/** The text of a variable is not what its kind expects. */
export class BadValue extends Error {}

export type Inputs = Readonly<Record<string, Input>>;

/** The parsed values of a set of inputs. */
export type Values<Set extends Inputs> = {
  readonly [Name in keyof Set]: Set[Name] extends Input<infer Value> ? Value : never;
};

/** `undefined` is a possible value exactly where the declaration says `optional`. */
export type Given<Options extends InputOptions, Value> = Options extends { optional: true }
  ? Value | undefined
  : Value;
