import { posix, relative, sep } from "node:path";
import { titleOf } from "../../src/reports/show/words.ts";
import type { View } from "../../src/reports/show/view.ts";
import type { StepContext } from "../../src/step/index.ts";

/** More would not be read. */
const mostFailed = 50;

/** Links in the job's page: the report, the Tests tab, and where the first failed tests stand. */
export function addLinks(view: View, context: StepContext): void {
  const { variable, link, cwd, reportFolder } = context;
  const jobUrl = variable("CI_JOB_URL");
  const pipelineUrl = variable("CI_PIPELINE_URL");
  const folder = relative(variable("CI_PROJECT_DIR") ?? cwd, reportFolder)
    .split(sep)
    .join("/");
  if (jobUrl !== undefined && !folder.startsWith(".."))
    link("Test report", `${jobUrl}/artifacts/file/${posix.join(folder, "index.html")}`);
  if (pipelineUrl !== undefined) link("Tests of the pipeline", `${pipelineUrl}/test_report`);
  const project = variable("CI_PROJECT_URL");
  const sha = variable("CI_COMMIT_SHA");
  if (project === undefined || sha === undefined) return;
  const located = view.failed.filter(({ location }) => location !== undefined);
  for (const { detail, location } of located.slice(0, mostFailed)) {
    const path = (location?.file ?? "").split("/").map(encodeURIComponent).join("/");
    const anchor = location?.line === undefined ? "" : `#L${location.line}`;
    link(titleOf(detail), `${project}/-/blob/${sha}/${path}${anchor}`);
  }
  if (located.length > mostFailed)
    link(`${located.length - mostFailed} more failed tests`, pipelineUrl ?? project);
}
