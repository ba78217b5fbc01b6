import { closeSync, openSync, writeSync } from "node:fs";

/** What a report of a test run of a given size holds. */
export interface LargeReport {
  cases: number;
  /** Every so many cases one fails. */
  failEvery?: number;
  /** Every so many cases one has the name of the case before it. */
  repeatEvery?: number;
  /** Text that every case prints. */
  output?: string;
  /** Number of the first case, where several reports make one run. */
  firstCase?: number;
}

const casesPerSuite = 1000;

/** Writes a JUnit report piece by piece: it may be larger than a string can be. @returns its size in bytes */
export function writeLargeReport(
  file: string,
  { cases, failEvery = 83, repeatEvery = 0, output = "", firstCase = 0 }: LargeReport,
): number {
  return writePieces(file, function* pieces() {
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n';
    const end = firstCase + cases;
    for (let at = firstCase; at < end; at += 1) {
      const suite = Math.floor(at / casesPerSuite);
      if (at % casesPerSuite === 0 || at === firstCase)
        yield `  <testsuite name="suite.number${suite}" timestamp="2024-01-01T00:00:00">\n`;
      const number = repeatEvery > 0 && at % repeatEvery === repeatEvery - 1 ? at - 1 : at;
      const head = `    <testcase classname="com.example.project.module${suite}.ClassUnderTest${suite}" name="test_case_with_a_name_${number}_of_thousand[param-${(number * 7) % 13}]" time="0.${String(at % 1000).padStart(3, "0")}" file="src/m${suite}.py" line="${at % 1000}"`;
      if (at % failEvery === 0)
        yield `${head}>\n      <failure message="expected 1 &lt; 2" type="AssertionError">Traceback (most recent call last):\n  File "src/m.py", line 12, in test\n    assert 1 &gt; 2\nAssertionError: expected\n</failure>\n    </testcase>\n`;
      else if (output !== "")
        yield `${head}><system-out><![CDATA[${output}]]></system-out></testcase>\n`;
      else yield `${head}/>\n`;
      if (at % casesPerSuite === casesPerSuite - 1 || at === end - 1) yield "  </testsuite>\n";
    }
    yield "</testsuites>\n";
  });
}

/** Writes a report whose one failure has a text of this many bytes. */
export function writeGiantText(file: string, bytes: number): number {
  const line = "2024-01-01 INFO a line of the output of a test that prints far too much\n";
  return writePieces(file, function* pieces() {
    yield '<testsuite name="s"><testcase classname="c" name="loud"><failure message="m">';
    for (let written = 0; written < bytes; written += line.length) yield line;
    yield "</failure></testcase></testsuite>";
  });
}

function writePieces(file: string, pieces: () => Iterable<string>): number {
  const descriptor = openSync(file, "w");
  let pending: string[] = [];
  let length = 0;
  let total = 0;
  const flush = (): void => {
    total += writeSync(descriptor, pending.join(""));
    pending = [];
    length = 0;
  };
  try {
    for (const piece of pieces()) {
      pending.push(piece);
      length += piece.length;
      if (length > 1024 * 1024) flush();
    }
    flush();
  } finally {
    closeSync(descriptor);
  }
  return total;
}
