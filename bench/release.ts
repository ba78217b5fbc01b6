/** bump-version and tag-release on the embedded GitLab, against the same commits, tag and push typed with git. */
import { execa } from "execa";
import { exampleWorld, type ReleaseWorld } from "../test/support/release-world.ts";
import { printTable, summarise } from "./measure.ts";

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5);

const byHand = `
set -e
sed -i 's/0\\.15\\.0\\.dev/0.15.0/' .bumpversion.cfg setup.cfg
git commit --quiet -am "Release version 0.15.0"
git tag -a -m "Release version 0.15.0" v0.15.0
sed -i 's/\\(current_version\\|version\\) = 0\\.15\\.0$/\\1 = 0.16.0.dev/' .bumpversion.cfg setup.cfg
git commit --quiet -am "Bump version: 0.15.0 → 0.16.0.dev"
git push --quiet --atomic "$PUSH_URL" HEAD:refs/heads/main refs/tags/v0.15.0
`;

async function typed({ job, server }: ReleaseWorld): Promise<number> {
  const { folder, variables } = await job(await server.startPipeline(), "by_hand");
  const { serverUrl, path } = server.project;
  const env = {
    ...variables,
    PUSH_URL: `${serverUrl.replace("://", `://oauth2:${server.pushToken}@`)}/${path}.git`,
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.org",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.org",
  };
  const start = performance.now();
  // Without blocking: the server that it pushes to is in this process.
  await execa("sh", ["-c", byHand], {
    cwd: folder,
    env,
    extendEnv: false,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return performance.now() - start;
}

async function stepped({ job, server }: ReleaseWorld): Promise<number> {
  const { run } = await job(await server.startPipeline(), "trigger_release");
  const start = performance.now();
  for (const command of ["bump-version", "tag-release"]) {
    const { exitCode, output } = await run(command);
    if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}:\n${output}`);
  }
  return performance.now() - start;
}

const samples: Record<"typed" | "stepped", number[]> = { typed: [], stepped: [] };
for (let round = -1; round < rounds; round += 1) {
  for (const [kind, way] of [
    ["typed", typed],
    ["stepped", stepped],
  ] as const) {
    await using world = await exampleWorld();
    const milliseconds = await way(world);
    // The first round only warms the file cache.
    if (round >= 0) samples[kind].push(milliseconds);
  }
}
printTable(
  "A release: min, median, max; ratio of medians to git typed by hand",
  [
    summarise("git typed by hand", samples.typed),
    summarise("bump-version, tag-release", samples.stepped),
  ],
  new Map([["bump-version, tag-release", 2]]),
);
