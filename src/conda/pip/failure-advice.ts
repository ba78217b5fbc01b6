/** One cause that pip's output shows, and what helps. */
interface Symptom {
  readonly pattern: RegExp;
  /** @param found what the pattern's group matched */
  readonly advice: (found: string) => string | undefined;
}

/** Header → conda package that brings it. The first part of the path is enough. */
const headers: ReadonlyMap<string, string> = new Map([
  ["bzlib.h", "bzip2"],
  ["cblas.h", "openblas"],
  ["curl", "libcurl"],
  ["ffi.h", "libffi"],
  ["freetype", "freetype"],
  ["ft2build.h", "freetype"],
  ["gdal.h", "libgdal"],
  ["geos_c.h", "geos"],
  ["gmp.h", "gmp"],
  ["gssapi", "krb5"],
  ["gssapi.h", "krb5"],
  ["hdf5.h", "hdf5"],
  ["jpeglib.h", "libjpeg-turbo"],
  ["krb5.h", "krb5"],
  ["lber.h", "openldap"],
  ["ldap.h", "openldap"],
  ["libpq-fe.h", "libpq"],
  ["librdkafka", "librdkafka"],
  ["libxml", "libxml2"],
  ["libxslt", "libxslt"],
  ["lzma.h", "xz"],
  ["mysql.h", "mysql-connector-c"],
  ["numpy", "numpy"],
  ["openssl", "openssl"],
  ["proj.h", "proj"],
  ["pybind11", "pybind11"],
  ["Python.h", "python"],
  ["re2", "re2"],
  ["sasl", "cyrus-sasl"],
  ["snappy-c.h", "snappy"],
  ["snappy.h", "snappy"],
  ["sql.h", "unixodbc"],
  ["sqlite3.h", "sqlite"],
  ["thrift", "thrift-cpp"],
  ["yaml.h", "yaml"],
  ["zlib.h", "zlib"],
  ["zstd.h", "zstd"],
]);

/** Program → conda package that brings it. */
const programs: ReadonlyMap<string, string> = new Map([
  ["cargo", "rust"],
  ["cc", "c-compiler"],
  ["clang", "c-compiler"],
  ["cmake", "cmake"],
  ["curl-config", "libcurl"],
  ["c++", "cxx-compiler"],
  ["g++", "cxx-compiler"],
  ["gcc", "c-compiler"],
  ["gdal-config", "libgdal"],
  ["geos-config", "geos"],
  ["gfortran", "fortran-compiler"],
  ["git", "git"],
  ["krb5-config", "krb5"],
  ["llvm-config", "llvmdev"],
  ["make", "make"],
  ["mysql_config", "mysql"],
  ["nc-config", "libnetcdf"],
  ["ninja", "ninja"],
  ["pg_config", "libpq"],
  ["pkg-config", "pkg-config"],
  ["rustc", "rust"],
  ["swig", "swig"],
  ["xml2-config", "libxml2"],
  ["xslt-config", "libxslt"],
]);

const symptoms: readonly Symptom[] = [
  {
    pattern: /fatal error: ['"]?([\w./+-]+\.h(?:pp)?)['"]?(?: file not found|: No such file)/g,
    advice: (header) => {
      const name = headers.get(header.split("/")[0] ?? "");
      return name === undefined
        ? `The header ${header} is missing: add the conda package that brings it.`
        : add(name, `the header ${header}`);
    },
  },
  {
    pattern:
      /(?:unable to execute|command|sh: \d+:|No such file or directory:|can't find|Can't find) ['"]?(?:[\w-]+-linux-gnu-)?([\w+-]+)['"]?(?:: not found| failed: No such file|: No such file|$)/gm,
    advice: (program) => fromProgram(program),
  },
  {
    pattern: /(?:^|[\s:])([\w+-]+): (?:command )?not found/gm,
    advice: (program) => fromProgram(program),
  },
  {
    pattern: /Unknown compiler\(s\)|No CMAKE_C_COMPILER could be found/g,
    advice: () => add("c-compiler", "a compiler"),
  },
  {
    pattern: /([\w-]+_config|[\w-]+-config) executable not found/g,
    advice: (program) => fromProgram(program),
  },
  {
    pattern: /Rust (?:toolchain|compiler)|requires Rust/g,
    advice: () => add("rust", "a Rust compiler"),
  },
  {
    pattern: /ld: cannot find -l([\w+-]+)/g,
    advice: (library) => `The library ${library} is missing: add the conda package that brings it.`,
  },
  {
    pattern: /ModuleNotFoundError: No module named '([\w.]+)'/g,
    advice: (module) =>
      `The build needs the module ${module}: name it under build-system.requires in pyproject.toml, or add the conda package of that name.`,
  },
  {
    pattern: /No matching distribution found for ([\w.-]+)/g,
    advice: (name) =>
      `Is ${name} spelled right, is it made for this python, and can the index be reached (PIP_INDEX_URL, proxies)? conda may have it: add "- ${name}" to the environment file.`,
  },
  {
    pattern: /requires a different Python: ([\d.]+)/g,
    advice: (version) =>
      `The environment's python is ${version}: pin another one in the environment file.`,
  },
  {
    pattern: /CERTIFICATE_VERIFY_FAILED/g,
    advice: () => "The index's certificate is not trusted: let EXTRA_CA_FILE name its CA bundle.",
  },
];

/** @returns what may help against the failure that pip's output shows; each cause once. */
export function adviceFor(output: string): readonly string[] {
  const advice = new Set<string>();
  for (const symptom of symptoms)
    for (const match of output.matchAll(symptom.pattern)) {
      const text = symptom.advice(match[1] ?? "");
      if (text !== undefined) advice.add(text);
    }
  return [...advice];
}

function fromProgram(program: string): string | undefined {
  const name = programs.get(program);
  return name === undefined ? undefined : add(name, `the program ${program}`);
}

function add(name: string, what: string): string {
  return `The build lacks ${what}: add "- ${name}" to the dependencies of the environment file.`;
}
