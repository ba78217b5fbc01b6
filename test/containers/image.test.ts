import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { execa } from "execa";
import { describe, expect, onTestFinished, test } from "vitest";
import { docker, dockerRun, strict } from "../support/docker-run.ts";
import { slipwayImage } from "../support/image.ts";
import { allSteps } from "../support/steps.ts";

const root = join(import.meta.dirname, "../..");
const steps = await allSteps();
const users = ["0:0", "1234:1234"] as const;

/** As GitLab's runner starts a job: a shell that reads what it shall do. */
const inShell = (script: string) => ["sh", "-c", script];

/** The example project, committed, as a checkout that belongs to another user. */
function checkout(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-checkout-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(root, "examples/job-project"), folder, { recursive: true });
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-C", folder, "-c", "user.name=T", "-c", "user.email=t@e.org", ...args]);
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message=First");
  execFileSync("chmod", ["-R", "a+rwX", folder]);
  chmodSync(folder, 0o777);
  execFileSync("chown", ["-R", "4321:4321", folder]);
  return folder;
}

describe.each(users)("as user %s, on a read-only root, with a noexec /tmp", (user) => {
  const run = (script: string, ...more: readonly string[]) =>
    dockerRun([...strict, "--network=none", "--user", user, ...more], inShell(script));

  test("every command starts", async () => {
    const names = [...steps.keys(), "embedded-gitlab", "slipway"];
    const { output, exitCode } = await run(`for c in ${names.join(" ")}; do $c --version; done`);
    expect(output.split("\n").map((line) => line.replace(/ \d+\.\d+\.\d+$/, ""))).toEqual(names);
    expect(exitCode).toBe(0);
  });

  test("without a command the image lists its steps, one sentence each", async () => {
    const { output, exitCode } = await dockerRun([...strict, "--user", user]);
    for (const [name, { summary }] of steps) {
      expect(output).toMatch(new RegExp(`^ +${name} +${RegExp.escape(summary)}\\.$`, "m"));
    }
    expect(exitCode).toBe(0);
  });

  test("a checkout that belongs to somebody else gets its release commit (G12)", async () => {
    const folder = checkout();
    const { output, exitCode } = await run("unset HOME; bump-version", "-v", `${folder}:/repo`);
    expect(output).toContain("BUMPED_VERSION=0.15.0");
    expect(exitCode).toBe(0);
    expect(readFileSync(join(folder, "setup.cfg"), "utf8")).toContain("version = 0.15.0\n");
    // Whoever asks git must own the repository.
    chownSync(folder, process.getuid?.() ?? 0, process.getgid?.() ?? 0);
    chownSync(join(folder, ".git"), process.getuid?.() ?? 0, process.getgid?.() ?? 0);
    const { stdout } = await execa("git", ["log", "-1", "--format=%s"], { cwd: folder });
    expect(stdout).toBe("Release version 0.15.0");
  });

  test("everything that jobs and steps start is there", async () => {
    const tools = "sh grep bash git curl igzip gzip tar ssh-keygen tini node";
    const { output, exitCode } = await run(
      `for t in ${tools}; do command -v $t >/dev/null || echo "no $t"; done; cat /proc/1/comm`,
    );
    expect(output).toBe("tini");
    expect(exitCode).toBe(0);
  });
});

test("docker stop lets what runs end by its own means", async () => {
  const id = await docker("run", "--detach", slipwayImage(), "embedded-gitlab");
  onTestFinished(async () => void (await docker("rm", "--force", id)));
  await expect
    .poll(() => docker("logs", id), { timeout: 60_000, interval: 200 })
    .toContain('"tokens"');
  await docker("stop", "--time=30", id);
  expect(await docker("inspect", "--format={{.State.ExitCode}}", id)).toBe("0");
});

test("the labels say what it is and which commit it is made of", async () => {
  const labels: unknown = JSON.parse(
    await docker("inspect", "--format={{json .Config.Labels}}", slipwayImage()),
  );
  const { stdout: commit } = await execa("git", ["rev-parse", "HEAD"], { cwd: root });
  expect(labels).toMatchObject({
    "org.opencontainers.image.title": "Slipway",
    "org.opencontainers.image.licenses": "Apache-2.0",
    "org.opencontainers.image.version": expect.stringMatching(/^\d+\.\d+\.\d+$/),
    "org.opencontainers.image.revision": commit,
    "org.opencontainers.image.created": expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
});

describe.each(["", "-build"])("the bill of materials of slipway:dev%s", (variant) => {
  const bill = async () => {
    const path = "/usr/share/slipway/bill.cdx.json";
    return (await dockerRun([], ["cat", path], `${slipwayImage()}${variant}`)).output;
  };

  test("is valid by CycloneDX's own schema", async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    expect(await validator.validate(await bill())).toBeNull();
  });

  test("names the packages of Debian and of npm that are in it", async () => {
    const text = await bill();
    for (const part of ["pkg:deb/debian/git@", "pkg:npm/undici@", "pkg:npm/node-linux-"])
      expect(text).toContain(part);
    expect(text.includes("pkg:deb/debian/libkrb5-dev@")).toBe(variant === "-build");
  });
});

test("the licences of what it is made of are passed on", async () => {
  const { output } = await dockerRun([], ["cat", "/usr/share/slipway/licences.txt"]);
  expect(output).toMatch(/^# undici \d+\.\d+\.\d+ \(MIT\)\n\nMIT License/m);
  const { output: unlicensed } = await dockerRun(
    [],
    inShell(
      "for p in $(dpkg-query -Wf '${Package} '); do [ -e /usr/share/doc/$p/copyright ] || echo $p; done",
    ),
  );
  expect(unlicensed).toBe("");
});

test("the variant with a compiler builds what includes the headers of Kerberos and SASL", async () => {
  const { output, exitCode } = await dockerRun(
    ["--network=none"],
    inShell(
      String.raw`printf '#include <stddef.h>\n#include <krb5.h>\n#include <sasl/sasl.h>\nint main(void){krb5_context c;return krb5_init_context(&c)!=0;}\n' >/tmp/x.c && gcc /tmp/x.c -lkrb5 -lsasl2 -o /usr/local/bin/x && x && make --version | head -1`,
    ),
    `${slipwayImage()}-build`,
  );
  expect(output).toContain("GNU Make");
  expect(exitCode).toBe(0);
});

test("it is small: at most 120 MB as it travels", async () => {
  const { stdout } = await execa(`docker save ${slipwayImage()} | gzip | wc -c`, { shell: true });
  const megabytes = Number(stdout) / 1e6;
  process.stdout.write(`slipway image: ${megabytes.toFixed(1)} MB compressed\n`);
  expect(megabytes).toBeLessThanOrEqual(120);
});

// How fast it starts is printed, not asserted: that depends on what else the machine does.
test.each(users)("its lean steps start like Node itself, as user %s", async (user) => {
  const commands = ["node -e 0", "bump-version --version", "tag-release --version"];
  const { output, exitCode } = await dockerRun(
    [...strict, "--user", user, "--entrypoint", "bash"],
    [
      "-c",
      `for i in $(seq 21); do for c in ${commands.map((one) => `'${one}'`).join(" ")}; do
         a=$(date +%s%N); $c >/dev/null || exit 1; b=$(date +%s%N); echo "$c:$((b - a))"; done; done`,
    ],
  );
  expect(exitCode).toBe(0);
  const rows = output.split("\n").map((line) => line.split(":"));
  const median = (command: string) =>
    rows
      .filter(([name]) => name === command)
      .map(([, nanoseconds]) => Number(nanoseconds))
      .toSorted((left, right) => left - right)
      .at(10) ?? Number.NaN;
  for (const command of commands) {
    const ratio = median(command) / median("node -e 0");
    process.stdout.write(`as user ${user}: ${command} takes ${ratio.toFixed(2)} × node -e 0\n`);
  }
});
