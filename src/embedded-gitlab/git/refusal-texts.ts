/** GitLab's words when it refuses a push. (lib/gitlab/checks, lib/gitlab/git_access.rb) */
export const branchTexts = {
  push: "You are not allowed to push code to protected branches on this project.",
  forcePush: "You are not allowed to force push code to a protected branch on this project.",
  create: "You are not allowed to create protected branches on this project.",
  createBase:
    "You can only use an existing protected branch ref as the basis of a new protected branch.",
  createOnWeb: "You can only create protected branches using the web interface and API.",
  delete:
    "You are not allowed to delete protected branches from this project. Only a project maintainer or owner can delete a protected branch.",
  deleteOnWeb: "You can only delete protected branches using the web interface.",
  deleteDefault: "The default branch of a project cannot be deleted.",
  hexadecimal: "You cannot create a branch with a 40-character hexadecimal branch name.",
} as const;

export const tagTexts = {
  change: "You are not allowed to change existing tags on this project.",
  defaultBranch: "You cannot use default branch name to create a tag",
  prohibited: "You cannot create a tag with a prohibited pattern.",
  sha: "You cannot create a tag with a SHA-1 or SHA-256 tag name.",
  encoding: "Tag names must be valid when converted to UTF-8 encoding",
  update: "Protected tags cannot be updated.",
  delete:
    "You are not allowed to delete protected tags from this project. Only a project maintainer or owner can delete a protected tag.",
  deleteOnWeb: "You can only delete protected tags using the web interface.",
  create: "You are not allowed to create this tag as it is protected.",
} as const;

export const accessTexts = {
  upload: "You are not allowed to upload code.",
  download: "You are not allowed to download code.",
  pushProject: "You are not allowed to push code to this project.",
  downloadProject: "You are not allowed to download code from this project.",
  archived: "You can't push code to an archived project.",
  readOnly: "The repository is temporarily read-only. Please try again later.",
  noGit: "Git access over HTTP is not allowed",
  notFound:
    "The project you were looking for could not be found or you don't have permission to view it.",
  denied:
    "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you're required to use a token instead of a password.\n",
} as const;

/** For a branch of a repository that has none, by someone who may not make the first. */
export function noDefaultBranchText(branch: string, path: string, membersUrl: string): string {
  return [
    "",
    `A default branch (e.g. ${branch}) does not yet exist for ${path}`,
    "Ask a project Owner or Maintainer to create a default branch:",
    "",
    `  ${membersUrl}`,
    "",
  ].join("\n");
}
