import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { folderSource, planBump, writeEdits } from "../../src/version/index.ts";
import { temporaryFolder, writeFiles } from "../support/repositories.ts";
import { around } from "../version/schemes.ts";

/** Every project of the reactor with its version, as Maven itself reads it: it refuses what does not fit together. */
function readByMaven(folder: string): Record<string, string> {
  const { stdout, status } = spawnSync("mvn", ["-o", "-B", "-ntp", "validate"], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder },
    encoding: "utf8",
  });
  expect([status, status === 0 ? "" : stdout]).toEqual([0, ""]);
  const lines = stdout.matchAll(/^\[INFO\] Building (?<name>\S+) (?<version>\S+)/gmu);
  return Object.fromEntries(
    [...lines].map(({ groups }) => [groups?.["name"] ?? "", groups?.["version"] ?? ""]),
  );
}

const head =
  '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>';
const parent = (version: string) =>
  `<parent><groupId>org.example</groupId><artifactId>all</artifactId><version>${version}</version></parent>`;
const modules = "<modules><module>core</module><module>app/job</module></modules>";
const top = (version: string, more = "") =>
  `${head}<groupId>org.example</groupId><artifactId>all</artifactId><version>${version}</version><packaging>pom</packaging>${more}${modules}</project>`;
const useCore =
  "<dependencies><dependency><groupId>org.example</groupId><artifactId>core</artifactId><version>${project.version}</version></dependency></dependencies>";
const up = (version: string) =>
  parent(version).replace("</parent>", "<relativePath>../../pom.xml</relativePath></parent>");

const reactors: readonly { title: string; files: Record<string, string> }[] = [
  {
    title: "versions in every pom",
    files: {
      "pom.xml": top("1.2.0-SNAPSHOT"),
      "core/pom.xml": `${head}${parent("1.2.0-SNAPSHOT")}<artifactId>core</artifactId></project>`,
      "app/job/pom.xml": `${head}${up("1.2.0-SNAPSHOT")}<artifactId>job</artifactId><version>1.2.0-SNAPSHOT</version>${useCore}</project>`,
    },
  },
  {
    title: "CI-friendly versions",
    files: {
      "pom.xml": top(
        "${revision}${changelist}",
        "<properties><revision>1.2.0</revision><changelist>-SNAPSHOT</changelist></properties>",
      ),
      "core/pom.xml": `${head}${parent("${revision}${changelist}")}<artifactId>core</artifactId></project>`,
      "app/job/pom.xml": `${head}${up("${revision}${changelist}")}<artifactId>job</artifactId>${useCore}</project>`,
    },
  },
];

const isThere = spawnSync("mvn", ["--version"]).status === 0;

test.for(reactors)("Maven reads what was written: $title", async ({ files }, context) => {
  if (!isThere) return context.skip("there is no mvn command");
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  const source = folderSource(folder);
  const all = (version: string) => ({ all: version, core: version, job: version });
  expect(readByMaven(folder)).toEqual(all("1.2.0-SNAPSHOT"));
  const release = await planBump({ source, around, operation: { kind: "release" } });
  await writeEdits(folder, release.edits);
  expect(readByMaven(folder)).toEqual(all("1.2.0"));
  const like = release.currentVersion;
  const next = { kind: "post-release", part: "minor", like } as const;
  await writeEdits(folder, (await planBump({ source, around, operation: next })).edits);
  expect(readByMaven(folder)).toEqual(all("1.3.0-SNAPSHOT"));
});
