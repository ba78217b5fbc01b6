import { readFileSync } from "node:fs";
import { XMLParser } from "fast-xml-parser";

new XMLParser({ ignoreAttributes: false }).parse(readFileSync(process.argv[2] ?? "", "utf8"));
