import { type App, digest, type FaultServer, startFaultServer } from "./fault-server.ts";

/**
 * A registry of one package that hashes what it is sent and keeps nothing else: for files too large to store. The
 * embedded GitLab, which stores them, proves everything else.
 */
export async function startTinyRegistry(): Promise<FaultServer> {
  const files: Record<string, unknown>[] = [];
  const app: App = async (request) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (request.method === "PUT") {
      const { size, sha256 } = await digest(request);
      const name = path.split("/").at(-1) ?? "";
      files.push({ id: files.length + 1, file_name: name, size, file_sha256: sha256 });
      return { status: 201, body: '{"message":"201 Created"}' };
    }
    const isEmpty = files.length === 0;
    if (path.endsWith("/package_files")) return { status: 200, body: JSON.stringify(files) };
    const packages = [{ id: 1, name: "demo", version: "1.0", _links: { web_path: "/demo" } }];
    return { status: 200, body: JSON.stringify(isEmpty ? [] : packages) };
  };
  return startFaultServer(app);
}
