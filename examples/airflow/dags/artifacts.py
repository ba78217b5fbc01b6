"""Where Spark finds an artifact: its name in artifacts.yaml, turned into the address of its copy in a cache.

Copy this file into the DAG repository. It needs PyYAML alone, which Airflow brings, and reads both spellings of
artifacts.yaml that `sync-artifacts` reads.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import yaml

UNPACKED_SUFFIXES = (".tgz", ".tar.gz", ".tar", ".zip", ".jar")


class Artifacts:
    """The artifacts that one or several files declare; sources and caches may stand in a file of their own."""

    def __init__(self, *files: str | Path) -> None:
        self._artifacts: dict[str, dict[str, Any]] = {}
        self._caches: dict[str, dict[str, Any]] = {}
        self._default_caches: list[str] = []
        self._files = [str(file) for file in files]
        for file in files:
            declared = yaml.safe_load(Path(file).read_text(encoding="utf-8")) or {}
            self._artifacts.update(declared.get("artifacts") or {})
            self._caches.update(declared.get("caches") or declared.get("artifact_caches") or {})
            defaults = declared.get("default_caches") or declared.get("default_artifact_caches")
            self._default_caches = self._default_caches or _listed(defaults)

    def uri(self, name: str, cache: str | None = None) -> str:
        """The address of the artifact in a cache, by default in the first one that it is kept in."""
        artifact = _known(self._artifacts, name, f"artifact in {', '.join(self._files)}")
        caches = _listed(artifact.get("caches")) or self._default_caches
        if cache is not None and cache not in caches:
            raise KeyError(f"The artifact {name} is kept in {', '.join(caches)}, not in {cache}.")
        if not caches:
            raise KeyError(f"The artifact {name} is kept in no cache.")
        chosen = cache or caches[0]
        return f"{_base_uri(_known(self._caches, chosen, 'cache'), chosen)}/{name}"

    def archive(self, name: str, alias: str = "venv", cache: str | None = None) -> str:
        """The same for `archives`: Spark unpacks it into a folder of this name beside the job."""
        if not name.lower().endswith(UNPACKED_SUFFIXES):
            raise ValueError(f"Spark does not unpack {name}: it must end in {', '.join(UNPACKED_SUFFIXES)}.")
        return f"{self.uri(name, cache)}#{alias}"


def _base_uri(cache: dict[str, Any], name: str) -> str:
    base = cache.get("base_uri") or cache.get("base_url") or cache.get("uri")
    if base is None and cache.get("type") in ("folder", "nfs"):
        base = cache["path"]
    if base is None and cache.get("type") in ("webhdfs", "httpfs"):
        # Without an authority Spark takes its cluster's default file system.
        base = f"hdfs://{cache['path']}"
    if base is None and cache.get("type") == "s3":
        base = f"s3a://{PurePosixPath(cache['bucket'], cache.get('prefix', '').strip('/'))}"
    if base is None:
        raise KeyError(f"The cache {name} says neither base_uri nor a type that is known.")
    if base.startswith("/"):
        base = Path(base).as_uri()
    return base.replace("s3://", "s3a://", 1).rstrip("/")


def _known(declared: dict[str, Any], name: str, what: str) -> dict[str, Any]:
    if name not in declared:
        raise KeyError(f"There is no {what} called {name}; there are {', '.join(declared) or 'none'}.")
    return declared[name]


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])
