import { secretFile, type StepContext, text, type Values } from "../step/index.ts";
import { checkIdentity, type Identity } from "./identity.ts";

/** Who makes commits and tags, and what signs them: the inputs of every step that makes any. */
export const commitInputs = {
  GIT_AUTHOR_NAME: text({
    default: "Slipway",
    about:
      "Author and committer of the commits and of the tag; never the person who started the job.",
    example: "Release bot",
  }),
  GIT_AUTHOR_EMAIL: text({
    optional: true,
    about:
      "Their address. Default: `slipway@noreply.HOST` with the host of the GitLab server. A push rule may want one that it knows.",
    example: "release-bot@example.org",
  }),
  GIT_SIGNING_KEY_FILE: secretFile({
    optional: true,
    about:
      "SSH private key without passphrase that signs the commits and the tag: a CI/CD variable of type file. Ed25519 and RSA keys keep the ids of what is signed the same in every run.",
    example: "/builds/group/project.tmp/GIT_SIGNING_KEY_FILE",
  }),
};

/**
 * The identity of commits and tags.
 *
 * @throws {StepError} E_IDENTITY.
 */
export function commitAuthor({
  inputs,
  variable,
}: Pick<StepContext, "variable"> & { readonly inputs: Values<typeof commitInputs> }): Identity {
  const host = variable("CI_SERVER_HOST") ?? "localhost";
  const email = inputs.GIT_AUTHOR_EMAIL ?? `slipway@noreply.${host}`;
  return checkIdentity({ name: inputs.GIT_AUTHOR_NAME, email });
}
