import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

import { chooseThreads, readLimits } from "../../../src/conda/pack/compress/limits.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const GiB = 2 ** 30;

/** Files as the kernel shows them: what a process is in, and the limits. */
async function machineWith(procCgroup: string, files: Readonly<Record<string, string>>) {
  const root = await temporaryFolder();
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write("proc", procCgroup);
  for (const [path, text] of Object.entries(files)) write(`cgroup/${path}`, text);
  return {
    processors: 8,
    totalMemoryBytes: 16 * GiB,
    procCgroup: join(root, "proc"),
    cgroupRoot: join(root, "cgroup"),
  };
}

test.for([
  {
    title: "no limit",
    proc: "0::/\n",
    files: { "cpu.max": "max 100000\n", "memory.max": "max\n" },
    cpus: 8,
    cpu: "processors of the machine",
    memory: 16 * GiB,
    reason: "memory of the machine",
  },
  {
    title: "a quota of version 2",
    proc: "0::/\n",
    files: { "cpu.max": "150000 100000\n", "memory.max": "1073741824\n" },
    cpus: 1.5,
    cpu: "cgroup v2 CPU quota",
    memory: GiB,
    reason: "cgroup v2 memory limit",
  },
  {
    title: "a quota further up",
    proc: "0::/kube/pod/box\n",
    files: {
      "kube/cpu.max": "200000 100000\n",
      "kube/pod/box/cpu.max": "max 100000\n",
      "kube/pod/memory.max": "2147483648\n",
    },
    cpus: 2,
    cpu: "cgroup v2 CPU quota",
    memory: 2 * GiB,
    reason: "cgroup v2 memory limit",
  },
  {
    title: "the tightest of several",
    proc: "0::/a/b\n",
    files: { "a/cpu.max": "200000 100000\n", "a/b/cpu.max": "300000 100000\n" },
    cpus: 2,
    cpu: "cgroup v2 CPU quota",
    memory: 16 * GiB,
    reason: "memory of the machine",
  },
  {
    title: "a quota of version 1",
    proc: "4:memory:/docker/x\n1:cpu,cpuacct:/docker/x\n0::/\n",
    files: {
      "cpu,cpuacct/docker/x/cpu.cfs_quota_us": "400000\n",
      "cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000\n",
      "memory/docker/x/memory.limit_in_bytes": "536870912\n",
    },
    cpus: 4,
    cpu: "cgroup v1 CPU quota",
    memory: GiB / 2,
    reason: "cgroup v1 memory limit",
  },
  {
    title: "version 1 inside a container, where the path is the host's",
    proc: "1:cpu:/docker/x\n4:memory:/docker/x\n",
    files: {
      "cpu/cpu.cfs_quota_us": "100000\n",
      "cpu/cpu.cfs_period_us": "100000\n",
      "memory/memory.limit_in_bytes": "536870912\n",
    },
    cpus: 1,
    cpu: "cgroup v1 CPU quota",
    memory: GiB / 2,
    reason: "cgroup v1 memory limit",
  },
  {
    title: "version 1 without limits",
    proc: "1:cpu:/\n4:memory:/\n",
    files: {
      "cpu/cpu.cfs_quota_us": "-1\n",
      "cpu/cpu.cfs_period_us": "100000\n",
      "memory/memory.limit_in_bytes": "9223372036854771712\n",
    },
    cpus: 8,
    cpu: "processors of the machine",
    memory: 16 * GiB,
    reason: "memory of the machine",
  },
  {
    title: "no cgroups at all",
    proc: "",
    files: {},
    cpus: 8,
    cpu: "processors of the machine",
    memory: 16 * GiB,
    reason: "memory of the machine",
  },
])(
  "$title: $cpus processors, because of $cpu",
  async ({ proc, files, cpus, cpu, memory, reason }) => {
    const view = await machineWith(proc, files);
    expect(readLimits(view)).toStrictEqual({
      cpus,
      cpuReason: cpu,
      memoryBytes: memory,
      memoryReason: reason,
    });
  },
);

test.for([
  {
    title: "as many as processors",
    cpus: 4,
    memory: 16 * GiB,
    wanted: undefined,
    threads: 4,
    reason: "c",
  },
  {
    title: "a part of a processor is one",
    cpus: 0.5,
    memory: 16 * GiB,
    wanted: undefined,
    threads: 1,
    reason: "c",
  },
  {
    title: "one and a half are two",
    cpus: 1.5,
    memory: 16 * GiB,
    wanted: undefined,
    threads: 2,
    reason: "c",
  },
  {
    title: "what is asked for",
    cpus: 2,
    memory: 16 * GiB,
    wanted: 7,
    threads: 7,
    reason: "PACK_THREADS",
  },
  {
    title: "less where memory is short",
    cpus: 8,
    memory: 256 * 2 ** 20,
    wanted: undefined,
    threads: 3,
    reason: "m",
  },
  {
    title: "less than asked for where memory is short",
    cpus: 8,
    memory: 256 * 2 ** 20,
    wanted: 6,
    threads: 3,
    reason: "m",
  },
  {
    title: "one in any case",
    cpus: 8,
    memory: 64 * 2 ** 20,
    wanted: undefined,
    threads: 1,
    reason: "m",
  },
])("threads: $title", ({ cpus, memory, wanted, threads, reason }) => {
  const limits = { cpus, cpuReason: "c", memoryBytes: memory, memoryReason: "m" };
  expect(chooseThreads(limits, wanted)).toStrictEqual({ threads, reason });
});
