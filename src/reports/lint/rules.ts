/**
 * How bad a finding is: `E` the whole job shows no tests, `L` tests are lost or counted with another outcome, `D` they
 * are shown wrongly, `I` a note.
 */
export type LintLevel = "E" | "L" | "D" | "I";

export interface LintRule {
  level: LintLevel;
  /** What GitLab does with it: what the user loses. */
  loses: string;
  /** How to mend it. */
  cure: string;
}

const nothingShown = "GitLab shows no test of this job";
const fileIgnored = "GitLab ignores this coverage file";

/** What GitLab's two readers drop or misread. The ids are stable: `LINT_IGNORE` names them. */
export const lintRules = {
  GJ01: {
    level: "E",
    loses: nothingShown,
    cure: "Let the producer write well-formed XML 1.0; a killed run leaves a truncated file.",
  },
  GJ02: {
    level: "E",
    loses: `${nothingShown}, although the XML is readable`,
    cure: "Declare the prefix, make the namespace an absolute URI, or leave the attribute out.",
  },
  GJ03: { level: "E", loses: nothingShown, cure: "Write the report as UTF-8 and declare it so." },
  GJ04: {
    level: "E",
    loses: `${nothingShown} when a file has more than 30 MiB`,
    cure: "Split the report, or leave out the output of passed tests; FIX_REPORTS=true does the first.",
  },
  GJ05: {
    level: "E",
    loses: "GitLab does not read the report: its files have more than 100 MiB together",
    cure: "Leave out the output of passed tests, or split the job.",
  },
  GJ06: {
    level: "E",
    loses: `${nothingShown} (limit of GitLab.com for one file)`,
    cure: "Split the report.",
  },
  GJ07: { level: "E", loses: nothingShown, cure: "Move the text into <failure> or <system-out>." },
  GJ08: {
    level: "E",
    loses: nothingShown,
    cure: "Write one <system-out> of plain text per test case.",
  },
  GJ09: {
    level: "E",
    loses: nothingShown,
    cure: "Rename the type; GitLab's reader takes it for a data type.",
  },
  GJ10: {
    level: "E",
    loses: `${nothingShown} from a nesting of 2,048 on`,
    cure: "Nest suites less deeply.",
  },
  GJ20: {
    level: "L",
    loses: "GitLab keeps only one of them",
    cure: "Give each test its own name, for example with its parameters.",
  },
  GJ21: {
    level: "L",
    loses: "GitLab counts the test twice, and one that passed on retry stays failed",
    cure: "List attempts as flakyFailure, or drop the earlier ones.",
  },
  GJ22: {
    level: "L",
    loses: "GitLab keeps one of them over all files of the job",
    cure: "Add the file or module to the suite or class name.",
  },
  GJ23: {
    level: "L",
    loses: "GitLab counts 0 tests and says nothing",
    cure: "Make the root <testsuites> or <testsuite>.",
  },
  GJ24: {
    level: "L",
    loses: "GitLab ignores the tests below it",
    cure: "Use <testsuites> only as the root.",
  },
  GJ25: {
    level: "L",
    loses: "The suite vanishes without a word",
    cure: "Remove the text outside test cases.",
  },
  GJ26: {
    level: "L",
    loses: "GitLab ignores it: the job's tests look green",
    cure: "Let the producer report it as a test case with <error>.",
  },
  GJ27: {
    level: "L",
    loses: "The element vanishes",
    cure: "Give it a name, and no type or nil attribute.",
  },
  GJ28: {
    level: "L",
    loses: "GitLab counts the test as passed",
    cure: "Add <skipped/> to tests that did not run.",
  },
  GJ29: {
    level: "L",
    loses: "GitLab counts the test as passed",
    cure: "Add <failure> or <error> to it.",
  },
  GJ30: {
    level: "L",
    loses: "GitLab takes the attribute for an element or for another attribute",
    cure: "Rename or remove the attribute.",
  },
  GJ31: {
    level: "I",
    loses: "GitLab does not show reruns and flaky attempts",
    cure: "Nothing to do; this report shows them.",
  },
  GJ32: {
    level: "L",
    loses: "GitLab shows only one of them: failure, then error, then skipped",
    cure: "Write one outcome per test case.",
  },
  GJ33: {
    level: "L",
    loses: "GitLab shows nothing, without an error",
    cure: "Check that the tests ran and that the file is written at their end.",
  },
  GJ34: {
    level: "I",
    loses: "GitLab ignores declared numbers",
    cure: "More declared than present often means that the run crashed.",
  },
  GJ35: {
    level: "L",
    loses: "GitLab does not read the file",
    cure: "Name report files *.xml and give a pattern of files, not a directory.",
  },
  GJ40: {
    level: "D",
    loses: 'GitLab shows {"message"=>"…"}',
    cure: "Put the message into the text of the element.",
  },
  GJ41: {
    level: "D",
    loses: "GitLab does not show the message",
    cure: "Repeat the message in the text.",
  },
  GJ42: {
    level: "D",
    loses: "GitLab shows a raw dump of the child elements, or drops them",
    cure: "Write plain text.",
  },
  GJ43: {
    level: "D",
    loses: "GitLab shows a wrong time",
    cure: "Write seconds as a plain decimal number.",
  },
  GJ44: {
    level: "D",
    loses: "GitLab groups by class name, and copies names of failed tests by file",
    cure: "Write classname for all tests and file for failed ones (pytest: junit_family=xunit1).",
  },
  GJ45: {
    level: "D",
    loses: "GitLab shows no screenshot",
    cure: "Print one [[ATTACHMENT|path]] in system-out of the failed test, relative to the project directory, and add the file to artifacts:paths.",
  },
  GJ46: {
    level: "D",
    loses: "GitLab leaves the text of the entity out; this check does not read the file",
    cure: "Write the text itself instead of declaring an entity.",
  },
  GJ47: {
    level: "D",
    loses: "GitLab shows 0, false or nothing instead of the text",
    cure: "Rename the type; GitLab's reader takes it for a data type.",
  },
  GJ48: {
    level: "D",
    loses: "GitLab does not show it, or shows a raw list",
    cure: "Write one <system-err> per test case, and none for suites.",
  },
  GJ49: { level: "I", loses: "GitLab uses the job's name", cure: "Name the suite." },
  GJ50: {
    level: "I",
    loses: 'GitLab shows no "failed n times in the last 14 days"',
    cure: "Nothing to do; it comes back with fewer failures.",
  },
  GC01: {
    level: "E",
    loses: fileIgnored,
    cure: "Let the producer write well-formed XML with declared prefixes.",
  },
  GC02: {
    level: "E",
    loses: `${fileIgnored}: Line information had invalid values`,
    cure: "Write number and hits as whole numbers without leading zeros.",
  },
  GC03: { level: "E", loses: fileIgnored, cure: "Split the report below 10 MiB." },
  GC04: { level: "E", loses: fileIgnored, cure: "Check that the coverage tool ran to its end." },
  GC10: {
    level: "L",
    loses: "GitLab silently drops this file",
    cure: "Write file names as they are in the repository, relative to it or to a source.",
  },
  GC11: {
    level: "L",
    loses: "GitLab shows no coverage of any file",
    cure: "Run the tool in the project directory, or make file names relative to the repository (STRIP_PREFIX shows how they would resolve).",
  },
  GC12: {
    level: "L",
    loses: "GitLab drops the files that are relative to the root",
    cure: "Name either the root or the subdirectories as sources.",
  },
  GC13: {
    level: "L",
    loses: "GitLab drops every file of this source",
    cure: "Write the source without blanks, line breaks and &amp;.",
  },
  GC14: {
    level: "L",
    loses: "GitLab drops files that only a later source resolves",
    cure: "Use at most 100 sources.",
  },
  GC15: {
    level: "L",
    loses: "GitLab drops the lines of the second package",
    cure: "Write all classes of a file into one package.",
  },
  GC16: {
    level: "L",
    loses: "GitLab adds its lines to the next file",
    cure: "Leave out classes whose file is not in the repository.",
  },
  GC17: {
    level: "D",
    loses: "GitLab shows other hit counts for the line, and a covered line may be red",
    cure: "Let the tool merge functions (gcovr: --merge-mode-functions=merge-use-line-max).",
  },
  GC18: {
    level: "D",
    loses: "GitLab reads the number as octal: another line",
    cure: "Write numbers without leading zeros.",
  },
  GC19: {
    level: "L",
    loses: "GitLab finds no coverage, without an error",
    cure: "Write the elements without a namespace prefix.",
  },
  GC20: {
    level: "L",
    loses: "GitLab finds no coverage, or refuses the file",
    cure: "Convert the report to Cobertura.",
  },
  GC21: {
    level: "I",
    loses: "GitLab shows no coverage, or no percentage",
    cure: "Use artifacts:reports:coverage_report and a coverage: expression.",
  },
} as const satisfies Record<string, LintRule>;

export type LintRuleId = keyof typeof lintRules;

export function isLintRuleId(text: string): text is LintRuleId {
  return Object.hasOwn(lintRules, text);
}
