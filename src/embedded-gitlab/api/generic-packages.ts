import { join } from "node:path";
import { assertMay, readableProject } from "../access/permissions.ts";
import { uniqueName } from "../git/run-git.ts";
import { json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import { queryParameters } from "../http/body.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import {
  badRequest,
  forbidden,
  invalidParameter,
  notFound,
  unauthorized,
} from "../http/refusals.ts";
import { route } from "../http/router.ts";
import type { RouteAccess } from "../access/authenticate.ts";
import { assertNoTraversal, assertPackageName } from "../packages/names.ts";
import { FileTooLarge, receiveFile } from "../packages/receive-file.ts";
import type { ReceivedFile } from "../packages/receive-file.ts";
import {
  findNewestFile,
  isDuplicateRefused,
  isPackageProtected,
  storeFile,
} from "../packages/registry.ts";
import type { StoredName } from "../packages/registry.ts";
import type { Project } from "../world/model.ts";
import { servePackageFile } from "../packages/serve-file.ts";
import { showPackageFile } from "./package-entity.ts";

const upload: RouteAccess = {
  jobToken: "admin_packages",
  basic: true,
  deployToken: ["write_package_registry", "read_package_registry"],
};
const download: RouteAccess = {
  jobToken: "read_packages",
  basic: true,
  lenientBasic: true,
  deployToken: ["read_package_registry", "write_package_registry"],
};
const base = "/projects/:id/packages/generic/:package_name/:package_version";

/** https://docs.gitlab.com/user/packages/generic_packages/ */
export const genericPackageRoutes = [
  route("PUT", `${base}/*file/authorize`, authorizeUpload, upload),
  route("PUT", `${base}/*file`, uploadFile, upload),
  route("GET", `${base}/*file`, downloadFile, download),
];

function authorizeUpload(exchange: Exchange): Answer {
  const project = uploadableProject(exchange, readName(exchange));
  return json({
    TempPath: exchange.world.folder,
    MaximumSize: exchange.world.genericFileLimitBytes,
    RemoteObject: null,
    ProjectPath: project.path,
  });
}

async function uploadFile(exchange: Exchange): Promise<Answer> {
  const { world } = exchange;
  const query = queryParameters(exchange.query);
  const status = query.oneOf("status", ["default", "hidden"]);
  const select = query.oneOf("select", ["package_file"]);
  const name = readName(exchange);
  const project = uploadableProject(exchange, name);
  if (isDuplicateRefused(world.namespaceSettings(project), project, name)) {
    throw badRequest("Duplicate package is not allowed");
  }
  const received = await receiveUpload(exchange, project, name);
  const [target, file] = storeFile(world, project, exchange.caller, name, received, status);
  if (select === "package_file") return json(showPackageFile(exchange, project, target, file));
  return json({ message: "201 Created" }, 201);
}

async function downloadFile(exchange: Exchange): Promise<Answer> {
  queryParameters(exchange.query).oneOf("download_mode", ["proxy", "direct"]);
  assertPackagesOn(exchange);
  const name = readName(exchange);
  const project = readableProject(exchange, { nobody: 401, ability: "download_package" });
  assertMay(exchange, project, "download_package");
  const found = findNewestFile(project, name);
  if (found === undefined) throw notFound();
  const [target, file] = found;
  target.lastDownloadedAt = exchange.world.now();
  return servePackageFile(exchange.world, file);
}

function uploadableProject(exchange: Exchange, name: StoredName): Project {
  assertPackagesOn(exchange);
  const project = readableProject(exchange, { nobody: 401 });
  if (exchange.caller.token === undefined) throw unauthorized();
  assertMay(exchange, project, "create_package");
  if (isPackageProtected(exchange.caller, project, name.packageName, "push")) {
    throw forbidden("Package protected.");
  }
  return project;
}

async function receiveUpload(
  exchange: Exchange,
  project: Project,
  name: StoredName,
): Promise<ReceivedFile> {
  const { world, request } = exchange;
  const { "content-length": length, "transfer-encoding": coding } = request.headers;
  const hasBody = coding !== undefined || (length !== undefined && length !== "0");
  if (!hasBody) throw invalidParameter("file is missing");
  const path = join(world.folder, "packages", uniqueName(String(project.id)));
  try {
    const received = await receiveFile(exchange.body(), path, world.genericFileLimitBytes);
    // Another upload of the same file may have come to its end meanwhile.
    if (isDuplicateRefused(world.namespaceSettings(project), project, name)) {
      throw badRequest("Duplicate package is not allowed");
    }
    return received;
  } catch (error) {
    throw error instanceof FileTooLarge ? badRequest("File is too large") : error;
  }
}

// What stands between version and file name is the file's path; it is kept as part of the name, encoded.
function readName(exchange: Exchange): StoredName {
  const parts = param(exchange, "file").split("/");
  const name = parts.at(-1) ?? "";
  const path = parts.slice(0, -1).join("/");
  assertPackageName("package_name", param(exchange, "package_name"));
  assertPackageName("package_version", param(exchange, "package_version"));
  if (path !== "") assertNoTraversal("path", path);
  assertPackageName("file_name", name);
  return {
    packageName: param(exchange, "package_name"),
    version: param(exchange, "package_version"),
    fileName: parts.length === 1 ? name : encodeURIComponent(`${path}/${name}`),
  };
}

function assertPackagesOn(exchange: Exchange): void {
  if (!exchange.world.packagesEnabled) throw notFound();
}
