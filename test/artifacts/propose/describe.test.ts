import { expect, test } from "vitest";
import { compareBoms } from "../../../src/artifacts/propose/compare-boms.ts";
import {
  type ArtifactNews,
  proposalDescription,
  proposalTitle,
  quoted,
} from "../../../src/artifacts/propose/describe.ts";
import {
  commitMessage,
  proposalBranch,
  proposalId,
  readCommitMessage,
} from "../../../src/artifacts/propose/proposal.ts";

const bom = (...components: readonly (readonly [purl: string, version: string])[]) =>
  JSON.stringify({
    bomFormat: "CycloneDX",
    components: components.map(([purl, version]) => ({
      name: purl.split("/")[1],
      version,
      purl: `pkg:${purl}@${version}?build=h1_0`,
    })),
  });

const news: ArtifactNews = {
  planned: {
    wanted: { name: "job-0.16.0.conda.tgz", id: "https://gitlab.example.org/new" },
    old: [{ name: "job-0.15.0.conda.tgz", id: "https://gitlab.example.org/old" }],
    kept: ["job-0.15.0.conda.tgz"],
    references: [{ name: "job-0.15.0.conda.tgz", path: "dags/job.py", line: 7 }],
    path: "config/artifacts.yaml",
  },
  before: { version: "0.15.0", size: 2_000_000 },
  after: { version: "0.16.0", size: 2_500_000 },
  packages: compareBoms(
    bom(["conda/python", "3.11.1"], ["conda/six", "1.16"], ["pypi/attrs", "1"]),
    bom(["conda/python", "3.11.2"], ["conda/numpy", "2.0"], ["pypi/attrs", "1"]),
  ),
  notes: [{ version: "0.16.0", text: "- count views\n/merge\nthanks @everybody" }],
  isRollback: false,
};

test("the description says what changes: versions, size, packages, places, notes", () => {
  expect(proposalTitle([news])).toBe("Deploy job 0.16.0");
  expect(proposalDescription([news], "Made by a job.")).toBe(
    `| | |
|---|---|
| artifact | \`job-0.16.0.conda.tgz\` |
| declared in | \`config/artifacts.yaml\` |
| from | https://gitlab.example.org/new |
| stays beside it | \`job-0.15.0.conda.tgz\` |
| version | 0.15.0 → 0.16.0 |
| size | 2.0 MB → 2.5 MB (+500 kB) |

These places still name the old artifact; \`DEPLOY_REPLACE_REFERENCES=true\` changes them along:

- \`dags/job.py:7\` names \`job-0.15.0.conda.tgz\`

<details><summary>Packages: 1 changed, 1 added, 1 removed</summary>

| package | before | after |
|---|---|---|
| \`python\` | 3.11.1 | 3.11.2 |
| \`numpy\` | | 2.0 |
| \`six\` | 1.16 | |

</details>

### Release notes

**0.16.0**

> - count views
> /merge
> thanks @\u200Beverybody

Made by a job.`,
  );
});

test("what others wrote is quoted: it runs no quick action, calls nobody, and hides nothing", () => {
  expect(quoted("a\r\n/close\n\n@all <!-- x -->")).toBe(
    "> a\n> /close\n>\n> @\u200Ball &lt;!-- x -->",
  );
});

test("what is no bill of materials is not compared", () => {
  expect(compareBoms("{}", bom())).toBeUndefined();
  expect(compareBoms(bom(), "<xml/>")).toBeUndefined();
  expect(compareBoms(bom(), bom())).toEqual({ added: [], removed: [], changed: [] });
});

test("a rollback is called one", () => {
  expect(proposalTitle([{ ...news, isRollback: true }])).toBe("Roll back to job 0.16.0");
});

const entries = [
  { name: "job-0.16.0.conda.tgz", id: "https://example.org/a" },
  { name: "lib-1.0.jar", id: "org.example:lib:1.0" },
];

const rules = { removeOld: false, replaceReferences: false };

test("a commit says what it declares, for the run that comes next", () => {
  const proposal = proposalId("main", entries, rules);
  const message = commitMessage("Deploy job 0.16.0", proposal, entries);
  expect(readCommitMessage(message)).toEqual({ proposal, entries });
  expect(readCommitMessage("Fix the DAG\n\nSigned-off-by: Ada")).toBeUndefined();
});

test("the order of artifacts makes no other proposal; branch, version and what becomes of the old do", () => {
  const proposal = proposalId("main", entries, rules);
  expect(proposalId("main", entries.toReversed(), rules)).toBe(proposal);
  expect(proposalId("other", entries, rules)).not.toBe(proposal);
  expect(proposalId("main", entries.slice(1), rules)).not.toBe(proposal);
  expect(proposalId("main", entries, { ...rules, replaceReferences: true })).not.toBe(proposal);
});

test("all versions of the same artifacts share a branch", () => {
  expect(proposalBranch([{ name: "job-0.16.0.conda.tgz", id: "" }])).toBe("slipway/job.conda.tgz");
  expect(proposalBranch([{ name: "job-0.17.0-v0.17.0.conda.tgz", id: "" }])).toBe(
    "slipway/job.conda.tgz",
  );
  expect(proposalBranch(entries)).toMatch(/^slipway\/job\.conda\.tgz-and-1-more-[0-9a-f]{8}$/);
  expect(proposalBranch(entries.toReversed())).toBe(proposalBranch(entries));
});
