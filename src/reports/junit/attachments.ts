const opening = Buffer.from("[[ATTACHMENT|");
const shape = /\[\[ATTACHMENT\|([^[\]|]+?)\]\]/g;

/** The longest path that is looked for across two pieces of text. */
const longest = 1024;
/** More in one element are of no use: GitLab takes the first. */
const most = 16;

/** Finds `[[ATTACHMENT|path]]` in a text that comes in pieces, without keeping the text. */
export class AttachmentFinder {
  readonly paths: string[] = [];
  #pending = "";

  reset(): void {
    this.paths.length = 0;
    this.#pending = "";
  }

  add(buffer: Buffer, start: number, end: number): void {
    const piece = buffer.subarray(start, end);
    if (this.#pending !== "") {
      const joined = Buffer.concat([Buffer.from(this.#pending, "utf8"), piece]);
      this.#pending = "";
      this.#look(joined);
    } else {
      this.#look(piece);
    }
  }

  #look(piece: Buffer): void {
    if (this.paths.length < most && piece.indexOf(opening) >= 0)
      for (const match of piece.toString("utf8").matchAll(shape))
        if (match[1] !== undefined && this.paths.length < most) this.paths.push(match[1]);
    this.#keepBeginning(piece);
  }

  /** What may be the beginning of one that goes on in the next piece. */
  #keepBeginning(piece: Buffer): void {
    const tail = piece.subarray(Math.max(0, piece.length - longest));
    const at = tail.lastIndexOf(91);
    if (at < 0) return;
    const from = at > 0 && tail[at - 1] === 91 ? at - 1 : at;
    const rest = tail.subarray(from);
    if (rest.indexOf("]]") >= 0) return;
    const known = Math.min(rest.length, opening.length);
    if (rest.subarray(0, known).equals(opening.subarray(0, known)))
      this.#pending = rest.toString("utf8");
  }
}
