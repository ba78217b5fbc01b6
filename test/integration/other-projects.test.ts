import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { type ReleaseWorld, worldOf } from "../support/release-world.ts";

type Files = Readonly<Record<string, string>>;

interface OtherProject {
  title: string;
  files: Files;
  /** The version that is released, and the one that the branch then holds. */
  versions: readonly [released: string, next: string];
  /** Builds in the job of the tag. @returns the file to upload, from the job's folder. */
  build(folder: string): string;
  env?: Readonly<Record<string, string>>;
  /** What the branch's version file holds afterwards. */
  opened: readonly [file: string, text: string];
}

const projects: readonly OtherProject[] = [
  {
    title: "a jar of a Maven project",
    files: {
      "pom.xml": `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.example</groupId>
  <artifactId>words</artifactId>
  <version>1.4.0-SNAPSHOT</version>
</project>
`,
      "src/main/resources/words.txt": "words\n",
    },
    versions: ["1.4.0", "1.5.0-SNAPSHOT"],
    build: (folder) => {
      const archive = "target/words-1.4.0.jar";
      mkdirSync(join(folder, "target"));
      zip(join(folder, "src/main/resources"), join(folder, archive));
      return archive;
    },
    opened: ["pom.xml", "<version>1.5.0-SNAPSHOT</version>"],
  },
  {
    title: "a zip of a project whose version is a file",
    files: { VERSION: "2.0.0.dev\n", "content/a file.txt": "content\n" },
    versions: ["2.0.0", "2.1.0.dev"],
    build: (folder) => {
      zip(join(folder, "content"), join(folder, "content-2.0.0.zip"));
      return "content-2.0.0.zip";
    },
    opened: ["VERSION", "2.1.0.dev\n"],
  },
  {
    title: "an npm tarball",
    files: {
      "package.json": `{\n  "name": "@example/words",\n  "version": "0.3.0-dev",\n  "files": ["index.js"]\n}\n`,
      "index.js": "module.exports = [];\n",
    },
    versions: ["0.3.0", "0.4.0-dev"],
    build: (folder) => {
      const output = execFileSync("npm", ["pack", "--silent", "--offline"], {
        cwd: folder,
        encoding: "utf8",
        env: { PATH: process.env["PATH"], HOME: folder },
      });
      return output.trim();
    },
    opened: ["package.json", `"version": "0.4.0-dev"`],
  },
  {
    title: "a binary of Rust",
    files: {
      "Cargo.toml": `[package]\nname = "words"\nversion = "0.9.0-dev"\nedition = "2021"\n`,
      "src/main.rs": `fn main() { println!("words"); }\n`,
    },
    versions: ["0.9.0", "0.10.0-dev"],
    build: (folder) => {
      compile(join(folder, "src/main.rs"), join(folder, "words-x86_64-linux"));
      return "words-x86_64-linux";
    },
    opened: ["Cargo.toml", `version = "0.10.0-dev"`],
  },
];

test.each(projects)(
  "$title is released as any other, and a second run changes nothing",
  async (project) => {
    await using world = await worldOf(async (folder, git) => {
      writeAll(folder, project.files);
      await git("add", "--all");
      await git("commit", "--quiet", "--message=feat: begin");
    });
    const [version, next] = project.versions;
    const branch = await world.server.startPipeline();
    const trigger = await world.job(branch, "trigger_release", project.env);
    expect(await trigger.run("bump-version")).toMatchObject({ exitCode: 0 });
    const tagged = await trigger.run("tag-release");
    expect(tagged.exitCode, tagged.output).toBe(0);
    expect(tagged.outputs).toMatchObject({ RELEASE_TAG: `v${version}`, NEXT_VERSION: next });

    const { file, url, sha256, again } = await publish(world, project);
    const held = await world.snapshot();
    expect(JSON.stringify(held)).toContain(sha256);
    expect(JSON.stringify(held)).toContain(`"tag":"v${version}"`);
    await again();
    expect(await world.snapshot()).toEqual(held);
    const downloaded = await fetch(url, {
      headers: { "private-token": world.server.pushToken },
    });
    expect(digest(new Uint8Array(await downloaded.arrayBuffer()))).toBe(sha256);
    expect(url).toContain(`/packages/generic/job-project/${version}/${file}`);

    await world.git("fetch", "--quiet", "origin", "main");
    const [path, text] = project.opened;
    expect(await world.git("show", `FETCH_HEAD:${path}`)).toContain(text.trim());
  },
);

/** The tag's pipeline with the job token alone: build, upload, release. */
async function publish(world: ReleaseWorld, { versions: [version], build, env }: OtherProject) {
  const pipeline = await world.server.tagPipeline(`v${version}`);
  if (pipeline === undefined) throw new Error("The push of the tag started no pipeline");
  const job = await world.job(pipeline, "publish", { CI_PROJECT_PASSWORD: "", ...env });
  const file = build(job.folder);
  const sha256 = digest(readFileSync(join(job.folder, file)));
  const run = async (): Promise<string> => {
    const uploaded = await job.run("upload-package", { PACKAGE_FILES: file });
    expect(uploaded.exitCode, uploaded.output).toBe(0);
    const released = await job.run("create-release", { RELEASE_REQUIRED_FILES: "*" });
    expect(released.exitCode, released.output).toBe(0);
    expect(released.outputs["PACKAGE_FILE_SHA256"]).toBe(sha256);
    return uploaded.outputs["PACKAGE_FILE_URL"] ?? "";
  };
  const url = await run();
  return { file: file.split("/").at(-1) ?? "", url, sha256, again: run };
}

function writeAll(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** A jar is a zip; python3 makes one where no other tool is. */
function zip(content: string, archive: string): void {
  execFileSync("python3", ["-m", "zipfile", "-c", archive, "."], { cwd: content });
}

/** With rustc where it is installed; else a binary of the machine stands for what it would make. */
function compile(source: string, binary: string): void {
  const home = process.env["HOME"] ?? "";
  const compilers = ["rustc", join(home, ".cargo/bin/rustc")];
  const found = compilers.some((rustc) => {
    try {
      execFileSync(rustc, ["-O", "-o", binary, source], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
  if (found) return;
  process.stdout.write("No rustc here: a copy of /bin/true stands for the binary.\n");
  copyFileSync(existsSync("/bin/true") ? "/bin/true" : "/usr/bin/true", binary);
  chmodSync(binary, 0o755);
}

function digest(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
