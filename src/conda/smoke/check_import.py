"""Imports one module of a packed environment, and an attribute of it where one is named; executes nothing else.

Arguments: module, attribute or nothing, the prefix of the build. Prints one line of JSON behind a mark.
"""
import importlib
import json
import os
import sys
import traceback

MARK = "slipway-smoke-test:"


def outcome(name, attribute):
    try:
        found = importlib.import_module(name) if name else sys
        for part in attribute.split(".") if attribute else []:
            found = getattr(found, part)
    except ModuleNotFoundError as error:
        return {"missing": error.name or "", "error": str(error)}
    except BaseException:
        return {"error": traceback.format_exc(limit=-3).strip()}
    return {}


def strangers(build):
    """What was loaded from the place of the build: it will not be there."""
    inside = build.rstrip("/") + "/"
    files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
    try:
        with open("/proc/self/maps") as maps:
            files += [line.split(None, 5)[5].rstrip("\n") for line in maps if line.count("/")]
    except OSError:
        pass
    return sorted({path for path in files if str(path).startswith(inside)})


def main():
    name, attribute, build = sys.argv[1:4]
    facts = {"prefix": os.path.realpath(sys.prefix), "python": sys.version.split()[0]}
    facts.update(outcome(name, attribute))
    facts["strangers"] = strangers(build) if build else []
    sys.stdout.write("\n" + MARK + json.dumps(facts) + "\n")
    sys.stdout.flush()
    # What the module started must not keep the test waiting.
    os._exit(0)


main()
