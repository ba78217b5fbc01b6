import { gitlabInputs } from "../../src/gitlab/index.ts";
import { choice, globs, list, type StepContext, text, type Values } from "../../src/step/index.ts";
import { targetInputs, tagOptions } from "../shared/package-target.ts";

/** What may be asked of a release besides its files. */
export const attestations = ["checksums", "provenance", "sbom", "signatures"] as const;

export const statusInputs = {
  RELEASE_TAG: text({
    ...tagOptions,
    optional: true,
    about:
      "Tag of the release. By default that of RELEASE_VERSION, in the pipeline of a tag that tag, else the newest tag of a version.",
  }),
  RELEASE_VERSION: text({
    optional: true,
    about: "Version of the release, where its tag is not given.",
    example: "0.15.0",
  }),
  RELEASE_REQUIRED_FILES: globs({
    optional: true,
    about: "Names or patterns of files that the package must hold, as for create-release.",
    example: "*.conda.tgz",
  }),
  STATUS_REQUIRE: list({
    default: "checksums,provenance,sbom",
    about:
      "What must speak of the files: checksums (SHA256SUMS), provenance, sbom (a bill of materials for each conda pack), signatures; none for nothing.",
    example: "checksums",
  }),
  POST_RELEASE: choice(["push", "merge_request", "none"], {
    default: "push",
    about: "How tag-release brings the next development version; with none it is not looked for.",
  }),
  ...targetInputs,
  ...gitlabInputs,
};

export const statusOutputs = {
  RELEASE_STATE: "What it comes to: whole, or incomplete",
  RELEASE_URL: "Page of the release, where there is one",
};

export type StatusContext = StepContext<typeof statusInputs, typeof statusOutputs>;
export type StatusInputs = Values<typeof statusInputs>;
