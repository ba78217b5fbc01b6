import { defineErrors, exit } from "../step/errors.ts";

/** What can keep a declared artifact from its caches. */
export const syncError = defineErrors({
  E_ARTIFACT_ID: {
    exit: exit.config,
    cause: "The id of an artifact is nothing that its source can have.",
    cure: "Correct the id in the file and line that the message names.",
  },
  E_ARTIFACT_CLASH: {
    exit: exit.config,
    cause: "Two entries claim the same name in the same cache, but not the same file.",
    cure: "Give one of them another name; the name must differ wherever the bytes do.",
  },
  E_ARTIFACT_ENTRY: {
    exit: exit.config,
    cause: "An entry would not work once it is merged.",
    cure: "Correct what the message lists, each with its file and line.",
  },
  E_ARTIFACT_MISSING: {
    exit: exit.gate,
    cause: "Not every declared artifact is in every declared cache.",
    cure: "Run sync-artifacts with SYNC_MODE=sync.",
  },
  E_ARTIFACT_DIFFERS: {
    exit: exit.refused,
    cause: "A cache holds other bytes under the name of the artifact, complete or cut off.",
    cure: "Jobs may already run with what is there, so it is never overwritten: release under another name, or let somebody remove the file after a look at it, and run the job again.",
  },
  E_SOURCE_MISSING: {
    exit: exit.config,
    cause: "The source has no file under this id.",
    cure: "Compare the id with what the source shows; where rights are missing, GitLab answers 404, too.",
  },
  E_SOURCE_DENIED: {
    exit: exit.refused,
    cause: "The source does not give the file to the token that was sent, or to nobody.",
    cure: "Give a token that may read the registry in SOURCE_TOKEN (read_api and Reporter are enough), or allow the job token of the DAG repository in the project that holds the package.",
  },
  E_SOURCE_REFUSED: {
    exit: exit.config,
    cause: "The source answered something else than the file.",
    cure: "Open the address that the message names, and correct the id or the source.",
  },
  E_SOURCE_TLS: {
    exit: exit.config,
    cause:
      "The name of the server is not known, or its certificate or the proxy on the way is no good.",
    cure: "Check the address; give the certificate of your authority in EXTRA_CA_FILE.",
  },
  E_SOURCE_UNAVAILABLE: {
    exit: exit.unavailable,
    cause: "The source could not be reached or could not serve the file, each time it was asked.",
    cure: "Run the job again later; retry: exit_codes: [4] does it by itself.",
  },
  E_SOURCE_DIGEST: {
    exit: exit.refused,
    cause: "The bytes that came are not those whose digest or size the source names.",
    cure: "Run the job again; if it stays, the file at the source is damaged or was exchanged.",
  },
  E_SYNC_SPACE: {
    exit: exit.machine,
    cause:
      "There is no room on this machine for an artifact on its way from its source to its caches.",
    cure: "Let TMPDIR name a folder with room, or lower SYNC_PARALLEL.",
  },
  E_KERBEROS_KEYTAB: {
    exit: exit.config,
    cause: "The keytab cannot be read, is none, or has no key of the principal.",
    cure: "Store the keytab as base64 text (base64 -w0 file.keytab) in a variable of the type File named KERBEROS_KEYTAB_FILE.",
  },
  E_KERBEROS_LOGIN: {
    exit: exit.refused,
    cause: "Kerberos did not let the user log in.",
    cure: "See what GSSAPI says in the message; docs/sync-artifacts.md explains its lines.",
  },
  E_CURL_MISSING: {
    exit: exit.machine,
    cause: "The Kerberos login needs a curl that can do GSSAPI.",
    cure: "Use the Slipway image, or install Debian's curl.",
  },
  E_CACHE_SETTINGS: {
    exit: exit.config,
    cause: "What a cache needs to be reached is not given or cannot be used.",
    cure: "Set what the message names.",
  },
  E_CACHE_LOGIN: {
    exit: exit.refused,
    cause: "The cache does not know who asks, or does not accept the credentials.",
    cure: "See docs/sync-artifacts.md for the variables of each kind of login.",
  },
  E_CACHE_DENIED: {
    exit: exit.refused,
    cause: "The user is known but may not write to the cache's folder, or may not read it.",
    cure: "Let the owner of the folder give the rights, or use the user who has them.",
  },
  E_CACHE_FULL: {
    exit: exit.machine,
    cause: "The cache has no room for the file: its disk is full, or a quota is used up.",
    cure: "Remove artifacts that no DAG names any more, or raise the quota.",
  },
  E_CACHE_REFUSED: {
    exit: exit.config,
    cause:
      "The cache answered something that a cache of its kind does not answer, or refused the request.",
    cure: "Check the address, the folder and the kind of the cache.",
  },
  E_CACHE_TLS: {
    exit: exit.config,
    cause:
      "The name of the cache's server is not known, or its certificate or the proxy on the way is no good.",
    cure: "Check the address; give the certificate of your authority in EXTRA_CA_FILE.",
  },
  E_CACHE_UNAVAILABLE: {
    exit: exit.unavailable,
    cause: "The cache could not be reached or cannot take files now, each time it was asked.",
    cure: "Run the job again later; what is in a cache already is not sent again.",
  },
  E_CACHE_NOT_PROVEN: {
    exit: exit.refused,
    cause: "What the cache holds after the transfer is not what was sent.",
    cure: "Nothing was published. Run the job again; if it stays, somebody has to look at the cache.",
  },
});
