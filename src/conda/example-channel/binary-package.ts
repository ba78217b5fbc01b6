import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { textFile, type PackageContent, type PackageFile } from "./package-content.ts";
import { placeholderFor } from "./placeholder.ts";

const name = "bindemo";
const placeholder = placeholderFor(name);

/**
 * A package with everything that is hard to relocate: a compiled program with the prefix in its strings, scripts,
 * links, odd names and modes, activation scripts.
 *
 * @param work an empty folder for the compiler
 * @returns `undefined` where the machine has no C compiler
 */
export async function binaryPackage(
  env: Readonly<Record<string, string | undefined>>,
  subdir: string,
  work: string,
): Promise<PackageContent | undefined> {
  const program = await compile(env, work);
  if (program === undefined) return undefined;
  return {
    name,
    version: "1.2",
    build: "h1_3",
    buildNumber: 3,
    subdir,
    depends: [],
    license: "CC0-1.0",
    format: ".conda",
    files: [
      { kind: "file", path: "bin/bindemo", content: program, mode: 0o755, prefix: "binary" },
      ...texts(),
      ...oddities(),
      ...activation(),
    ],
  };
}

async function compile(
  env: Readonly<Record<string, string | undefined>>,
  work: string,
): Promise<Buffer | undefined> {
  const { execa } = await import("execa");
  await mkdir(work, { recursive: true });
  const source = join(work, "bindemo.c");
  const target = join(work, "bindemo");
  await writeFile(source, program);
  const run = await execa("cc", ["-O0", "-o", target, source], {
    env: { PATH: env["PATH"] ?? "/usr/bin:/bin", HOME: env["HOME"] ?? "/" },
    extendEnv: false,
    reject: false,
  });
  const content = run.failed ? undefined : await readFile(target);
  await rm(work, { recursive: true, force: true });
  return content;
}

function texts(): readonly PackageFile[] {
  const script = { mode: 0o755, prefix: "text" } as const;
  return [
    textFile(
      "bin/bindemo-isolated",
      `#!${placeholder}/bin/python -E\nimport sys\nprint(sys.flags.ignore_environment, sys.prefix)\n`,
      script,
    ),
    textFile(
      "bin/bindemo-twice",
      `#!${placeholder}/bin/python\nimport sys\nprint("${placeholder}/share", sys.prefix)\n`,
      script,
    ),
    textFile(
      "lib/pkgconfig/bindemo.pc",
      `prefix=${placeholder}\nlibdir=\${prefix}/lib\n\nName: bindemo\nVersion: 1.2\nDescription: A demonstration\nLibs: -L\${libdir}\n`,
      { prefix: "text" },
    ),
  ];
}

function oddities(): readonly PackageFile[] {
  const long = `share/bindemo/${"a-rather-long-folder-name/".repeat(5)}leaf.txt`;
  return [
    {
      kind: "file",
      path: "share/bindemo/ends-without-nul.bin",
      content: Buffer.concat([
        Buffer.from([0, 255, 254, 1, 0]),
        Buffer.from(`${placeholder}/etc/x`),
      ]),
      mode: 0o644,
      prefix: "binary",
    },
    textFile("share/bindemo/read-only.txt", "not to be linked\n", { mode: 0o444, noLink: true }),
    textFile("share/bindemo/größe-日本.txt", "a name beyond ASCII\n"),
    textFile(long, "a long name\n"),
    { kind: "link", path: "share/bindemo/to-file", target: "read-only.txt" },
    { kind: "link", path: "share/bindemo-folder", target: "bindemo" },
    { kind: "directory", path: "share/bindemo/empty" },
  ];
}

function activation(): readonly PackageFile[] {
  return [
    textFile(
      "etc/conda/activate.d/bindemo.sh",
      'export BINDEMO_HOME="$CONDA_PREFIX/share/bindemo"\n',
    ),
    textFile("etc/conda/deactivate.d/bindemo.sh", "unset BINDEMO_HOME\n"),
    textFile(
      "etc/conda/env_vars.d/bindemo.json",
      `{"BINDEMO_DATA": "${placeholder}/share/bindemo", "BINDEMO_MODE": "demo"}\n`,
      { prefix: "text" },
    ),
  ];
}

const program = `#include <stdio.h>

char share[] = "${placeholder}/share";
char search[] = "${placeholder}/a:${placeholder}/b";

int main(void) {
  printf("%s\\n%s\\n", share, search);
  return 0;
}
`;
