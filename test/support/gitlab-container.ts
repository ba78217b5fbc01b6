import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { GenericContainer, Network, type StartedTestContainer, Wait } from "testcontainers";
import { docker } from "./docker-run.ts";
import { slipwayImage } from "./image.ts";

const root = join(import.meta.dirname, "../..");
const projectPath = "group/job-project";
/** The name of the server among the containers. */
const host = "gitlab";

/** A GitLab in a container: the embedded one, or the real one that GITLAB_IMAGE names. */
export interface GitlabContainer extends AsyncDisposable {
  /** The network it is on; other containers find it there under {@link inside}. */
  readonly network: string;
  readonly inside: { readonly url: string; readonly api: string };
  readonly project: { readonly id: number; readonly path: string };
  /** Of a Maintainer, with the scopes api and write_repository. */
  readonly token: string;
  /** A clone of the project, as of its start. */
  readonly checkout: string;
  /** Asks the API from outside of the containers. */
  api(path: string, init?: RequestInit): Promise<unknown>;
}

export async function startGitlabContainer(): Promise<GitlabContainer> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-gitlab-"));
  const checkout = join(folder, "checkout");
  cpSync(join(root, "examples/job-project"), checkout, { recursive: true });
  const git = (...args: readonly string[]) =>
    execa("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], {
      cwd: checkout,
    });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "--message=First");
  const network = await new Network().start();
  const real = process.env["GITLAB_IMAGE"] ?? "";
  const { container, ...made } =
    real === ""
      ? await startEmbedded(network, checkout)
      : await startReal(real, network, (url) => git("push", "--quiet", url, "main"));
  const outside = (port: number) =>
    `http://${container.getHost()}:${container.getMappedPort(port)}/api/v4`;
  return {
    ...made,
    network: network.getName(),
    inside: { url: made.url, api: `${made.url}/api/v4` },
    checkout,
    async api(path, init = {}) {
      const response = await fetch(`${outside(made.port)}/projects/${made.project.id}/${path}`, {
        ...init,
        headers: { "PRIVATE-TOKEN": made.token, "Content-Type": "application/json" },
      });
      return response.json();
    },
    async [Symbol.asyncDispose]() {
      await container.stop();
      await network.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Started {
  readonly container: StartedTestContainer;
  readonly url: string;
  readonly port: number;
  readonly project: GitlabContainer["project"];
  readonly token: string;
}

type StartedNetwork = Awaited<ReturnType<Network["start"]>>;

async function startEmbedded(network: StartedNetwork, repository: string): Promise<Started> {
  // The one that addresses need not name: not every client takes another.
  const port = 80;
  const container = await new GenericContainer(`${slipwayImage()}-embedded-gitlab`)
    .withNetwork(network)
    .withNetworkAliases(host)
    .withBindMounts([{ source: repository, target: "/srv/project", mode: "ro" }])
    .withEnvironment({
      PORT: String(port),
      EMBEDDED_GITLAB_REPO: "/srv/project",
      EMBEDDED_GITLAB_EXTERNAL_HOST: host,
      EMBEDDED_GITLAB_PROJECT: projectPath,
    })
    .withExposedPorts(port)
    .withWaitStrategy(Wait.forLogMessage(/"tokens"/))
    .start();
  const told: { url: string; project: Started["project"]; tokens: { maintainer: string } } =
    JSON.parse(await docker("logs", container.getId()));
  const url = new URL(told.url).origin;
  return { container, port, url, project: told.project, token: told.tokens.maintainer };
}

/** What an administrator does by hand: a token for root, a project with a protected branch, a token of the project. */
async function startReal(
  image: string,
  network: StartedNetwork,
  push: (url: string) => Promise<unknown>,
): Promise<Started> {
  const port = 80;
  const url = `http://${host}`;
  const container = await new GenericContainer(image)
    .withNetwork(network)
    .withNetworkAliases(host)
    .withSharedMemorySize(256 * 1024 * 1024)
    .withEnvironment({
      GITLAB_OMNIBUS_CONFIG: `external_url '${url}'; gitlab_rails['monitoring_whitelist'] = ['0.0.0.0/0']; puma['worker_processes'] = 0; prometheus_monitoring['enable'] = false`,
    })
    .withExposedPorts(port)
    .withStartupTimeout(900_000)
    .withWaitStrategy(Wait.forHttp("/-/readiness", port).forStatusCode(200))
    .start();
  const rootToken = "glpat-bootstrap-of-the-tests";
  const { exitCode, output } = await container.exec([
    "gitlab-rails",
    "runner",
    `t = User.find_by_username('root').personal_access_tokens.create!(scopes: ['api', 'write_repository'], name: 'tests', expires_at: 1.day.from_now); t.set_token('${rootToken}'); t.save!`,
  ]);
  if (exitCode !== 0) throw new Error(`The token of root cannot be made: ${output}`);
  const outside = `http://${container.getHost()}:${container.getMappedPort(port)}`;
  const ask = async (path: string, body: object): Promise<{ id: number; token: string }> => {
    const response = await fetch(`${outside}/api/v4/${path}`, {
      method: "POST",
      headers: { "PRIVATE-TOKEN": rootToken, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  };
  const [groupName = "", name = ""] = projectPath.split("/");
  const group = await ask("groups", { name: groupName, path: groupName });
  const project = await ask("projects", { name, namespace_id: group.id, default_branch: "main" });
  const { token } = await ask(`projects/${project.id}/access_tokens`, {
    name: "tests",
    scopes: ["api", "write_repository"],
    access_level: 40,
    expires_at: new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10),
  });
  // The push of the first branch makes it the default one, which GitLab protects for Maintainers.
  await push(`${outside.replace("://", `://root:${rootToken}@`)}/${projectPath}.git`);
  return { container, port, url, project: { id: project.id, path: projectPath }, token };
}
