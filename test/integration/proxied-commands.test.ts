import { afterEach, beforeEach, expect, test } from "vitest";
import { type Certificates, makeCertificates } from "../support/certificates.ts";
import { type FaultServer, passOnTo, startFaultServer } from "../support/fault-server.ts";
import { startCommand } from "../support/step-process.ts";
import { startTaggedProject, type TaggedProject } from "../support/tagged-project.ts";
import { startTunnelProxy, type TunnelProxy } from "../support/tunnel-proxy.ts";

let project: TaggedProject;
let certificates: Certificates | undefined;
let secure: FaultServer | undefined;
let proxy: TunnelProxy | undefined;

beforeEach(async (context) => {
  project = await startTaggedProject();
  project.write("dist/demo-1.2.0.tgz", "the pack");
  certificates = makeCertificates(project.folder);
  if (certificates === undefined)
    return context.skip("no openssl command to make certificates with");
  secure = await startFaultServer(passOnTo(project.gitlab.url), certificates);
  proxy = await startTunnelProxy();
});

afterEach(async () => {
  proxy?.close();
  await secure?.close();
  await project.close();
});

// The bundles hold a part of undici only: that a proxy works from the sources says nothing of them.
test("H14 a command as it is delivered speaks https through a proxy", async () => {
  const env = {
    ...project.env,
    CI_API_V4_URL: `${secure?.url}/api/v4`,
    HTTPS_PROXY: proxy?.url ?? "",
    EXTRA_CA_FILE: certificates?.authority ?? "",
    PACKAGE_FILES: "dist/*",
  };
  for (const command of ["upload-package", "create-release"]) {
    const { code, stderr } = await startCommand(command, { cwd: project.folder, env }).ended;
    expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: "" });
  }
  expect(new Set(proxy?.tunnels)).toEqual(new Set([new URL(secure?.url ?? "").host]));
});
