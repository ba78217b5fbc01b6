/** A process of its own that reads reports and prints numbers and its largest memory: `node read-report.ts FILE…` */
import { readJunit } from "../../src/reports/junit/read.ts";
import { usualRetention } from "../../src/reports/read-reports.ts";

const retention = usualRetention();
const counts = { tests: 0, failures: 0, dup_keys: 0, findings: 0, text: 0 };
for (const file of process.argv.slice(2)) {
  const report = await readJunit(file, file, { retention, isOnlyFile: true });
  counts.tests += report.counts.tests;
  counts.failures += report.counts.failures;
  counts.dup_keys += report.counts.dup_keys;
  counts.findings += report.findings
    .filter(({ rule }) => rule === "GJ20")
    .reduce((sum, { count }) => sum + count, 0);
  counts.text += report.cases.reduce(
    (sum, { problems }) => sum + (problems[0]?.text.length ?? 0),
    0,
  );
}
const maxRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ ...counts, maxRssMb })}\n`);
