import { cleanMessage } from "./commit.ts";
import { checkIdentity, type Identity, serializeSignature } from "./identity.ts";
import { writeObject } from "./objects.ts";
import type { Repository } from "./private-repository.ts";
import { requireRefNames } from "./ref-name.ts";
import type { Sha } from "./sha.ts";
import type { Signer } from "./signer.ts";

export interface TagInit {
  /** Without `refs/tags/`. */
  name: string;
  /** The commit it is on. */
  target: Sha;
  message: string;
  tagger: Identity;
  /** Whole seconds, written as UTC. */
  date: Date;
  signer?: Signer | undefined;
}

/**
 * Builds an annotated tag. The same input makes the same id.
 *
 * @returns its id. No reference is made: that is the push's to do.
 * @throws {StepError} E_REF_NAME, E_IDENTITY.
 */
export async function buildTag(
  repository: Repository,
  { name, target, message, tagger, date, signer }: TagInit,
): Promise<Sha> {
  requireRefNames([{ what: "The tag name", name }]);
  const by = serializeSignature(checkIdentity(tagger), date);
  const unsigned = `object ${target}\ntype commit\ntag ${name}\ntagger ${by}\n\n${cleanMessage(message)}`;
  // A tag's signature is the end of its message, also in SHA-256 repositories.
  const signature = signer === undefined ? "" : await signer(Buffer.from(unsigned));
  return writeObject(repository, "tag", Buffer.from(unsigned + signature));
}
