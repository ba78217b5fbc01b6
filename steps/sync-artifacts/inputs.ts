import {
  boolean,
  byteSize,
  choice,
  globs,
  integer,
  list,
  matching,
  path,
  type Problem,
  secret,
  secretFile,
  type StepContext,
  text,
  token,
  url,
  type Values,
} from "../../src/step/index.ts";

export const inputs = {
  ARTIFACT_FILES: globs({
    about:
      "Files that declare artifacts, sources and caches: names or glob patterns, relative to the working directory.",
    example: "*/config/artifacts.yaml",
  }),
  SYNC_MODE: choice(["sync", "status", "verify"], {
    default: "sync",
    about:
      "What to do: `sync` brings every artifact into its caches; `status` shows what is there, changes nothing, and ends with 1 where something is missing; `verify` looks at the entries that a merge request changes, without any cache.",
  }),
  SYNC_PARALLEL: integer({
    min: 1,
    max: 16,
    default: "3",
    about: "How many artifacts are worked on at a time.",
  }),
  SYNC_BASE: matching(/^([0-9a-f]{40}|[0-9a-f]{64})$/, "a full commit id", {
    optional: true,
    from: ["CI_MERGE_REQUEST_DIFF_BASE_SHA"],
    about:
      "Commit whose entries count as unchanged in the mode verify. Without it all entries are looked at.",
  }),
  SOURCE_TOKEN: token({
    optional: true,
    about:
      "Token that may read the package registries of SOURCE_GITLAB: the scope read_api and the role Reporter are enough, and so is a deploy token (gldt-…) with read_package_registry. Without it the job's own token is tried.",
  }),
  SOURCE_GITLAB: url({
    optional: true,
    from: ["CI_SERVER_URL"],
    about: "The one GitLab that SOURCE_TOKEN is sent to. In a job it is the job's own.",
    example: "https://gitlab.example.org",
  }),
  CI_JOB_TOKEN: token({
    optional: true,
    about:
      "Token of the running job; GitLab sets it. It is used where SOURCE_TOKEN is not set, at the job's own GitLab alone.",
  }),
  GITLAB_TOKEN: token({
    optional: true,
    about: "Used where neither SOURCE_TOKEN nor a job's token is there: for runs on a laptop.",
  }),
  WEBHDFS_URL: list({
    optional: true,
    about:
      "Addresses of the namenodes, for caches of HDFS whose declaration has none. A standby is passed over.",
    example: "http://namenode1.example.org:9870,http://namenode2.example.org:9870",
  }),
  HDFS_USER: text({
    optional: true,
    from: ["HADOOP_USER_NAME"],
    about: "User for clusters without Kerberos, which believe the name.",
    example: "analytics",
  }),
  HDFS_PROXY_USER: text({
    optional: true,
    from: ["HADOOP_PROXY_USER"],
    about: "User to act for. The cluster must allow it to the user who logs in.",
  }),
  HDFS_DELEGATION_TOKEN: token({
    optional: true,
    about: "Delegation token of the cluster; it goes before every other way to log in.",
  }),
  KERBEROS_KEYTAB_FILE: secretFile({
    optional: true,
    about:
      "Path of a keytab, binary or as base64 text: a CI/CD variable of the type File with the output of `base64 -w0`.",
  }),
  KERBEROS_PRINCIPAL: text({
    optional: true,
    about: "Principal of the keytab to log in as. Default: its first one.",
    example: "analytics@EXAMPLE.ORG",
  }),
  KRB5_CONFIG: path({
    optional: true,
    about: "The Kerberos configuration. Default: the system's.",
    example: "/etc/krb5.conf",
  }),
  KRB5CCNAME: text({
    optional: true,
    about: "Cache that holds a ticket, where there is no keytab.",
    example: "FILE:/tmp/krb5cc_1000",
  }),
  AWS_ACCESS_KEY_ID: token({
    optional: true,
    about:
      "Key for S3-compatible stores. Without it the profiles and roles of the machine are used.",
  }),
  AWS_SECRET_ACCESS_KEY: secret({ optional: true, about: "Secret of the key." }),
  AWS_SESSION_TOKEN: token({ optional: true, about: "Session of a temporary key." }),
  AWS_REGION: text({
    optional: true,
    from: ["AWS_DEFAULT_REGION"],
    about: "Region for S3 caches whose declaration has none.",
    example: "eu-central-1",
  }),
  S3_ENDPOINT: url({
    optional: true,
    from: ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"],
    about: "Address of the store, for S3 caches whose declaration has none. Default: Amazon's.",
    example: "https://s3.example.org",
  }),
  S3_CHECKSUMS: boolean({
    default: "true",
    about:
      "Let the store check and keep SHA-256 checksums. `false` for old stores that refuse the headers; files are read back instead.",
  }),
  S3_MULTIPART_ABOVE: byteSize({
    default: "5GB",
    about: "Files larger than this are sent in parts. No store takes more than 5 GiB at once.",
  }),
  CI_SERVER_TLS_CA_FILE: path({
    optional: true,
    about: "Certificates of the authority of the GitLab server, as the runner gives them.",
  }),
  EXTRA_CA_FILE: path({
    optional: true,
    about: "File of further certificates (PEM) to trust, besides those of the system.",
    example: "/etc/ssl/company-ca.pem",
  }),
};

export const outputs = {
  SYNCED_ARTIFACT_COUNT: "How many artifacts are in all their caches",
};

export type SyncContext = StepContext<typeof inputs, typeof outputs>;

/** What inputs need of each other. */
export function checkInputs(values: Values<typeof inputs>): readonly Problem[] {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key } = values;
  const problems: Problem[] = [];
  if ((id === undefined) !== (key === undefined))
    problems.push({
      name: id === undefined ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
      got: "nothing",
      expected: "both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither",
      cure: "set both; a protected variable is empty on an unprotected branch",
    });
  if (values.SOURCE_TOKEN !== undefined && values.SOURCE_GITLAB === undefined)
    problems.push({
      name: "SOURCE_GITLAB",
      got: "nothing",
      expected: "the address of the GitLab that SOURCE_TOKEN is for",
      cure: "set SOURCE_GITLAB=https://gitlab.example.org; the token is sent to no other server",
    });
  for (const address of values.WEBHDFS_URL ?? [])
    if (!isPlainAddress(address))
      problems.push({
        name: "WEBHDFS_URL",
        // It may hold a password.
        got: "something else",
        expected: "http(s) addresses without user name or password",
        cure: "set WEBHDFS_URL=http://namenode.example.org:9870",
      });
  return problems;
}

function isPlainAddress(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username === "" &&
    url.password === "" &&
    url.search === ""
  );
}
