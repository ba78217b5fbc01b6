"""Builds the wheel of a pure Python project that setup.cfg describes (PEP 517, PEP 427).

It needs nothing but the standard library. The same sources give the same bytes.
"""

import base64
import configparser
import hashlib
import os
import re
import tarfile
import zipfile

GENERATOR = "wheel_builder (1.0)"
# The earliest time that a ZIP archive can hold.
FIRST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    project = Project.read("setup.cfg")
    name = f"{project.file_stem}-py3-none-any.whl"
    members = dict(package_files(project.packages))
    for file_name, text in dist_info(project).items():
        members[f"{project.file_stem}.dist-info/{file_name}"] = text.encode()
    write_wheel(os.path.join(wheel_directory, name), project, members)
    return name


def build_sdist(sdist_directory, config_settings=None):
    project = Project.read("setup.cfg")
    name = f"{project.file_stem}.tar.gz"
    with tarfile.open(os.path.join(sdist_directory, name), "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(source_files(project)):
            archive.add(path, f"{project.file_stem}/{path}")
    return name


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    project = Project.read("setup.cfg")
    name = f"{project.file_stem}.dist-info"
    folder = os.path.join(metadata_directory, name)
    os.makedirs(folder, exist_ok=True)
    for file_name, text in dist_info(project).items():
        with open(os.path.join(folder, file_name), "w", encoding="utf-8") as file:
            file.write(text)
    return name


class Project:
    """What setup.cfg says of the project."""

    def __init__(self, config):
        metadata = config["metadata"]
        self.name = metadata["name"]
        self.version = normalised_version(metadata["version"])
        self.metadata = metadata
        self.packages = config["options"]["packages"].split()
        self.extras = config["options.extras_require"] if "options.extras_require" in config else {}
        self.scripts = config.get("options.entry_points", "console_scripts", fallback="").strip()

    @classmethod
    def read(cls, path):
        config = configparser.ConfigParser(interpolation=None)
        with open(path, encoding="utf-8") as file:
            config.read_file(file)
        return cls(config)

    @property
    def file_stem(self):
        return f"{re.sub('[-_.]+', '_', self.name).lower()}-{self.version}"


def normalised_version(version):
    """The form that PEP 440 gives a release or a development version: 0.15.0.dev is 0.15.0.dev0."""
    match = re.fullmatch(r"v?(\d+(?:\.\d+)*)(?:[-_.]?dev[-_.]?(\d*))?", version.strip())
    if match is None:
        raise ValueError(f"The version {version!r} in setup.cfg is neither X.Y.Z nor X.Y.Z.dev")
    numbers, development = match.groups()
    release = ".".join(str(int(number)) for number in numbers.split("."))
    return release if development is None else f"{release}.dev{int(development or 0)}"


def dist_info(project):
    files = {"METADATA": metadata_text(project), "WHEEL": wheel_text()}
    if project.scripts:
        files["entry_points.txt"] = f"[console_scripts]\n{project.scripts}\n"
    files["top_level.txt"] = "".join(f"{name}\n" for name in sorted({p.split(".")[0] for p in project.packages}))
    return files


def metadata_text(project):
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {project.name}",
        f"Version: {project.version}",
        f"Summary: {project.metadata.get('description', '')}",
        f"License: {project.metadata.get('license', '')}",
        f"Requires-Python: {project.metadata.get('requires_python', '>=3')}",
    ]
    for extra, requirements in project.extras.items():
        lines.append(f"Provides-Extra: {extra}")
        lines.extend(f"Requires-Dist: {name} ; extra == '{extra}'" for name in requirements.split())
    description = project.metadata.get("long_description", "")
    if not description.startswith("file:"):
        return "\n".join([*lines, ""])
    with open(description[len("file:") :].strip(), encoding="utf-8") as file:
        content_type = project.metadata.get("long_description_content_type", "text/plain")
        return "\n".join([*lines, f"Description-Content-Type: {content_type}", "", file.read()])


def wheel_text():
    return f"Wheel-Version: 1.0\nGenerator: {GENERATOR}\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def package_files(packages):
    for package in packages:
        folder = package.replace(".", "/")
        for name in sorted(os.listdir(folder)):
            path = f"{folder}/{name}"
            if os.path.isfile(path) and not name.endswith((".pyc", ".pyo")):
                with open(path, "rb") as file:
                    yield path, file.read()


def source_files(project):
    yield from ("setup.cfg", "pyproject.toml", "README.md", "build_backend/wheel_builder.py")
    for path, _content in package_files(project.packages):
        yield path


def write_wheel(path, project, members):
    record = f"{project.file_stem}.dist-info/RECORD"
    rows = [record_row(name, content) for name, content in sorted(members.items())]
    members[record] = "\n".join([*rows, f"{record},,", ""]).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        # The metadata comes last, as PEP 427 recommends.
        for name in sorted(members, key=lambda name: (".dist-info/" in name, name)):
            entry = zipfile.ZipInfo(name, FIRST_ZIP_TIME)
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, members[name])


def record_row(name, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}"
