import type { Redactor } from "../redact/redactor.ts";

export interface Link {
  readonly label: string;
  readonly url: string;
}

/** GitLab's limits of `artifacts:reports:annotations`; it refuses the whole file beyond them. */
const sizeLimitBytes = 81_920;
const sectionLimit = 20;
const linkLimit = 1000;

export interface Annotations {
  readonly content: string;
  /** Links that did not fit any more. */
  readonly leftOut: number;
}

/**
 * Puts a step's links into `annotations.json`, in place of those of an earlier run; other steps' links stay.
 *
 * @param earlier the file as it is; what is no such file is dropped.
 */
export function annotate(
  earlier: string,
  step: string,
  links: readonly Link[],
  redactor: Redactor,
): Annotations {
  const others = sectionsOf(earlier).filter(([name]) => name !== step);
  const items = links
    .filter(({ url }) => /^https?:\/\//i.test(url))
    .map(({ label, url }) => ({
      external_link: { label: redactor.redact(label), url: redactor.redact(url) },
    }));
  const room = linkLimit - others.reduce((sum, [, list]) => sum + list.length, 0);
  let count = others.length >= sectionLimit ? 0 : Math.min(items.length, Math.max(0, room));
  let content = render(others, step, items.slice(0, count));
  while (count > 0 && Buffer.byteLength(content) > sizeLimitBytes) {
    count -= 1;
    content = render(others, step, items.slice(0, count));
  }
  return { content, leftOut: links.length - count };
}

function render(
  others: readonly (readonly [string, unknown])[],
  step: string,
  items: readonly unknown[],
): string {
  const sections = items.length === 0 ? others : [...others, [step, items] as const];
  return `${JSON.stringify(Object.fromEntries(sections), undefined, 1)}\n`;
}

function sectionsOf(text: string): readonly (readonly [string, readonly unknown[]])[] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) return [];
    return Object.entries(parsed).flatMap(([name, list]) =>
      Array.isArray(list) ? [[name, list] as const] : [],
    );
  } catch {
    return [];
  }
}
