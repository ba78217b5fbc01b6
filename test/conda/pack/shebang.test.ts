import { expect, test } from "vitest";

import { relocateShebang } from "../../../src/conda/pack/shebang.ts";

const prefix = "/opt/my env";
const polyglot = (program: string, options: string) =>
  `#!/bin/sh\n'''exec' "\${0%/*}/${program}" ${options} "$0" "$@" #'''\nbody\n`;

test.each([
  {
    title: "no options",
    from: "#!/opt/env/bin/python3.12\nbody\n",
    to: "#!/usr/bin/env python3.12\nbody\n",
  },
  {
    title: "a space after the mark",
    from: "#! /opt/env/bin/perl\nbody\n",
    to: "#!/usr/bin/env perl\nbody\n",
  },
  {
    title: "white space at the end",
    from: "#!/opt/env/bin/python \t\r\nbody\n",
    to: "#!/usr/bin/env python\nbody\n",
  },
  { title: "no body", from: "#!/opt/env/bin/python", to: "#!/usr/bin/env python\n" },
  {
    title: "an escaped space in the path",
    from: "#!/opt/my\\ env/bin/python\nbody\n",
    to: "#!/usr/bin/env python\nbody\n",
  },
  {
    title: "python with options",
    from: "#!/opt/env/bin/python -E\nbody\n",
    to: polyglot("python", "-E"),
  },
  {
    title: "python with several options",
    from: "#!/opt/env/bin/python3.12 -E -s\nbody\n",
    to: polyglot("python3.12", "-E -s"),
  },
  {
    title: "the form of conda for long paths",
    from: `#!/bin/sh\n'''exec' "/opt/env/bin/python3.12" "$0" "$@" #'''\nbody\n`,
    to: "#!/usr/bin/env python3.12\nbody\n",
  },
  {
    title: "the form of pip for long paths",
    from: `#!/bin/sh\n'''exec' /opt/env/bin/python "$0" "$@"\n' '''\nbody\n`,
    to: "#!/usr/bin/env python\nbody\n",
  },
  {
    title: "the form of pip for paths with spaces",
    from: `#!/bin/sh\n'''exec' "/opt/my env/bin/python" "$0" "$@"\n' '''\nbody\n`,
    to: "#!/usr/bin/env python\nbody\n",
  },
  {
    title: "the long form with options",
    from: `#!/bin/sh\n'''exec' "/opt/env/bin/python" -E "$0" "$@" #'''\nbody\n`,
    to: polyglot("python", "-E"),
  },
])("a first line with $title finds its interpreter anywhere", ({ from, to }) => {
  expect(relocateShebang(from, ["/opt/env", prefix])).toBe(to);
});

test.each([
  { title: "of the system", from: "#!/bin/bash\nbody\n" },
  { title: "of another environment", from: "#!/opt/environment/bin/python\nbody\n" },
  { title: "of another language with options", from: "#!/opt/env/bin/perl -w\nbody\n" },
  { title: "that goes through env already", from: "#!/usr/bin/env python\nbody\n" },
  { title: "that is not there", from: "body\n" },
  {
    title: "with options before a cookie that would lose its line",
    from: "#!/opt/env/bin/python -E\n# -*- coding: latin-1 -*-\n",
  },
])("a first line $title stays", ({ from }) => {
  expect(relocateShebang(from, ["/opt/env"])).toBeUndefined();
});
