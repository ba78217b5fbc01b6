import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test, type TestContext, vi } from "vitest";

import { linkEnvironment } from "../../conda/support/link-environment.ts";
import { hasProgram, pack, unpack } from "../../conda/support/packs.ts";
import { temporaryFolder } from "../../conda/support/temporary-folder.ts";

// Every test starts processes; how long that takes is the machine's business.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Every shell as its users start it, and with the options that break careless scripts. */
const shells: readonly (readonly [string, ...string[]])[] = [
  ["bash"],
  ["bash", "-u", "-e"],
  ["bash", "--posix", "-u"],
  ["dash"],
  ["dash", "-u", "-e"],
  ["zsh", "-f"],
  ["zsh", "-f", "-u", "-e"],
  ["ksh93"],
  ["ksh93", "-u", "-e"],
  ["mksh"],
  ["mksh", "-u", "-e"],
  ["busybox", "ash"],
  ["busybox", "ash", "-u", "-e"],
];

/** Says what is missing instead of failing where a shell is not installed. */
function needShell(context: TestContext, [program = ""]: readonly string[]): void {
  if (!hasProgram(program)) context.skip(`${program} is not installed`);
}

const shellName = (shell: readonly string[]) => shell.join(" ");

let archive = "";

// An environment without programs: activation needs none.
beforeAll(async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), "slipway-activate-")));
  const prefix = join(root, "build");
  archive = join(root, "x.tgz");
  await linkEnvironment(prefix, []);
  const write = (path: string, text: string) => {
    mkdirSync(join(prefix, path, ".."), { recursive: true });
    writeFileSync(join(prefix, path), text);
  };
  write("etc/conda/activate.d/10-first.sh", 'export ORDER="${ORDER-}1"\n');
  write("etc/conda/activate.d/9-second.sh", 'export ORDER="${ORDER-}9"\n');
  write("etc/conda/activate.d/B-unset.sh", 'ORDER="${ORDER}B$not_set_anywhere"\nfalse\n');
  write("etc/conda/deactivate.d/a.sh", 'export LEFT="${LEFT-}a"\n');
  write("etc/conda/deactivate.d/b.sh", 'export LEFT="${LEFT-}b"\nfalse\n');
  write("etc/conda/activate.d/fishy.fish", "set -gx ORDER fish\n");
  write("etc/conda/deactivate.d/fishy.fish", "set -gx LEFT fish\n");
  write(
    "etc/conda/env_vars.d/one.json",
    JSON.stringify({ PLAIN: "from env_vars.d", QUOTED: 'it\'s "$HOME" \\ `x`' }),
  );
  write(
    "conda-meta/state",
    JSON.stringify({
      env_vars: { PLAIN: "from state", INSIDE: `${prefix}/share:${prefix}`, GONE: "***unset***" },
    }),
  );
  await pack(prefix, archive);
  await rm(prefix, { recursive: true });
  return () => rm(root, { recursive: true, force: true });
});

async function unpackedEnvironment(): Promise<{ root: string; env: string }> {
  const root = await temporaryFolder();
  return { root, env: unpack(archive, join(root, "a place/venv")) };
}

function run(shell: readonly string[], cwd: string, script: string, env = {}): string {
  const [program = "", ...args] = shell;
  return execFileSync(program, [...args, "-c", script], {
    cwd,
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", HOME: "/nowhere", GONE: "was here", PLAIN: "it's old", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

const show = (names: readonly string[]) =>
  names.map((name) => `echo "${name}=\${${name}-UNSET}"`).join("\n");

test.for(shells.map((shell) => ({ shell, title: shellName(shell) })))(
  "$title activates and deactivates and leaves everything as it was",
  async ({ shell }, context) => {
    needShell(context, shell);
    const { env, root } = await unpackedEnvironment();
    const names = [
      "PATH",
      "CONDA_PREFIX",
      "CONDA_DEFAULT_ENV",
      "CONDA_SHLVL",
      "PLAIN",
      "QUOTED",
      "INSIDE",
      "GONE",
    ];
    const output = run(
      shell,
      root,
      `${show(names)}
. '${env}/bin/activate'
echo --
${show([...names, "ORDER"])}
. '${env}/bin/activate'
echo --
${show([...names, "ORDER"])}
set | grep -a '^_slipway' || :
echo --
deactivate
${show(names)}
echo "LEFT=\${LEFT-UNSET}"
set | grep -a '^_slipway' || :
echo --
. '${env}/bin/deactivate'
echo "end $?"
`,
    );
    const [before, active, again, after, end] = output.split("--\n");
    expect(active).toBe(`PATH=${env}/bin:/usr/bin:/bin
CONDA_PREFIX=${env}
CONDA_DEFAULT_ENV=venv
CONDA_SHLVL=UNSET
PLAIN=from state
QUOTED=it's "$HOME" \\ \`x\`
INSIDE=${env}/share:${env}
GONE=UNSET
ORDER=19B
`);
    expect(again).toBe(active);
    expect(after).toBe(`${before}LEFT=ba\n`);
    expect(end).toBe("end 0\n");
  },
);

/** Ways in which people name the file. */
const ways = [
  { way: "relative", script: ". venv/bin/activate", cwd: "a place" },
  { way: "relative with a dot", script: ". ./activate", cwd: "a place/venv/bin" },
  { way: "through a link", script: ". ./link/bin/activate", cwd: "." },
  {
    way: "with CDPATH set",
    script: "CDPATH=/usr:/; export CDPATH; . venv/bin/activate",
    cwd: "a place",
  },
  { way: "inside a function", script: "go() { . venv/bin/activate; }; go", cwd: "a place" },
  {
    way: "in a subshell",
    script: "(. venv/bin/activate; echo $CONDA_PREFIX); . venv/bin/activate",
    cwd: "a place",
  },
] as const;

test.for(
  ways.flatMap((way) =>
    shells
      .filter(({ length }) => length <= 2)
      .map((shell) => ({ ...way, shell, name: shellName(shell) })),
  ),
)(
  "$name finds the environment when it is sourced $way",
  async ({ shell, script, cwd }, context) => {
    needShell(context, shell);
    const { root, env } = await unpackedEnvironment();
    symlinkSync(env, join(root, "link"));
    const output = run(shell, join(root, cwd), `${script}\necho "$CONDA_PREFIX"`)
      .trimEnd()
      .split("\n");
    for (const line of output) expect([env, join(root, "link")]).toContain(line);
  },
);

test.for(
  shells.filter(({ length }) => length <= 2).map((shell) => ({ shell, name: shellName(shell) })),
)(
  "$name deactivates the first environment when another one is activated",
  async ({ shell }, context) => {
    needShell(context, shell);
    const { root, env } = await unpackedEnvironment();
    const other = unpack(archive, join(root, "other"));
    const output = run(
      shell,
      root,
      `. '${env}/bin/activate'; . '${other}/bin/activate'; echo "$PATH"; deactivate; echo "$PATH"; echo "\${CONDA_PREFIX-none}"`,
    );
    expect(output).toBe(`${other}/bin:/usr/bin:/bin\n/usr/bin:/bin\nnone\n`);
  },
);

test.for(
  shells.filter(({ length }) => length <= 2).map((shell) => ({ shell, name: shellName(shell) })),
)("$name keeps empty elements of PATH when it takes its own out", async ({ shell }, context) => {
  needShell(context, shell);
  const { root, env } = await unpackedEnvironment();
  const script = `. '${env}/bin/activate'; PATH="/first:$PATH"; deactivate; echo "$PATH"`;
  const output = run(shell, root, script, { PATH: ":/usr/bin::/bin:" });
  expect(output).toBe("/first::/usr/bin::/bin:\n");
});

test.for(
  shells.filter(({ length }) => length <= 2).map((shell) => ({ shell, name: shellName(shell) })),
)("$name deactivates in a child of the shell that activated", async ({ shell }, context) => {
  needShell(context, shell);
  const { root, env } = await unpackedEnvironment();
  const script = `. '${env}/bin/deactivate'; echo "$PATH \${CONDA_PREFIX-none} \${INSIDE-none}"`;
  const output = run(shell, root, script, {
    PATH: `${env}/bin:/usr/bin:/bin`,
    CONDA_PREFIX: env,
    INSIDE: "x",
  });
  expect(output).toBe("/usr/bin:/bin none none\n");
});

test("the prompt changes in an interactive shell only, and comes back", async () => {
  const { root, env } = await unpackedEnvironment();
  const script = `PS1='it'\\''s> '; . '${env}/bin/activate'; echo "$PS1"; deactivate; echo "$PS1"`;
  expect(run(["bash", "--norc", "-i"], root, script)).toBe("(venv) it's> \nit's> \n");
  expect(run(["bash", "--norc"], root, script)).toBe("it's> \nit's> \n");
});

test("fish activates and deactivates and leaves everything as it was", async (context) => {
  if (!hasProgram("fish")) context.skip("fish is not installed");
  const { root, env } = await unpackedEnvironment();
  const names = ["CONDA_PREFIX", "CONDA_DEFAULT_ENV", "PLAIN", "QUOTED", "INSIDE", "GONE"];
  const showFish = `echo PATH=(string join : $PATH)\n${names
    .map((name) => `set -q ${name}; and echo "${name}=$${name}"; or echo "${name}=UNSET"`)
    .join("\n")}`;
  const output = run(
    ["fish", "--no-config"],
    root,
    `${showFish}
source '${env}/bin/activate.fish'
source '${env}/bin/activate.fish'
echo ==
${showFish}
echo ORDER=$ORDER
echo ==
deactivate
${showFish}
echo LEFT=$LEFT
functions -q deactivate; and echo still there; or true
`,
    { HOME: root },
  );
  const [before, active, after] = output.split("==\n");
  expect(active).toBe(`PATH=${env}/bin:/usr/bin:/bin
CONDA_PREFIX=${env}
CONDA_DEFAULT_ENV=venv
PLAIN=from state
QUOTED=it's "$HOME" \\ \`x\`
INSIDE=${env}/share:${env}
GONE=UNSET
ORDER=fish
`);
  expect(after).toBe(`${before}LEFT=fish\n`);
});
