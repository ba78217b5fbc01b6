import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { invalidParameter, refuse } from "./refusals.ts";
import { isRecord, Parameters } from "./parameters.ts";

const largestBodyBytes = 300 * 1024 * 1024;

/** Query and body of a request as one set of parameters; the body wins. */
export async function readParameters(
  body: Readable,
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
): Promise<Parameters> {
  const values = new Map<string, unknown>();
  fillFromForm(values, query);
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  const bytes = await readBody(body);
  if (bytes.length > 0 && type === "application/x-www-form-urlencoded") {
    fillFromForm(values, new URLSearchParams(bytes.toString()));
  } else if (bytes.length > 0 && type === "multipart/form-data") {
    await fillFromMultipart(values, bytes, headers["content-type"] ?? "");
  } else if (bytes.length > 0) {
    for (const [key, value] of Object.entries(parseJson(bytes))) values.set(key, value);
  }
  return new Parameters(values);
}

/** The query alone. */
export function queryParameters(query: URLSearchParams): Parameters {
  const values = new Map<string, unknown>();
  fillFromForm(values, query);
  return new Parameters(values);
}

async function readBody(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > largestBodyBytes) throw refuse(413, "413 Request Entity Too Large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    if (isRecord(value)) return value;
  } catch {
    throw invalidParameter("There was a problem in the JSON you submitted: unexpected token");
  }
  throw invalidParameter("There was a problem in the JSON you submitted: an object is expected");
}

// `a=1`, `list[]=1`, `list[0]=1` and `map[key]=value`; a list of maps is what JSON is for.
function fillFromForm(values: Map<string, unknown>, form: URLSearchParams): void {
  for (const [name, value] of form) {
    const [, base = name, key] = /^([^[]+)\[([^\]]*)\]/.exec(name) ?? [];
    if (key === undefined) values.set(base, value);
    else if (key === "" || /^\d+$/.test(key)) append(values, base, value);
    else values.set(base, { ...recordAt(values, base), [key]: value });
  }
}

function append(values: Map<string, unknown>, name: string, value: string): void {
  const known = values.get(name);
  values.set(name, Array.isArray(known) ? [...known, value] : [value]);
}

function recordAt(values: Map<string, unknown>, name: string): Record<string, unknown> {
  const known = values.get(name);
  return isRecord(known) ? known : {};
}

async function fillFromMultipart(
  values: Map<string, unknown>,
  bytes: Buffer,
  type: string,
): Promise<void> {
  const body = new Uint8Array(bytes);
  const form = await new Response(body, { headers: { "content-type": type } }).formData();
  const plain = new URLSearchParams();
  for (const [name, value] of form) {
    plain.append(name, typeof value === "string" ? value : await value.text());
  }
  fillFromForm(values, plain);
}
