import { condaError } from "../errors.ts";
import { fieldsIn, parseFields, textIn, textsIn, type Fields } from "../json-fields.ts";

/** The CPython of this machine, as far as packaging it needs. */
export interface MachinePython {
  /** The real executable, no shim, no virtual environment. */
  readonly executable: string;
  /** `3.11.7` */
  readonly version: string;
  /** `3.11` */
  readonly series: string;
  readonly prefix: string;
  readonly standardLibrary: string;
  /** Folder of extension modules, where it is not inside the standard library. */
  readonly extensions: string;
  /** Folder that holds `libpythonX.Y.so.1.0`, where the interpreter is linked to one that is not part of the system. */
  readonly sharedLibrary: string | undefined;
  readonly isDebian: boolean;
  /** `linux-64`, `linux-aarch64` */
  readonly subdir: string;
  /** Libraries of the system that a CPython of conda brings along. */
  readonly companions: readonly string[];
  /** pip, as a wheel or as a folder that holds the installed package. */
  readonly pip: { readonly wheel?: string; readonly installed?: string; readonly version: string };
}

const subdirs: ReadonlyMap<string, string> = new Map([
  ["x86_64", "linux-64"],
  ["aarch64", "linux-aarch64"],
]);

/**
 * Looks at the python3 on PATH.
 *
 * @param env the environment of the process; only PATH and HOME are passed on
 * @throws E_EXAMPLE_PYTHON where there is none, or it is no CPython ≥ 3.9 for Linux on x86-64 or arm64
 */
export async function findPython(
  env: Readonly<Record<string, string | undefined>>,
): Promise<MachinePython> {
  const { execa } = await import("execa");
  const minimal = { PATH: env["PATH"] ?? "/usr/bin:/bin", HOME: env["HOME"] ?? "/" };
  const run = await execa("python3", ["-I", "-c", inspection], {
    env: minimal,
    extendEnv: false,
    reject: false,
    timeout: 60_000,
  });
  const facts = run.failed ? undefined : parseFields(run.stdout);
  if (facts === undefined) {
    const why = run.code === "ENOENT" ? "There is no python3 on PATH." : run.shortMessage;
    throw condaError("E_EXAMPLE_PYTHON", why ?? "python3 could not be started.");
  }
  return asMachinePython(facts);
}

function asMachinePython(facts: Fields): MachinePython {
  const text = (name: string): string => textIn(facts, name) ?? "";
  const [major = 0, minor = 0] = text("version").split(".").map(Number);
  const subdir = subdirs.get(text("machine"));
  if (text("implementation") !== "CPython" || major !== 3 || minor < 9 || subdir === undefined)
    throw condaError(
      "E_EXAMPLE_PYTHON",
      `${text("executable")} is ${text("implementation")} ${text("version")} for ${text("machine")}.`,
    );
  const pip = fieldsIn(facts, "pip");
  const wheel = textIn(pip, "wheel");
  const installed = textIn(pip, "installed");
  return {
    executable: text("executable"),
    version: text("version"),
    series: `${major}.${minor}`,
    prefix: text("prefix"),
    standardLibrary: text("standardLibrary"),
    extensions: text("extensions"),
    sharedLibrary: textIn(facts, "sharedLibrary"),
    isDebian: facts["isDebian"] === true,
    subdir,
    companions: textsIn(facts, "companions"),
    pip: {
      ...(wheel === undefined ? {} : { wheel }),
      ...(installed === undefined ? {} : { installed }),
      version: textIn(pip, "version") ?? "",
    },
  };
}

/** Prints what is needed to know, as JSON. It runs in whatever python3 is, so it keeps to old syntax. */
const inspection = `
import glob, importlib.util, json, os, platform, sys, sysconfig

base = os.path.realpath(getattr(sys, "_base_executable", sys.executable) or sys.executable)
stdlib = sysconfig.get_path("stdlib")
libdir = sysconfig.get_config_var("LIBDIR") or ""
library = os.path.join(libdir, sysconfig.get_config_var("INSTSONAME") or "libpython.so")
with open(base, "rb") as file:
    linked = (b"\\0" + libdir.encode() + b"\\0") in file.read()

companions = []
try:
    import pyexpat, zlib
    with open("/proc/self/maps") as maps:
        loaded = set(line.split(None, 5)[5].strip() for line in maps if line.count("/"))
    companions = sorted(p for p in loaded if os.path.basename(p).startswith(("libexpat.so", "libz.so")))
except ImportError:
    pass

def pip():
    folders = ["/usr/share/python-wheels"]
    try:
        import ensurepip
        folders.insert(0, os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"))
    except ImportError:
        pass
    for folder in folders:
        for wheel in sorted(glob.glob(os.path.join(folder, "pip-*.whl")), reverse=True):
            return {"wheel": wheel, "version": os.path.basename(wheel).split("-")[1]}
    spec = importlib.util.find_spec("pip")
    if spec is None or not os.path.isdir(os.path.join(os.path.dirname(spec.origin), "_vendor", "rich")):
        return {}
    import pip
    return {"installed": os.path.dirname(pip.__file__), "version": pip.__version__}

print(json.dumps({
    "implementation": platform.python_implementation(),
    "version": "%d.%d.%d" % sys.version_info[:3],
    "machine": platform.machine(),
    "executable": base,
    "prefix": sys.base_prefix,
    "standardLibrary": stdlib,
    "extensions": sysconfig.get_config_var("DESTSHARED") or "",
    "sharedLibrary": library if linked and os.path.exists(library) else None,
    "isDebian": hasattr(sysconfig, "_get_preferred_schemes") and os.path.isdir("/usr/lib/python3/dist-packages") and sys.base_prefix == "/usr",
    "companions": companions,
    "pip": pip(),
}))
`;
