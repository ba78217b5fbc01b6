import { readFileSync } from "node:fs";
import { parseStringPromise } from "xml2js";

await parseStringPromise(readFileSync(process.argv[2], "utf8"));
