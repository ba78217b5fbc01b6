import { randomBytes } from "node:crypto";
import { RateLimiter } from "../http/rate-limit.ts";
import type { RateLimit } from "../http/rate-limit.ts";
import type { Job, NamespaceSettings, Project, Token, User } from "./model.ts";

/** All that the server knows. Bytes and commits are in `folder`, the rest is here. */
export class World {
  readonly folder: string;
  readonly now: () => Date;
  readonly users = new Map<number, User>();
  readonly tokens = new Map<string, Token>();
  readonly projects = new Map<number, Project>();
  readonly jobs = new Map<number, Job>();
  readonly namespaces = new Map<string, NamespaceSettings>();
  /** GitLab's default limit of a generic package file: 5 GiB. */
  genericFileLimitBytes = 5 * 1024 ** 3;
  packagesEnabled = true;
  /** Where downloads are sent to, signed, instead of being served: the object storage's own address. */
  readonly storageKey = randomBytes(32);
  objectStorageOrigin: string | undefined;
  /** None where undefined. */
  rateLimit: RateLimit | undefined;
  readonly rateLimiter = new RateLimiter();
  pushPipelineLimit = 4;
  readonly #counters = new Map<string, number>();

  constructor(folder: string, now: () => Date) {
    this.folder = folder;
    this.now = now;
  }

  nextId(kind: string): number {
    return count(this.#counters, kind);
  }

  /** By number or by full path, as `:id` is given. */
  findProject(id: string): Project | undefined {
    if (/^\d+$/.test(id)) return this.projects.get(Number(id));
    const path = id.toLowerCase();
    return [...this.projects.values()].find((project) => project.path.toLowerCase() === path);
  }

  /** A project that was moved away from this path. */
  findMovedProject(path: string): Project | undefined {
    return [...this.projects.values()].find((project) => project.previousPaths.includes(path));
  }

  namespaceSettings(project: Project): NamespaceSettings {
    const [root = ""] = project.path.split("/");
    const known = this.namespaces.get(root);
    if (known !== undefined) return known;
    const fresh = { genericDuplicatesAllowed: true, genericDuplicateExceptionRegex: "" };
    this.namespaces.set(root, fresh);
    return fresh;
  }
}

/** The next `iid` of a kind within its project. */
export function nextIid(project: Project, kind: string): number {
  return count(project.counters, kind);
}

function count(counters: Map<string, number>, kind: string): number {
  const next = (counters.get(kind) ?? 0) + 1;
  counters.set(kind, next);
  return next;
}
