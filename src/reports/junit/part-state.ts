import type { XmlAttributes } from "../xml/attributes.ts";
import { AttachmentFinder } from "./attachments.ts";
import { isBlank } from "./blank.ts";
import type { ElementFacts } from "./hash-value.ts";
import { BoundedText } from "./text-tail.ts";
import { word } from "./vocabulary.ts";

const messageBytes = 4 * 1024;
const textBytes = 64 * 1024;

/** A direct child of a test case (or a failure directly in a suite) while it is read. Made once and used again. */
export class PartState implements ElementFacts {
  kind = 0;
  line = 0;
  column = 0;
  attributes = 0;
  children = 0;
  hasText = false;
  hasContent = false;
  type: string | undefined;
  isNil = false;
  message: string | undefined;
  time: string | undefined;
  readonly #own = new BoundedText(textBytes / 2, textBytes / 2);
  /** Where the text goes. */
  text = this.#own;
  readonly attachments = new AttachmentFinder();
  #wantsText = false;

  begin(kind: number, attributes: XmlAttributes, wantsText: boolean): void {
    this.kind = kind;
    this.attributes = 0;
    this.children = 0;
    this.hasText = false;
    this.hasContent = false;
    this.type = undefined;
    this.isNil = false;
    this.message = undefined;
    this.time = undefined;
    this.#wantsText = wantsText;
    this.text = this.#own;
    this.text.reset();
    this.attachments.reset();
    for (let at = 0; at < attributes.count; at += 1) this.#take(attributes, at);
  }

  /** Sends the text elsewhere: several outputs of a case share one tail. */
  divert(text: BoundedText): void {
    this.text = text;
    this.#wantsText = true;
  }

  add(buffer: Buffer, start: number, end: number): void {
    this.hasText = true;
    if (!this.hasContent) this.hasContent = !isBlank(buffer, start, end);
    if (this.#wantsText) this.text.add(buffer, start, end);
    this.attachments.add(buffer, start, end);
  }

  /** Text of a `<stackTrace>` inside: shown, although GitLab does not count it as text of this element. */
  addInner(buffer: Buffer, start: number, end: number): void {
    if (this.#wantsText) this.text.add(buffer, start, end);
  }

  #take(attributes: XmlAttributes, at: number): void {
    const name = attributes.name(at);
    if (name === undefined || name.kind === word.xmlns || name.prefix === "xmlns") return;
    this.attributes += 1;
    if (name.kind === word.message) this.message = attributes.head(at, messageBytes);
    else if (name.kind === word.type) this.type = attributes.head(at, messageBytes);
    else if (name.kind === word.nil) this.isNil = attributes.value(at) === "true";
    else if (name.kind === word.time) this.time = attributes.head(at, 64);
  }
}
