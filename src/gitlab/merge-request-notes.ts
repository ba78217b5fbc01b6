import { type Effect, humanSize } from "../step/index.ts";
import { part } from "./call.ts";
import { type GitLab, json } from "./client.ts";
import type { Fields } from "./fields.ts";
import { write } from "./outcome.ts";
import { listPages } from "./pages.ts";
import { projectPath } from "./project.ts";

/** A note of a merge request that is known again by a marker at its beginning. */
export interface MarkedNote {
  /** `iid` of the merge request. */
  mergeRequest: string;
  /** The first line of the body: hidden, and different from that of every other note. */
  marker: string;
  /** Begins with the marker. */
  body: string;
}

interface FoundNote {
  id: number;
  body: string;
}

/** The rights that a note needs; the job token may only read notes. */
const needs = "the role Reporter and the scope api; the job token may only read notes";

/**
 * Makes the note once, and brings it up to date ever after: a merge request has one note per marker.
 *
 * @see https://docs.gitlab.com/api/notes/#merge-requests
 */
export function publishNote(gitlab: GitLab, note: MarkedNote): Effect<{ id: number }> {
  const notes = `${projectPath(gitlab)}/merge_requests/${part(note.mergeRequest)}/notes`;
  const find = (): Promise<FoundNote | undefined> => findNote(gitlab, notes, note.marker);
  const current = async (): Promise<{ id: number } | false> => {
    const found = await find();
    return found !== undefined && isSame(found.body, note.body) ? { id: found.id } : false;
  };
  return {
    id: `note:!${note.mergeRequest}`,
    sentence: `Write the note of merge request !${note.mergeRequest} (${humanSize(Buffer.byteLength(note.body))})`,
    isDone: current,
    async apply() {
      const found = await find();
      const call = {
        path: found === undefined ? notes : `${notes}/${found.id}`,
        method: found === undefined ? ("POST" as const) : ("PUT" as const),
        json: { body: note.body },
        purpose: `write the note of merge request !${note.mergeRequest}`,
        needs,
      };
      const answered = await write(gitlab, {
        call,
        isThere: async () => (await current()) !== false,
      });
      if (answered !== "there") json(gitlab, answered);
    },
    async verify() {
      const found = await current();
      if (found === false)
        throw new TypeError(`The note of !${note.mergeRequest} is not as written`);
      return found;
    },
  };
}

/** The oldest note with this marker: a quotation of it in another note begins otherwise. */
async function findNote(
  gitlab: GitLab,
  path: string,
  marker: string,
): Promise<FoundNote | undefined> {
  const call = {
    path,
    query: { sort: "asc", order_by: "created_at" },
    purpose: "read the notes of the merge request",
    needs: "the role Reporter and the scope read_api",
  };
  for await (const fields of listPages(gitlab, call, "notes")) {
    const found = asNote(fields);
    if (found.body.startsWith(marker)) return found;
  }
  return undefined;
}

function asNote(fields: Fields): FoundNote {
  return { id: fields.integer("id"), body: fields.optionalText("body") ?? "" };
}

/** GitLab trims what it stores. */
function isSame(one: string, other: string): boolean {
  return one.replaceAll("\r\n", "\n").trim() === other.trim();
}
