/**
 * What GitLab's reader makes of an element: it turns XML into hashes (ActiveSupport's `Hash.from_xml`), where attributes
 * stand beside children, and a `type` attribute names a data type.
 */
export interface ElementFacts {
  /** Attributes but for namespace declarations. */
  attributes: number;
  children: number;
  /** Any text node, blank or not. */
  hasText: boolean;
  /** Text that is not blank. */
  hasContent: boolean;
  type: string | undefined;
  isNil: boolean;
}

export type HashValue = "text" | "empty" | "hash" | "nothing" | "list";

/** @returns `hash` where GitLab shows or trips over a raw dump */
export function hashValue(element: ElementFacts): HashValue {
  if (element.type === "array") return "list";
  const content = element.hasText && (element.hasContent || element.children === 0);
  const keys = element.attributes + element.children + (content ? 1 : 0);
  if (element.type === "file" || (content && (keys === 1 || element.hasContent))) return "text";
  if (element.type === "string" && !element.isNil) return "empty";
  if (keys === 0 || element.isNil) return "nothing";
  return element.type !== undefined && keys === 1 ? "nothing" : "hash";
}

/** Types that the reader refuses altogether. */
export function isDisallowedType(type: string): boolean {
  return type === "yaml" || type === "symbol";
}

const replacingTypes = new Set([
  "integer",
  "float",
  "decimal",
  "double",
  "boolean",
  "file",
  "array",
  "base64Binary",
]);

/** Types that replace the text by something else (GJ47). */
export function replacesText(type: string, hasContent: boolean): boolean {
  return replacingTypes.has(type) || (type === "string" && !hasContent);
}

/** Whether text of this type makes the reader give up (GJ09). */
export function failsToConvert(type: string, text: string, hasContent: boolean): boolean {
  if (type === "date") return hasContent && !/^\s*\d{4}-\d{1,2}-\d{1,2}/.test(text);
  if (type === "datetime" || type === "dateTime")
    return hasContent && Number.isNaN(Date.parse(text.trim()));
  return type === "file" && !hasContent;
}
