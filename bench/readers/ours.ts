import { readJunit } from "../../src/reports/junit/read.ts";

const [file = ""] = process.argv.slice(2);
await readJunit(file, file, { retention: { failed: 1000, skipped: 1000 }, isOnlyFile: true });
console.log(process.resourceUsage().maxRSS);
