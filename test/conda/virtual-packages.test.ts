import { expect, test } from "vitest";
import { thisMachine, virtualPackages } from "../../src/conda/spec/virtual-packages.ts";

const machine = { platform: "linux-64", kernel: "6.1.0-28-amd64", glibc: "2.36" };

const cases = [
  {
    title: "a machine of glibc",
    env: {},
    found: ["__unix=0=0", "__linux=6.1.0=0", "__glibc=2.36=0", "__archspec=1=x86_64"],
  },
  {
    title: "overrides",
    env: {
      CONDA_OVERRIDE_GLIBC: "2.17",
      CONDA_OVERRIDE_LINUX: "4.18",
      CONDA_OVERRIDE_CUDA: "12.4",
      CONDA_OVERRIDE_ARCHSPEC: "x86_64_v3",
    },
    found: [
      "__unix=0=0",
      "__linux=4.18=0",
      "__glibc=2.17=0",
      "__cuda=12.4=0",
      "__archspec=1=x86_64_v3",
    ],
  },
  {
    title: "overrides that are empty, as GitLab passes what is unset",
    env: { CONDA_OVERRIDE_GLIBC: "", CONDA_OVERRIDE_CUDA: "" },
    found: ["__unix=0=0", "__linux=6.1.0=0", "__glibc=2.36=0", "__archspec=1=x86_64"],
  },
] as const;

test.each(cases)("virtual packages of $title", ({ env, found }) => {
  const list = virtualPackages(machine, env).map(
    ({ name, version, build }) => `${name}=${version}=${build}`,
  );
  expect(list).toEqual(found);
});

test("without glibc there is no __glibc", () => {
  const names = virtualPackages({ ...machine, glibc: undefined }, {}).map(({ name }) => name);
  expect(names).toEqual(["__unix", "__linux", "__archspec"]);
});

test("this machine is known, and CONDA_SUBDIR names another platform", () => {
  expect(thisMachine({}).platform).toMatch(/^linux-(64|aarch64)$/);
  expect(thisMachine({ CONDA_SUBDIR: "linux-aarch64" }).platform).toBe("linux-aarch64");
});
