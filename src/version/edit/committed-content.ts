/**
 * Whether a file of a working tree holds what was committed, apart from what git itself changes on checkout: line ends
 * (`eol=crlf`, `core.autocrlf`) and `$Id$`. Filters are not run to find out.
 */
export function isSameContent(working: Buffer, committed: Buffer): boolean {
  return working.equals(committed) || plain(working) === plain(committed);
}

/** The bytes of a working file as they would be committed: without CRLF where the committed file has none. */
export function committedForm(working: Buffer, committed: Buffer): Buffer {
  if (committed.includes("\r\n")) return working;
  return Buffer.from(working.toString("latin1").replaceAll("\r\n", "\n"), "latin1");
}

function plain(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replaceAll("\r\n", "\n")
    .replaceAll(/\$Id:[^$\n]*\$/gu, "$Id$$");
}
