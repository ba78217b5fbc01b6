import { expect, test } from "vitest";
import { adviceFor } from "../../src/conda/pip/failure-advice.ts";

const add = (what: string, name: string) =>
  `The build lacks ${what}: add "- ${name}" to the dependencies of the environment file.`;

const cases = [
  {
    output:
      "src/ext.c:5:10: fatal error: gssapi/gssapi.h: No such file or directory\n    5 | #include",
    advice: [add("the header gssapi/gssapi.h", "krb5")],
  },
  {
    output: "_sasl.c:1:10: fatal error: 'sasl/sasl.h' file not found",
    advice: [add("the header sasl/sasl.h", "cyrus-sasl")],
  },
  {
    output: "x.c:1:1: fatal error: exotic.h: No such file or directory",
    advice: ["The header exotic.h is missing: add the conda package that brings it."],
  },
  {
    output: "error: command 'gcc' failed: No such file or directory",
    advice: [add("the program gcc", "c-compiler")],
  },
  {
    output: "error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory",
    advice: [add("the program gcc", "c-compiler")],
  },
  {
    output: "unable to execute 'g++': No such file or directory",
    advice: [add("the program g++", "cxx-compiler")],
  },
  {
    output: "/bin/sh: 1: krb5-config: not found\n/bin/sh: 1: krb5-config: not found",
    advice: [add("the program krb5-config", "krb5")],
  },
  {
    output: "Error: pg_config executable not found.",
    advice: [add("the program pg_config", "libpq")],
  },
  {
    output: "FileNotFoundError: [Errno 2] No such file or directory: 'cmake'",
    advice: [add("the program cmake", "cmake")],
  },
  {
    output: "../meson.build:1:0: ERROR: Unknown compiler(s): [['cc'], ['gcc']]",
    advice: [add("a compiler", "c-compiler")],
  },
  {
    output: "This package requires Rust and Cargo to compile extensions.",
    advice: [add("a Rust compiler", "rust")],
  },
  {
    output: "/usr/bin/ld: cannot find -lsnappy: No such file",
    advice: ["The library snappy is missing: add the conda package that brings it."],
  },
  {
    output: "ModuleNotFoundError: No module named 'setuptools'",
    advice: [
      "The build needs the module setuptools: name it under build-system.requires in pyproject.toml, or add the conda package of that name.",
    ],
  },
  {
    output: "ERROR: No matching distribution found for nosuch==1.0",
    advice: [
      'Is nosuch spelled right, is it made for this python, and can the index be reached (PIP_INDEX_URL, proxies)? conda may have it: add "- nosuch" to the environment file.',
    ],
  },
  {
    output: "ERROR: Package 'demo' requires a different Python: 3.9.1 not in '>=3.11'",
    advice: ["The environment's python is 3.9.1: pin another one in the environment file."],
  },
  {
    output: "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] ...",
    advice: ["The index's certificate is not trusted: let EXTRA_CA_FILE name its CA bundle."],
  },
  { output: "Successfully built demo", advice: [] },
] as const;

test.each(cases)("$output", ({ output, advice }) => {
  expect(adviceFor(output)).toEqual(advice);
});
