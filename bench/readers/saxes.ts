import { createReadStream } from "node:fs";
import { SaxesParser } from "saxes";

const parser = new SaxesParser({ xmlns: false });
let cases = 0;
parser.on("opentag", ({ name }) => {
  if (name === "testcase") cases += 1;
});
for await (const chunk of createReadStream(process.argv[2] ?? "", { encoding: "utf8" }))
  parser.write(String(chunk));
parser.close();
console.log(cases);
