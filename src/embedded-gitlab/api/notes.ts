import { assertMay, assertUser, readableProject } from "../access/permissions.ts";
import { json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import { queryParameters } from "../http/body.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import { recordNotFound, refuse } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import type { MergeRequest, Note, Project } from "../world/model.ts";
import { existingMergeRequest } from "./merge-requests.ts";
import { showTime, showUser } from "./user-entity.ts";

const base = "/projects/:id/merge_requests/:iid/notes";

/** https://docs.gitlab.com/api/notes/#merge-requests */
export const noteRoutes = [
  route("GET", base, listNotes, { jobToken: "read_merge_requests" }),
  route("POST", base, createNote),
  route("GET", `${base}/:note_id`, getNote, { jobToken: "read_merge_requests" }),
  route("PUT", `${base}/:note_id`, updateNote),
  route("DELETE", `${base}/:note_id`, deleteNote),
];

async function listNotes(exchange: Exchange): Promise<Answer> {
  const { project, mergeRequest } = open(exchange);
  const query = queryParameters(exchange.query);
  const orderBy = query.oneOf("order_by", ["created_at", "updated_at"]) ?? "created_at";
  const direction = query.oneOf("sort", ["desc", "asc"]) ?? "desc";
  const dateOf = (note: Note): number =>
    (orderBy === "created_at" ? note.createdAt : note.updatedAt).getTime();
  const sorted = mergeRequest.notes.toSorted((a, b) => dateOf(a) - dateOf(b) || a.id - b.id);
  const notes = direction === "asc" ? sorted : sorted.toReversed();
  return page(exchange, notes, (note) => showNote(exchange, project, mergeRequest, note));
}

async function createNote(exchange: Exchange): Promise<Answer> {
  const author = assertUser(exchange);
  const { project, mergeRequest } = open(exchange);
  assertMay(exchange, project, "create_note");
  const parameters = await exchange.parameters();
  const body = parameters.requiredText("body");
  if (body.trim() === "") throw refuse(400, { note: ["can't be blank"] });
  const now = exchange.world.now();
  const note: Note = {
    id: exchange.world.nextId("note"),
    author,
    body,
    internal: parameters.boolean("internal") ?? false,
    createdAt: now,
    updatedAt: now,
  };
  mergeRequest.notes.push(note);
  return json(showNote(exchange, project, mergeRequest, note), 201);
}

function getNote(exchange: Exchange): Answer {
  const { project, mergeRequest } = open(exchange);
  const note = existingNote(exchange, mergeRequest);
  return json(showNote(exchange, project, mergeRequest, note));
}

async function updateNote(exchange: Exchange): Promise<Answer> {
  const { project, mergeRequest, note } = ownNote(exchange);
  note.body = (await exchange.parameters()).requiredText("body");
  note.updatedAt = exchange.world.now();
  return json(showNote(exchange, project, mergeRequest, note));
}

function deleteNote(exchange: Exchange): Answer {
  const { project, mergeRequest, note } = ownNote(exchange);
  mergeRequest.notes = mergeRequest.notes.filter((one) => one !== note);
  return json(showNote(exchange, project, mergeRequest, note));
}

function open(exchange: Exchange): { project: Project; mergeRequest: MergeRequest } {
  const project = readableProject(exchange);
  assertMay(exchange, project, "read_code");
  return { project, mergeRequest: existingMergeRequest(exchange, project) };
}

function ownNote(exchange: Exchange) {
  const user = assertUser(exchange);
  const { project, mergeRequest } = open(exchange);
  const note = existingNote(exchange, mergeRequest);
  if (note.author !== user) assertMay(exchange, project, "admin_project");
  return { project, mergeRequest, note };
}

function existingNote(exchange: Exchange, mergeRequest: MergeRequest): Note {
  const note = mergeRequest.notes.find((one) => String(one.id) === param(exchange, "note_id"));
  if (note === undefined) throw recordNotFound();
  return note;
}

function showNote(exchange: Exchange, project: Project, mergeRequest: MergeRequest, note: Note) {
  return {
    id: note.id,
    type: null,
    body: note.body,
    author: showUser(exchange, note.author),
    created_at: showTime(note.createdAt),
    updated_at: showTime(note.updatedAt),
    system: false,
    noteable_id: mergeRequest.id,
    noteable_type: "MergeRequest",
    project_id: project.id,
    resolvable: false,
    confidential: note.internal,
    internal: note.internal,
    imported: false,
    imported_from: "none",
    noteable_iid: mergeRequest.iid,
    commands_changes: {},
  };
}
