import { createHash } from "node:crypto";

/** What of a merge request's description is ours. */
export interface OurText {
  /** What two runs that propose the same have in common. */
  proposal: string;
  /** Whether a person has left it as it was written. */
  untouched: boolean;
  /** Whether this is the title that was given with it. */
  isOurTitle(title: string): boolean;
  /** The description with another text of ours in its place, and all that people wrote around it. */
  replaced(block: string): string;
}

const block =
  /<!-- slipway:begin (?<proposal>[0-9a-f]+) (?<title>[0-9a-f]+) (?<digest>[0-9a-f]+) -->\n(?<text>[^]*?)\n<!-- slipway:end -->/;

/** A text between marks that nobody sees and that tell it from what people write. */
export function ourBlock(proposal: string, title: string, text: string): string {
  const clean = normal(text);
  return `<!-- slipway:begin ${proposal} ${digest(title)} ${digest(clean)} -->\n${clean}\n<!-- slipway:end -->`;
}

/** Finds our part of a description; `undefined` where there is none, or none any more. */
export function readOurText(description: string): OurText | undefined {
  const whole = description.replaceAll("\r\n", "\n");
  const found = block.exec(whole);
  const { proposal, title, digest: written, text } = found?.groups ?? {};
  if (found === null || proposal === undefined || text === undefined) return undefined;
  return {
    proposal,
    untouched: digest(normal(text)) === written,
    isOurTitle: (shown) => digest(shown) === title,
    replaced: (next) =>
      whole.slice(0, found.index) + next + whole.slice(found.index + found[0].length),
  };
}

/** GitLab trims what it stores. */
function normal(text: string): string {
  return text.replaceAll("\r\n", "\n").trim();
}

function digest(text: string): string {
  return createHash("sha256").update(text.trim()).digest("hex").slice(0, 12);
}
