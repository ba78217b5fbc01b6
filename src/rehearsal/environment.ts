import type { Environment } from "../step/inputs/read.ts";

/** What belongs to the job that a rehearsal itself runs in, or to git, must not steer the rehearsed jobs. */
const foreign =
  /^(CI|GITLAB|SLIPWAY|GIT|RUNNER|FF|REHEARSE)_|^(CI|DRY_RUN|FORCE_COLOR|NODE_OPTIONS)$/;
const telling = /(^|_)(TOKEN|PASSWORD|SECRET|CREDENTIALS?)(_|$)/;

/** What a rehearsed job takes over from the environment of the rehearsal: everything but foreign jobs and secrets. */
export function passedOn(env: Environment): Readonly<Record<string, string>> {
  const passed: Record<string, string> = {};
  for (const [name, value = ""] of Object.entries(env)) {
    if (value !== "" && !foreign.test(name) && !telling.test(name)) passed[name] = value;
  }
  // The embedded GitLab is on loopback; no proxy reaches it.
  for (const name of ["no_proxy", "NO_PROXY"]) {
    passed[name] = [passed[name], "127.0.0.1", "localhost"].filter(Boolean).join(",");
  }
  return passed;
}
