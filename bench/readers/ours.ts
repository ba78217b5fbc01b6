import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { readJunit } from "../../src/reports/junit/read.ts";
import { junitVocabulary } from "../../src/reports/junit/vocabulary.ts";
import { NameTable } from "../../src/reports/xml/names.ts";

const [given = ""] = process.argv.slice(2);
const isFolder = statSync(given).isDirectory();
const files = isFolder ? readdirSync(given).map((name) => join(given, name)) : [given];
const retention = { failed: 1000, skipped: 1000 };
const names = new NameTable(junitVocabulary);
for (const file of files) await readJunit(file, file, { retention, names, isOnlyFile: !isFolder });
