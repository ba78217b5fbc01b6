import { packet } from "./pkt-line.ts";
import type { ByteSource } from "./pkt-line.ts";
import { zeroId } from "./repository.ts";

export interface RefCommand {
  readonly before: string;
  readonly after: string;
  /** In full: `refs/heads/main`. */
  readonly ref: string;
}

/** What a client wants to push, before its objects. */
export interface PushRequest {
  readonly commands: readonly RefCommand[];
  readonly capabilities: readonly string[];
  readonly options: readonly string[];
  /** The bytes that were read to learn this; the pack follows them. */
  readonly raw: Buffer;
}

/**
 * Reads the head of a `git-receive-pack` request.
 * https://git-scm.com/docs/pack-protocol#_reference_update_request_and_packfile_transfer
 * @throws {SyntaxError} where it is none.
 */
export async function readPushRequest(source: ByteSource): Promise<PushRequest> {
  const raw: Buffer[] = [];
  const commands: RefCommand[] = [];
  let capabilities: readonly string[] = [];
  for (const line of await readSection(source, raw)) {
    const [text = "", declared] = line.split("\0");
    if (declared !== undefined) capabilities = declared.trim().split(" ");
    const [, before, after, ref] = /^([0-9a-f]+) ([0-9a-f]+) (.+)$/.exec(text.trimEnd()) ?? [];
    if (before !== undefined && after !== undefined && ref !== undefined) {
      commands.push({ before, after, ref });
    } else if (!text.startsWith("shallow ")) {
      throw new SyntaxError("Not a command to update a ref");
    }
  }
  const options =
    commands.length > 0 && capabilities.includes("push-options")
      ? await readSection(source, raw)
      : [];
  return { commands, capabilities, options, raw: Buffer.concat(raw) };
}

export function isCreation(command: RefCommand): boolean {
  return command.before === zeroId;
}

export function isDeletion(command: RefCommand): boolean {
  return command.after === zeroId;
}

/** The name of the branch a command is about. */
export function branchOf(ref: string): string | undefined {
  return ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : undefined;
}

/** The name of the tag a command is about. */
export function tagOf(ref: string): string | undefined {
  return ref.startsWith("refs/tags/") ? ref.slice("refs/tags/".length) : undefined;
}

async function readSection(source: ByteSource, raw: Buffer[]): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    const next = await source.packet();
    if (next === undefined) return lines;
    raw.push(next.raw);
    if (next.payload === null) return lines;
    lines.push(next.payload.toString());
  }
}

/** The head of a request, for tests and tools that speak the protocol themselves. */
export function writePushRequest(
  commands: readonly RefCommand[],
  capabilities: readonly string[],
): Buffer {
  const lines = commands.map(({ before, after, ref }, index) => {
    const declared = index === 0 ? `\0${capabilities.join(" ")}` : "";
    return packet(`${before} ${after} ${ref}${declared}`);
  });
  return Buffer.concat([...lines, Buffer.from("0000")]);
}
