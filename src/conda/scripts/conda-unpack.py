#!/bin/sh
''':'
# Read by sh up to the exec, by Python as a string. Only builtins: PATH may be empty.
bin=${0%/*}
if [ "$bin" = "$0" ]; then bin=.; fi
for python in "$bin/python" "$bin/python3"; do
  if [ -x "$python" ]; then exec "$python" -I -B "$0" "$@"; fi
done
if command -v python3 >/dev/null 2>&1; then exec python3 -I -B "$0" "$@"; fi
if command -v python >/dev/null 2>&1; then exec python -I -B "$0" "$@"; fi
echo "conda-unpack: no python in this environment or on PATH" >&2
exit 1
'''
"""Puts the place where this environment was unpacked into the files that need to know it.

Needs nothing but Python 3.6. May be run again at any time: after a move, after a crash, or for nothing.
"""
import argparse
import fcntl
import json
import os
import platform
import stat
import subprocess
import sys
import tempfile

VERSION = "@@VERSION@@"

# Per file: path, size as packed, placeholder (an index), and where it stands. For text: the positions. For binary:
# C strings as [start, length, positions in it], which keep start and length and are padded with NULs.
PLACEHOLDERS = json.loads(r'''@@PLACEHOLDERS@@''')
RECORDS = json.loads(r'''@@RECORDS@@''')


def main():
    options = parse_options()
    here = os.path.dirname(os.path.dirname(os.path.abspath(sys.argv[0])))
    target = os.fsencode(options.prefix if options.prefix is not None else here)
    root = os.fsencode(here)
    say = Speaker(options)
    try:
        lock = os.open(os.path.join(root, b"conda-meta"), os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError as error:
        return say.fail("cannot lock %s: %s" % (os.path.join(here, "conda-meta"), error.strerror))
    state = State(root)
    plan, problems = make_plan(root, target, state, say)
    for problem in problems:
        say.warn(problem)
    if options.check:
        for path, _ in plan:
            say.note("not at %s: %s" % (os.fsdecode(target), os.fsdecode(path)))
        return 1 if plan or problems else 0
    too_long = find_too_long(target)
    if too_long is not None:
        return say.fail(
            "%s has %d bytes, %s has room for at most %d; nothing was changed, use a shorter path"
            % ((os.fsdecode(target), len(target)) + too_long)
        )
    if not plan:
        if state.is_pending(target):
            state.write([target])
        say.note("nothing to do: all %d files are at %s" % (len(RECORDS), os.fsdecode(target)))
        return 0
    closed = find_unwritable(root, [path for path, _ in plan])
    if closed is not None:
        return say.fail("%s cannot be written; nothing was changed" % os.fsdecode(closed))
    try:
        state.write(state.known + [target])
        for path, content in plan:
            say.note(os.fsdecode(path))
            replace(root, path, content)
        state.write([target])
    except OSError as error:
        return say.fail("%s: %s; run it again" % (os.fsdecode(error.filename or root), error.strerror))
    say.note("%d files are at %s now" % (len(plan), os.fsdecode(target)))
    return 0


def parse_options():
    parser = argparse.ArgumentParser(
        prog="conda-unpack", description="Fit this environment to the place where it was unpacked."
    )
    parser.add_argument("--version", action="version", version="conda-unpack " + VERSION)
    parser.add_argument("--prefix", help="the path to write (default: where this environment is)")
    parser.add_argument("--check", action="store_true", help="only tell whether all files fit; exit code 1 if not")
    parser.add_argument("-v", "--verbose", action="store_true", help="name every file")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing but failures")
    return parser.parse_args()


class Speaker:
    def __init__(self, options):
        self.is_verbose = options.verbose
        self.is_quiet = options.quiet

    def note(self, text):
        if self.is_verbose and not self.is_quiet:
            print(printable(text))

    def warn(self, text):
        if not self.is_quiet:
            sys.stderr.write("conda-unpack: %s\n" % printable(text))

    def fail(self, text):
        sys.stderr.write("conda-unpack: %s\n" % printable(text))
        return 1


def printable(text):
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class State:
    """The prefixes that files may hold: one after a whole run, several after one that was cut short."""

    def __init__(self, root):
        self.path = os.path.join(root, b"conda-meta", b"unpacked-prefix")
        self.known = []
        try:
            with open(self.path, encoding="ascii") as file:
                self.known = [os.fsencode(prefix) for prefix in json.load(file)["prefixes"]]
        except (OSError, ValueError, KeyError, TypeError):
            pass

    def is_pending(self, target):
        return bool(self.known) and self.known != [target]

    def write(self, prefixes):
        unique = [prefix for at, prefix in enumerate(prefixes) if prefix not in prefixes[:at]]
        text = json.dumps({"prefixes": [os.fsdecode(prefix) for prefix in unique]})
        write_beside(self.path, text.encode("ascii") + b"\n", 0o644)


def make_plan(root, target, state, say):
    """The files to write with their new bytes lazily made, and what no known prefix explains."""
    plan = []
    problems = []
    for record in RECORDS:
        path = record[1].encode("latin-1")
        try:
            with open(os.path.join(root, path), "rb") as file:
                data = file.read()
        except FileNotFoundError:
            problems.append("%s is gone; left out" % os.fsdecode(path))
            continue
        except OSError as error:
            problems.append("%s: %s; left out" % (os.fsdecode(path), error.strerror))
            continue
        placeholder = PLACEHOLDERS[record[3]].encode("latin-1")
        held = find_held(data, record, placeholder, [target, placeholder] + state.known)
        if held is None:
            problems.append("%s was changed since it was packed; left alone" % os.fsdecode(path))
        elif held != target:
            plan.append((path, (record, placeholder, held, target)))
    return plan, problems


def find_held(data, record, placeholder, candidates):
    for candidate in candidates:
        if holds(data, record, placeholder, candidate):
            return candidate
    return None


def holds(data, record, placeholder, prefix):
    mode, _, size, _, places = record
    growth = len(prefix) - len(placeholder)
    if mode == "text":
        if len(data) != size + len(places) * growth:
            return False
        return all(data.startswith(prefix, at + index * growth) for index, at in enumerate(places))
    if len(data) != size:
        return False
    for start, length, hits in places:
        text_length = length + len(hits) * growth
        if text_length > length:
            return False
        string = data[start : start + length]
        if string[text_length:].strip(b"\0") or string[:text_length].find(b"\0") != -1:
            return False
        if not all(string.startswith(prefix, at + index * growth) for index, at in enumerate(hits)):
            return False
    return True


def find_too_long(target):
    """The tightest string without room for the target, or None: looked at before anything is written."""
    tightest = None
    for mode, path, _, index, places in RECORDS:
        if mode == "text":
            continue
        most = len(PLACEHOLDERS[index].encode("latin-1"))
        if len(target) > most and (tightest is None or most < tightest[1]):
            tightest = (os.fsdecode(path.encode("latin-1")), most)
    return tightest


def find_unwritable(root, paths):
    folders = set(os.path.dirname(os.path.join(root, path)) for path in paths)
    for folder in sorted(folders | {os.path.join(root, b"conda-meta")}):
        if not os.access(folder, os.W_OK | os.X_OK):
            return folder
    return None


def replace(root, path, change):
    record, placeholder, held, target = change
    place = os.path.join(root, path)
    with open(place, "rb") as file:
        data = file.read()
    mode = stat.S_IMODE(os.stat(place).st_mode)
    write_beside(place, moved(data, record, placeholder, held, target), mode)
    if path.endswith(b".py"):
        remove_compiled(place)
    if record[0] == "binary" and sys.platform == "darwin" and platform.machine() == "arm64":
        subprocess.call(["codesign", "-s", "-", "-f", place], stderr=subprocess.DEVNULL)


def moved(data, record, placeholder, held, target):
    growth = len(held) - len(placeholder)
    if record[0] == "text":
        return spliced(data, record[4], growth, held, target)
    parts = []
    done = 0
    for start, length, hits in record[4]:
        text = data[start : start + length + len(hits) * growth]
        parts += [data[done:start], spliced(text, hits, growth, held, target).ljust(length, b"\0")]
        done = start + length
    return b"".join(parts + [data[done:]])


def spliced(data, hits, growth, held, target):
    parts = []
    done = 0
    for index, at in enumerate(hits):
        start = at + index * growth
        parts += [data[done:start], target]
        done = start + len(held)
    return b"".join(parts + [data[done:]])


def write_beside(place, data, mode):
    """By rename, so that a program that runs keeps its file and nobody sees half of one."""
    descriptor, beside = tempfile.mkstemp(prefix=b".conda-unpack-", dir=os.path.dirname(place))
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.chmod(beside, mode)
        os.rename(beside, place)
    except BaseException:
        os.unlink(beside)
        raise


def remove_compiled(place):
    folder, name = os.path.split(place)
    cache = os.path.join(folder, b"__pycache__")
    stem = name[: -len(b".py")] + b"."
    if not os.path.isdir(cache):
        return
    for compiled in os.listdir(cache):
        if compiled.startswith(stem) and compiled.endswith(b".pyc"):
            os.unlink(os.path.join(cache, compiled))


if __name__ == "__main__":
    sys.exit(main())
