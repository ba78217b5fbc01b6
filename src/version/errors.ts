import { defineErrors, exit } from "../step/errors.ts";

/** Everything that can be wrong with a version, its configuration, or the files that hold it. */
export const versionErrors = defineErrors({
  E_VERSION_NOT_FOUND: {
    exit: exit.config,
    cause: "No bump configuration and no file that is known to hold a version was found.",
    cure: "Create .bumpversion.cfg with current_version, or set PROJECT_DIR to the folder of the project.",
  },
  E_VERSION_CONFIG: {
    exit: exit.config,
    cause: "The bump configuration cannot be read, or an option has a value that is not allowed.",
    cure: "Correct the option in the file and line that the message names.",
  },
  E_VERSION_PATTERN: {
    exit: exit.config,
    cause: "A regular expression of the bump configuration is invalid, unsupported, or never ends.",
    cure: "Correct the pattern at the position that the message names.",
  },
  E_VERSION_UNREADABLE: {
    exit: exit.config,
    cause: "A version does not match the parse pattern of its scheme.",
    cure: "Make the version and the parse pattern fit each other.",
  },
  E_VERSION_PART: {
    exit: exit.config,
    cause: "The part to bump does not exist, or its value cannot be bumped.",
    cure: "Name one of the parts of the scheme.",
  },
  E_VERSION_FORMAT: {
    exit: exit.config,
    cause: "No serialize format can hold the version without losing a part of it.",
    cure: "Add a format to serialize that has every part of the version.",
  },
  E_VERSION_TEMPLATE: {
    exit: exit.config,
    cause: "A template of the bump configuration or of an input has an unknown or unusable name.",
    cure: "Use one of the known names; double literal braces.",
  },
  E_VERSION_TAG_FORMAT: {
    exit: exit.config,
    cause: "The tag format does not hold the version, so that all releases would share one tag.",
    cure: "Put {version} into TAG_FORMAT, for example v{version}.",
  },
  E_VERSION_SECRET: {
    exit: exit.config,
    cause: "A template asks for the value of a credential.",
    cure: "Take the name out of the template: what is committed or tagged is public.",
  },
  E_VERSION_FILE: {
    exit: exit.config,
    cause:
      "A file that the bump configuration names is missing, lies outside the project, or is git's own.",
    cure: "Correct the file section, or add the file.",
  },
  E_VERSION_TEXT: {
    exit: exit.config,
    cause: "A file does not hold the text that its section searches for.",
    cure: "Make the file and the search text of its section fit each other.",
  },
  E_VERSION_PLACES: {
    exit: exit.config,
    cause:
      "Several bump configurations, or without one several other places, hold different versions.",
    cure: "Make them equal, or create a .bumpversion.cfg that names the files to edit.",
  },
  E_VERSION_CHANGELOG: {
    exit: exit.config,
    cause: "The changelog that a release shall be written into is not in the commit.",
    cure: "Set CHANGELOG_FILE to its path below PROJECT_DIR, or unset it: then no changelog is touched.",
  },
  E_VERSION_HOOK: {
    exit: exit.config,
    cause: "A hook of the bump configuration failed or could not be started.",
    cure: "Correct the command, or leave VERSION_RUN_HOOKS unset.",
  },
  E_VERSION_WRITE: {
    exit: exit.machine,
    cause: "A file could not be written; every file was put back as it was.",
    cure: "Look at the free space and the permissions of the project folder, then run the step again.",
  },
});
