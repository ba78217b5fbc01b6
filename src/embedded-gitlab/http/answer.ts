import type { Readable } from "node:stream";

export type AnswerHeaders = Readonly<Record<string, string>>;

/** What a route answers; `deliver` writes it. */
export interface Answer {
  readonly status: number;
  readonly headers?: AnswerHeaders;
  readonly body?: AnswerBody;
}

export type AnswerBody =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "bytes"; readonly value: Buffer }
  | { readonly kind: "file"; readonly path: string; readonly sizeBytes: number }
  | { readonly kind: "stream"; readonly value: Readable };

/** A refusal on the way to an answer; thrown, and answered as it is. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`Refused with ${answer.status}`);
    this.name = "Refusal";
    this.answer = answer;
  }
}

export function json(value: unknown, status = 200, headers: AnswerHeaders = {}): Answer {
  return { status, headers, body: { kind: "json", value } };
}

export function text(value: string, status = 200, headers: AnswerHeaders = {}): Answer {
  return { status, headers, body: { kind: "text", value } };
}

export function redirect(location: string, status = 302): Answer {
  return text(`This resource has been moved temporarily to ${location}.`, status, {
    location,
  });
}

export const noContent: Answer = { status: 204 };
