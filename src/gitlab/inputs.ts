import { path, text, token, url } from "../step/index.ts";

/** Where GitLab is and who asks: the inputs of every step that speaks to it. */
export const gitlabInputs = {
  GITLAB_API: url({
    from: ["CI_API_V4_URL"],
    about: "Address of GitLab's API. In a job it is known.",
    example: "https://gitlab.example.org/api/v4",
  }),
  GITLAB_PROJECT: text({
    from: ["CI_PROJECT_ID", "CI_PROJECT_PATH"],
    about: "Number or full path of the project. In a job it is the job's own.",
    example: "group/project",
  }),
  CI_JOB_TOKEN: token({
    optional: true,
    about: "Token of the running job; GitLab sets it. It is dead when the job has ended.",
  }),
  GITLAB_TOKEN: token({
    optional: true,
    about:
      "Personal, project or group access token with the scope api: for runs outside of a job, and where the job token may not do what is needed.",
  }),
  CI_PROJECT_PASSWORD: token({
    optional: true,
    about:
      "Project access token under the name that many job repositories already use for their pushes.",
  }),
  CI_SERVER_TLS_CA_FILE: path({
    optional: true,
    about: "Certificates of the authority of the GitLab server, as the runner gives them.",
  }),
  EXTRA_CA_FILE: path({
    optional: true,
    about: "File of further certificates (PEM) to trust, besides those of the system.",
    example: "/etc/ssl/company-ca.pem",
  }),
};
