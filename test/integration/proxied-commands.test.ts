import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Certificates, makeCertificates } from "../support/certificates.ts";
import { type FaultServer, passOnTo, startFaultServer } from "../support/fault-server.ts";
import { startCommand } from "../support/step-process.ts";
import { startTaggedProject, type TaggedProject } from "../support/tagged-project.ts";

let project: TaggedProject;
let certificates: Certificates | undefined;
let secure: FaultServer | undefined;
let proxy: Server;
const tunnels: string[] = [];

beforeEach(async (context) => {
  project = await startTaggedProject();
  project.write("dist/demo-1.2.0.tgz", "the pack");
  certificates = makeCertificates(project.folder);
  if (certificates === undefined)
    return context.skip("no openssl command to make certificates with");
  secure = await startFaultServer(passOnTo(project.gitlab.url), certificates);
  tunnels.length = 0;
  proxy = createServer((_request, response) => response.writeHead(400).end());
  proxy.on("connect", (request, socket) => {
    tunnels.push(request.url ?? "");
    const [host = "", port] = (request.url ?? "").split(":");
    const upstream = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
});

afterEach(async () => {
  proxy?.closeAllConnections();
  proxy?.close();
  await secure?.close();
  await project.close();
});

// The bundles hold a part of undici only: that a proxy works from the sources says nothing of them.
test("H14 a command as it is delivered speaks https through a proxy", async () => {
  const address = proxy.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const env = {
    ...project.env,
    CI_API_V4_URL: `${secure?.url}/api/v4`,
    HTTPS_PROXY: `http://127.0.0.1:${port}`,
    EXTRA_CA_FILE: certificates?.authority ?? "",
    PACKAGE_FILES: "dist/*",
  };
  for (const command of ["upload-package", "create-release"]) {
    const { code, stderr } = await startCommand(command, { cwd: project.folder, env }).ended;
    expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: "" });
  }
  expect(new Set(tunnels)).toEqual(new Set([new URL(secure?.url ?? "").host]));
});
