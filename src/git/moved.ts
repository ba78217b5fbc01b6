import type { StepError } from "../step/errors.ts";
import { gitErrors } from "./errors.ts";
import { attempt, type Server } from "./server.ts";

/**
 * The error for a project that was renamed or moved. Redirects are never followed (a token must not travel), and git
 * does not say where it was sent, so that the same read is done once more with a trace of the headers (G22).
 */
export async function movedTo(server: Server): Promise<StepError> {
  const { url } = server.remote;
  const { stderr } = await attempt(server, ["ls-remote", "--quiet", url, "refs/heads/none"], {
    GIT_TRACE_CURL: "1",
    GIT_TRACE_CURL_NO_DATA: "1",
  });
  const location = /Recv header: location: *(\S+)/i.exec(stderr)?.[1];
  const target = location === undefined ? null : URL.parse(location, url);
  // A sign-in page is where servers send those who may not see the project.
  if (target === null || /\/users\/sign_in/.test(target.pathname))
    return gitErrors("E_PROJECT_MOVED", `${url} answers with a redirect, which is not followed.`);
  const path = `${target.origin}${target.pathname}`.replace(/(?:\.git)?\/info\/refs$/, "");
  return gitErrors("E_PROJECT_MOVED", `${url} has moved to ${path}; redirects are not followed.`);
}
