import { gitErrors } from "./errors.ts";

/** Who makes a commit or a tag. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** A point in a history as git writes it: seconds since 1970, and the zone it was made in. */
export interface Signature extends Identity {
  readonly seconds: number;
  readonly zone: string;
}

/**
 * Checks what git would otherwise silently drop characters of.
 *
 * @throws {StepError} E_IDENTITY.
 */
export function checkIdentity({ name, email }: Identity): Identity {
  const problems = [
    ...(isClean(name) ? [] : [`the name '${printable(name)}'`]),
    ...(isClean(email) && !/\s/.test(email) ? [] : [`the address '${printable(email)}'`]),
  ];
  if (problems.length > 0)
    throw gitErrors("E_IDENTITY", `git does not keep ${problems.join(" and ")} as it is.`);
  return { name, email };
}

/** `Name <mail> seconds zone`. Always +0000: the zone of the machine must not change the id. */
export function serializeSignature({ name, email }: Identity, date: Date): string {
  return `${name} <${email}> ${Math.floor(date.getTime() / 1000)} +0000`;
}

export function parseSignature(text: string): Signature {
  const [, name = "", email = "", seconds = "0", zone = "+0000"] =
    /^(.*?) ?<([^>]*)> ?(-?\d+)? ?([+-]\d{4})?$/.exec(text) ?? [];
  return { name, email, seconds: Number(seconds), zone };
}

/** git strips these characters from both ends (ident.c, `crud`) and `<`, `>` and line breaks from everywhere. */
function isClean(text: string): boolean {
  return text !== "" && !/[<>\p{Cc}]/u.test(text) && !/^[\s.,:;"\\']|[\s.,:;"\\']$/.test(text);
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}
