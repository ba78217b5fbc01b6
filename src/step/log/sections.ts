import type { Clock } from "../clock.ts";

/** Sections of a job's log that GitLab shows collapsed: https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections */
export function openSections(step: string, clock: Clock, writeLine: (line: string) => void) {
  const open = new Set<string>();
  let count = 0;
  const seconds = () => Math.floor(clock.now().getTime() / 1000);
  const close = (name: string) => {
    if (open.delete(name)) writeLine(`\u001B[0Ksection_end:${seconds()}:${name}\r\u001B[0K`);
  };
  return {
    async around<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
      // Unique in the whole job, in which several steps may run.
      const name = `slipway_${step}_${(count += 1)}_${slug(title)}`;
      open.add(name);
      writeLine(`\u001B[0Ksection_start:${seconds()}:${name}[collapsed=true]\r\u001B[0K${title}`);
      try {
        return await work();
      } finally {
        close(name);
      }
    },
    /** Ends what is open, the innermost first. */
    leave(): void {
      for (const name of [...open].toReversed()) close(name);
    },
  };
}

/** GitLab takes letters, digits, `_`, `.` and `-` in the name of a section. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "")
    .slice(0, 40);
}
