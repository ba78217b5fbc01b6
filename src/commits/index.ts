/** What commits say of themselves: Conventional Commits, merge requests, reverts, and what follows for a version. */
export { type Change, readChanges, type ReadCommit } from "./changes.ts";
export { type ChangeGroup, type GroupName, groupChanges, groupNames } from "./groups.ts";
export { type BumpLevel, decideLevel, type Decision } from "./level.ts";
export { type CommitMessage, parseMessage } from "./message.ts";
export { type NotesFacts, notesNames, renderNotes, unknownNames } from "./notes.ts";
