import { readFileSync } from "node:fs";
import { posix } from "node:path";

/** What the machine lets this process use, and what decided it. */
export interface MachineLimits {
  /** Processors' worth of time; may be a fraction. */
  cpus: number;
  cpuReason: string;
  memoryBytes: number;
  memoryReason: string;
}

/** What the kernel shows; other roots are for tests. */
export interface MachineView {
  /** Processors this process may run on. */
  processors: number;
  totalMemoryBytes: number;
  procCgroup: string;
  cgroupRoot: string;
}

/**
 * The cgroup's CPU quota and memory limit, version 2 (`cpu.max`, `memory.max`) and version 1 (`cpu.cfs_quota_us`,
 * `memory.limit_in_bytes`). A limit anywhere above the process counts.
 */
export function readLimits(view: MachineView): MachineLimits {
  const quotas: { value: number; reason: string }[] = [];
  const memories: { value: number; reason: string }[] = [];
  for (const { version, root, path } of findCgroups(view)) {
    for (const folder of upwards(root, path)) {
      const quota = version === 2 ? quotaOf2(folder) : quotaOf1(folder);
      if (quota !== undefined)
        quotas.push({ value: quota, reason: `cgroup v${version} CPU quota` });
      const memory = readNumber(folder, version === 2 ? "memory.max" : "memory.limit_in_bytes");
      if (memory !== undefined)
        memories.push({ value: memory, reason: `cgroup v${version} memory limit` });
    }
  }
  const processors = { value: view.processors, reason: "processors of the machine" };
  const memory = { value: view.totalMemoryBytes, reason: "memory of the machine" };
  const cpu = least([processors, ...quotas]);
  const room = least([memory, ...memories]);
  return {
    cpus: cpu.value,
    cpuReason: cpu.reason,
    memoryBytes: room.value,
    memoryReason: room.reason,
  };
}

/** Memory that one compressing thread needs: its heap, its blocks, zlib's window. */
const bytesPerThread = 40 << 20;
/** Node itself, the plan and the blocks being read. */
const bytesOfBase = 120 << 20;

/** How many threads to compress with, and which limit decided. */
export function chooseThreads(
  limits: MachineLimits,
  wanted: number | undefined,
): { threads: number; reason: string } {
  const byMemory = Math.max(1, Math.floor((limits.memoryBytes - bytesOfBase) / bytesPerThread));
  const byCpu = Math.max(1, Math.ceil(limits.cpus));
  const first = wanted ?? byCpu;
  if (byMemory < first) return { threads: byMemory, reason: limits.memoryReason };
  return { threads: first, reason: wanted === undefined ? limits.cpuReason : "PACK_THREADS" };
}

function least(limits: readonly { value: number; reason: string }[]) {
  return limits.reduce((lowest, next) => (next.value < lowest.value ? next : lowest), {
    value: Infinity,
    reason: "",
  });
}

interface Cgroup {
  version: 1 | 2;
  root: string;
  path: string;
}

// Lines of /proc/self/cgroup: `0::/path` for version 2, `4:memory:/path` for version 1.
function findCgroups({ procCgroup, cgroupRoot }: MachineView): Cgroup[] {
  return (readText(procCgroup) ?? "").split("\n").flatMap((line): Cgroup[] => {
    const match = /^(\d+):([^:]*):(\/.*)$/.exec(line);
    if (match === null) return [];
    const [, id, controllers = "", path = "/"] = match;
    if (id === "0" && controllers === "") return [{ version: 2, root: cgroupRoot, path }];
    const names = controllers.split(",");
    if (!names.includes("cpu") && !names.includes("memory")) return [];
    // The mount has the name of all its controllers, or links for each.
    return [...new Set([controllers, ...names])].map((name) => ({
      version: 1,
      root: posix.join(cgroupRoot, name),
      path,
    }));
  });
}

// In a container the path may be that of the host while the mount shows the container's own part: the root counts, too.
function upwards(root: string, path: string): string[] {
  const folders: string[] = [];
  for (let at = posix.normalize(path); ; at = posix.dirname(at)) {
    folders.push(posix.join(root, at));
    if (at === "/" || at === ".") return folders;
  }
}

function quotaOf2(folder: string): number | undefined {
  const [quota, period] = (readText(posix.join(folder, "cpu.max")) ?? "").trim().split(/\s+/);
  return fraction(Number(quota), Number(period));
}

function quotaOf1(folder: string): number | undefined {
  const quota = readNumber(folder, "cpu.cfs_quota_us");
  const period = readNumber(folder, "cpu.cfs_period_us");
  return quota === undefined || period === undefined ? undefined : fraction(quota, period);
}

function fraction(quota: number, period: number): number | undefined {
  return quota > 0 && period > 0 ? quota / period : undefined;
}

function readNumber(folder: string, name: string): number | undefined {
  const text = readText(posix.join(folder, name))?.trim();
  const value = Number(text);
  return text === undefined || text === "" || !Number.isFinite(value) || value <= 0
    ? undefined
    : value;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
