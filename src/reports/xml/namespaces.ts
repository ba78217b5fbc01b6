import type { XmlAttributes } from "./attributes.ts";
import { isColonlessName } from "./characters.ts";
import type { XmlName } from "./names.ts";

/** How libxml2 speaks of what is well-formed and still not right. */
export type NoticeLevel = "warning" | "error";

/** Hears what libxml2 minds; GitLab's JUnit reader gives up on any of it (GJ02), its coverage reader on errors (GC01). */
export type XmlNotice = (level: NoticeLevel, text: string) => void;

/**
 * Finds prefixes that nothing declares, and the `xml:` and `xmlns` values that libxml2 does not like.
 *
 * Only tags that hold a colon or `xmlns` come here, so the usual report pays nothing for it.
 */
export class NamespaceWatch {
  readonly #notice: XmlNotice;
  readonly #declared: { prefix: string; depth: number }[] = [];

  constructor(notice: XmlNotice) {
    this.#notice = notice;
  }

  /** @param depth of the element, 1 for the root */
  open(name: XmlName, attributes: XmlAttributes, depth: number): void {
    for (let at = 0; at < attributes.count; at += 1) {
      const attribute = attributes.name(at);
      if (attribute === undefined) continue;
      if (attribute.raw === "xmlns" || attribute.prefix === "xmlns") {
        this.#declare(attribute, attributes.value(at) ?? "", depth);
      } else if (attribute.prefix === "xml") {
        this.#checkXmlAttribute(attribute.local, attributes.value(at) ?? "");
      }
    }
    this.#checkPrefix(name.prefix, `<${name.raw}>`);
    for (let at = 0; at < attributes.count; at += 1) {
      const attribute = attributes.name(at);
      if (attribute !== undefined)
        this.#checkPrefix(attribute.prefix, `${attribute.raw}= of <${name.raw}>`);
    }
  }

  close(depth: number): void {
    while ((this.#declared.at(-1)?.depth ?? 0) >= depth) this.#declared.pop();
  }

  get isEmpty(): boolean {
    return this.#declared.length === 0;
  }

  #declare(attribute: XmlName, uri: string, depth: number): void {
    if (attribute.prefix === "xmlns") this.#declared.push({ prefix: attribute.local, depth });
    if (uri !== "" && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri))
      this.#notice("warning", `${attribute.raw}="${uri}" is not an absolute URI`);
  }

  #checkXmlAttribute(local: string, value: string): void {
    if (local === "space" && value !== "default" && value !== "preserve")
      this.#notice("warning", `xml:space="${value}" is neither default nor preserve`);
    if (local === "id" && !isColonlessName(value.trim()))
      this.#notice("error", `xml:id="${value}" is not a name`);
  }

  #checkPrefix(prefix: string, where: string): void {
    if (prefix === "" || prefix === "xml" || prefix === "xmlns") return;
    if (this.#declared.some((declared) => declared.prefix === prefix)) return;
    this.#notice("error", `the prefix ${prefix}: of ${where} is not declared`);
  }
}
