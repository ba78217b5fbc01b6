import { gitlabInputs } from "../../src/gitlab/index.ts";
import {
  boolean,
  globs,
  list,
  type Problem,
  type StepContext,
  text,
  token,
  type Values,
} from "../../src/step/index.ts";
import { targetInputs } from "../shared/package-target.ts";

export const proposeInputs = {
  DEPLOY_PROJECT: text({
    about: "Number or full path of the project that holds the DAGs.",
    example: "group/airflow-dags",
  }),
  DEPLOY_TOKEN: token({
    from: ["GITLAB_TOKEN"],
    about:
      "Project, group or personal access token that may write to DEPLOY_PROJECT: role Developer and the scope api. A job token may make no merge requests.",
  }),
  DEPLOY_BRANCH: text({
    optional: true,
    about: "Branch that is deployed from. By default the project's default branch.",
    example: "main",
  }),
  DEPLOY_FILES: globs({
    default: "**/artifacts.yaml",
    about:
      "Files that declare artifacts: names or glob patterns. A new artifact needs one certain file; an older entry says itself where it is.",
    example: "analytics/config/artifacts.yaml",
  }),
  ARTIFACT_URL: list({
    optional: true,
    chain: ["PACKAGE_FILE_URL"],
    about:
      "Address of the artifact; several, one per line, for one merge request with all of them.",
    example:
      "https://gitlab.example.org/api/v4/projects/7/packages/generic/jobs/1.2.0/jobs-1.2.0.conda.tgz",
  }),
  ARTIFACT_NAME: list({
    optional: true,
    about:
      "Name of the artifact in every cache, one for each address. By default the name of the file. Spark unpacks by its suffix.",
    example: "jobs-1.2.0.conda.tgz",
  }),
  ARTIFACT_VERSION: text({
    optional: true,
    about:
      "Version of the package to deploy instead of ARTIFACT_URL: an older one makes a rollback.",
    example: "0.14.0",
  }),
  ARTIFACT_SOURCE: text({
    default: "url",
    about: "Source of an entry that has no older one to take it from.",
  }),
  PACKAGE_NAME: text({
    optional: true,
    chain: ["PACKED_NAME"],
    from: ["CI_PROJECT_NAME"],
    about: "Name of the package in the registry, for ARTIFACT_VERSION and the comparison.",
    example: "jobs",
  }),
  REMOVE_OLD: boolean({
    default: "false",
    about:
      "Take older entries away even where something still names them. Without it they stay beside the new one then.",
  }),
  DEPLOY_REPLACE_REFERENCES: boolean({
    default: "false",
    about:
      "Replace the older name wherever the repository names it, in DAG code above all. Without it the places are listed.",
  }),
  DEPLOY_REVIEWERS: list({
    optional: true,
    about: "User names of those who shall review it.",
    example: "ada,grace",
  }),
  DEPLOY_LABELS: list({ optional: true, about: "Labels of the merge request.", example: "deploy" }),
  DEPLOY_AUTO_MERGE: boolean({
    default: "false",
    about:
      "Let GitLab merge it when its pipeline succeeds; without a pipeline that is at once. The token's user needs the right to merge.",
  }),
  DEPLOY_REOPEN: boolean({
    default: "false",
    about: "Open the merge request again where a person closed it; without it that is exit 3.",
  }),
  TAG_FORMAT: targetInputs.TAG_FORMAT,
  PROJECT_DIR: targetInputs.PROJECT_DIR,
  ...gitlabInputs,
};

export const proposeOutputs = {
  MERGE_REQUEST_URL: "Page of the merge request",
};

export type ProposeContext = StepContext<typeof proposeInputs, typeof proposeOutputs>;

/** Rules across inputs. */
export function checkInputs(values: Values<typeof proposeInputs>): readonly Problem[] {
  return [...checkToken(values), ...checkArtifacts(values)];
}

function checkToken({ DEPLOY_TOKEN, CI_JOB_TOKEN }: Values<typeof proposeInputs>): Problem[] {
  const got = tokenThatCannot(DEPLOY_TOKEN.reveal(), CI_JOB_TOKEN?.reveal());
  if (got === undefined) return [];
  return [
    {
      name: "DEPLOY_TOKEN",
      got,
      expected: "an access token with the scope api",
      cure: "Make a project access token of DEPLOY_PROJECT (role Developer, scope api) and store it there: neither job tokens nor deploy tokens make merge requests.",
    },
  ];
}

function tokenThatCannot(token: string, jobToken: string | undefined): string | undefined {
  if (token.startsWith("gldt-")) return "a deploy token (gldt-…)";
  return token === jobToken || token.startsWith("glcbt-") ? "the job's own token" : undefined;
}

function checkArtifacts({
  ARTIFACT_URL: urls,
  ARTIFACT_NAME: names,
  ARTIFACT_VERSION: version,
}: Values<typeof proposeInputs>): readonly Problem[] {
  if (urls === undefined && version === undefined)
    return [
      {
        name: "ARTIFACT_URL",
        got: "nothing",
        expected: "the address of an artifact, or a version in ARTIFACT_VERSION",
        cure: "Run upload-package before, in the same job or in one whose dotenv report this job gets, or set ARTIFACT_URL or ARTIFACT_VERSION.",
      },
    ];
  if (urls?.some(holdsCredential))
    return [
      {
        name: "ARTIFACT_URL",
        got: "an address with a login or a token in it, which is not shown",
        expected: "an address that everybody may read, for it is written into the repository",
        cure: "Leave the credential out; sync-artifacts has its own in SOURCE_TOKEN.",
      },
    ];
  if (version === undefined && names !== undefined && names.length !== urls?.length)
    return [
      {
        name: "ARTIFACT_NAME",
        got: `${names.length} names`,
        expected: `${urls?.length} names, one for each address in ARTIFACT_URL`,
        cure: "Write them in the order of the addresses, or leave them all out.",
      },
    ];
  return [];
}

function holdsCredential(address: string): boolean {
  const url = URL.parse(address);
  if (url === null) return false;
  const hasLogin = url.username !== "" || url.password !== "";
  return (
    hasLogin ||
    [...url.searchParams.keys()].some((name) => /token|signature|credential/i.test(name))
  );
}
