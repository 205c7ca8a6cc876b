"""What a run record says of the program, the data and the machine."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, cast

import numpy as np

import model

_PACKAGES = ("mesa", "networkx", "numpy", "pandas", "pyarrow", "scipy")
_MODEL = Path(model.__file__ or "").parent


def digest_of_files(paths: Iterable[Path], root: Path) -> str:
    """Return the sha256 of names and contents of files."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def data_digest() -> str:
    """Return the sha256 of every table and register of the model."""
    files = [p for p in _MODEL.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return digest_of_files((p for p in files if p.suffix not in (".py", ".pyc")), _MODEL)


@cache
def code_digest() -> str:
    """Return the sha256 of the source of the model."""
    return digest_of_files(_MODEL.rglob("*.py"), _MODEL)


def version_of(package: str) -> str:
    """Return the version of an installed package, or ``"not installed"``."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def versions() -> dict[str, str]:
    """Return the versions of Ancrage, Python and the packages that compute."""
    found = {"ancrage": version_of("ancrage"), "python": platform.python_version()}
    return found | {package: version_of(package) for package in _PACKAGES}


def machine() -> dict[str, str]:
    """Return what may change the last bits of a result: processor, system and BLAS."""
    config = cast("dict[str, Any]", np.show_config(mode="dicts") or {})
    blas = cast("dict[str, Any]", config.get("Build Dependencies", {}).get("blas", {}))
    return {
        "cpu": _cpu_name(),
        "architecture": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "blas": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip(),
        "blas_threads": "1",
    }


def _cpu_name() -> str:
    """Return the processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"
