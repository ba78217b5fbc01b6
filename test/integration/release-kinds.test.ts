import { expect, test } from "vitest";
import { writeFiles } from "../support/repositories.ts";
import { worldOf } from "../support/release-world.ts";

const parent = (version: string) =>
  `<parent><groupId>org.example</groupId><artifactId>jobs</artifactId><version>${version}</version></parent>`;

const kinds: readonly {
  title: string;
  development: string;
  next: string;
  files: Record<string, string>;
}[] = [
  {
    title: "a Maven reactor",
    development: "1.2.0-SNAPSHOT",
    next: "1.3.0-SNAPSHOT",
    files: {
      "pom.xml":
        "<project><groupId>org.example</groupId><artifactId>jobs</artifactId><version>1.2.0-SNAPSHOT</version><modules><module>core</module></modules></project>\r\n",
      "core/pom.xml": `<project>${parent("1.2.0-SNAPSHOT")}<artifactId>core</artifactId></project>`,
    },
  },
  {
    title: "a Gradle project",
    development: "1.2.0-SNAPSHOT",
    next: "1.3.0-SNAPSHOT",
    files: { "gradle.properties": "org.gradle.caching=true\nversion=1.2.0-SNAPSHOT\n" },
  },
  {
    title: "a Helm chart",
    development: "1.2.0-dev.0",
    next: "1.3.0-dev.0",
    files: { "Chart.yaml": 'version: 1.2.0-dev.0 # ours\nappVersion: "1.2.0-dev.0"\n' },
  },
  {
    title: "a Python release candidate",
    development: "1.2.0rc1",
    next: "1.3.0rc0",
    files: { "pyproject.toml": '[project]\nname = "a"\nversion = "1.2.0rc1"\n' },
  },
];

test.each(kinds)(
  "$title without bump configuration is released, and goes on with its next development version; both commands run again change nothing",
  async ({ development, next, files }) => {
    await using world = await worldOf(async (clone, git) => {
      await writeFiles(clone, files);
      await git("add", "--all");
      await git("commit", "--quiet", "--message=Add the project");
    });
    const pipeline = await world.server.startPipeline();
    const release = async () => {
      const job = await world.job(pipeline, "trigger_release");
      expect((await job.run("bump-version")).output).toContain("1.2.0");
      return job.run("tag-release");
    };
    const outputs = { RELEASE_TAG: "v1.2.0", RELEASE_VERSION: "1.2.0", NEXT_VERSION: next };
    expect(await release()).toMatchObject({ exitCode: 0, outputs });
    await world.git("fetch", "--quiet", "--tags", "origin");
    for (const [path, text] of Object.entries(files)) {
      const at = async (commit: string) => world.git("show", `${commit}:${path}`);
      expect(await at("v1.2.0")).toBe(text.replaceAll(development, "1.2.0").trim());
      expect(await at("origin/main")).toBe(text.replaceAll(development, next).trim());
    }
    const before = await world.snapshot();
    expect(await release()).toMatchObject({ exitCode: 0, outputs });
    expect(await world.snapshot()).toEqual(before);
  },
);
