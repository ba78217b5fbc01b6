/** What a line of GSSAPI means, for a person who has never seen Kerberos. */
export interface GssFailure {
  /** The line that names the reason, as curl shows it. */
  readonly line: string;
  readonly cause: string;
  readonly cure: string;
  /** The KDC did not answer: another time it may. */
  readonly mayPass: boolean;
}

const meanings: readonly { match: RegExp; cause: string; cure: string; mayPass?: true }[] = [
  {
    match: /ticket (has )?expired|credentials (have )?expired/i,
    cause: "the ticket in the cache is expired",
    cure: "Get a new one with kinit, or give a keytab in KERBEROS_KEYTAB_FILE.",
  },
  {
    match: /Clock skew/i,
    cause: "the clocks of this machine and of the KDC differ by more than five minutes",
    cure: "Set the clock of the runner.",
  },
  {
    match: /Client .*not found in Kerberos database|C_PRINCIPAL_UNKNOWN/i,
    cause: "the KDC does not know the principal",
    cure: "Compare KERBEROS_PRINCIPAL and the keytab with what the realm has.",
  },
  {
    match: /Server .*not found in Kerberos database|S_PRINCIPAL_UNKNOWN|Server not found/i,
    cause: "the KDC has no service HTTP/<host> for the host name in the cache's url",
    cure: "Use the very name that the namenode has in its principal: neither an alias nor an IP address.",
  },
  {
    match:
      /Preauthentication failed|Decrypt integrity check failed|password incorrect|Key version/i,
    cause: "the key in the keytab is not the principal's current one",
    cure: "Export the keytab again: a change of the password, or a newer export, makes older ones useless.",
  },
  {
    match: /no support for encryption type|encryption type .*not supported|KDC has no support/i,
    cause: "the keytab has no key of a kind that the KDC accepts",
    cure: "Export the keytab with aes256-cts-hmac-sha1-96 or newer.",
  },
  {
    match:
      /Cannot contact any KDC|Cannot resolve (network address|servers) for KDC|KDC .*(unreachable|timed out)/i,
    cause: "no KDC of the realm answers",
    cure: "Check the [realms] section of KRB5_CONFIG, and that the runner reaches port 88 of the KDC.",
    mayPass: true,
  },
  {
    match: /Cannot find KDC for|Cannot locate KDC|unable to reach any KDC/i,
    cause: "the configuration does not say where the KDC of the realm is",
    cure: "Name the realm and its kdc in the file that KRB5_CONFIG names.",
  },
  {
    match:
      /does not specify default realm|Can't open\/find Kerberos configuration|Included profile|Improper format of Kerberos configuration/i,
    cause: "the Kerberos configuration is missing or cannot be read",
    cure: "Let KRB5_CONFIG name a krb5.conf with default_realm and [realms].",
  },
  {
    match: /keytab|key table/i,
    cause: "the keytab cannot be used",
    cure: "Export the keytab again, and store it as base64 in a file variable.",
  },
  // The first half of most of these lines: it says the least.
  {
    match:
      /No (Kerberos )?credentials|No credentials cache|Can't find client principal|Matching credential not found/i,
    cause: "there is no ticket, and no keytab to get one with",
    cure: "Set KERBEROS_KEYTAB_FILE, or let KRB5CCNAME name a cache that holds a ticket. A protected variable is empty on an unprotected branch.",
  },
];

/**
 * Finds in what curl prints with --verbose why the Negotiate login failed.
 *
 * @returns `undefined` where curl says nothing of GSSAPI.
 */
export function readGssFailure(stderr: string): GssFailure | undefined {
  const lines = stderr
    .split(/\r?\n/)
    .map((one) => one.replace(/^[*<>{}] ?/, "").trim())
    .filter((one) => /gss|krb5|kerberos|spnego/i.test(one) && !/^authorization:/i.test(one));
  const failed = lines.filter((one) =>
    /failed|failure|error|cannot|can't|not found|expired/i.test(one),
  );
  const line = failed.at(-1);
  if (line === undefined) return undefined;
  const meaning = meanings.find(({ match }) => match.test(line));
  return {
    line,
    cause: meaning?.cause ?? "Kerberos refuses the login",
    cure: meaning?.cure ?? "Try the same with kinit and klist on this machine.",
    mayPass: meaning?.mayPass ?? false,
  };
}
