"""Built territories on disk, as memory-mapped arrays, under the hash of all that made them."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, cast, override

import numpy as np
import platformdirs
from numpy.typing import NDArray

from model.hypotheses import HypothesisValues
from model.territory.territory import Territory

SMALLEST_MAPPED = 4096
"""Elements from which an array is stored in a file of its own."""


@cache
def _sources_digest() -> str:
    """Return the hash of the package's code and data: any change invalidates the cache."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256(np.__version__.encode())
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".toml", ".csv"}:
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def cached_territory(name: str, hypotheses: HypothesisValues) -> Territory:
    """Return a territory from the cache, or build and keep it.

    A cache that cannot be written is not an error: the territory is built each time.
    """
    build_values = hypotheses.build_digest()
    key = hashlib.sha256(f"{name} {build_values} {_sources_digest()}".encode()).hexdigest()[:24]
    folder = Path(platformdirs.user_cache_dir("ancrage")) / "territories" / f"{name}-{key}"

    def build() -> Territory:
        from model.territory.build import build_territory
        from model.territory.tables import load_territory_tables

        return build_territory(name, load_territory_tables(name), hypotheses)

    return read_or_make(folder, build)


def results_folder(what: str, name: str, key: str) -> Path:
    """Return where a result about a territory is kept, under the hash of what made it."""
    digest = hashlib.sha256(f"{key} {_sources_digest()}".encode()).hexdigest()[:24]
    return Path(platformdirs.user_cache_dir("ancrage")) / what / f"{name}-{digest}"


def read_or_make(folder: Path, make: Callable[[], Territory]) -> Territory:
    """Return the territory stored in a folder, or make and store it."""
    return cast(Territory, read_or_store(folder, make))


def read_or_store(folder: Path, make: Callable[[], object], kept: int = 3) -> object:
    """Return what is stored in a folder, or make and store it.

    ``kept`` others of the same name stay beside it, the newest.
    """
    # another version may drop the folder while it is read
    with suppress(FileNotFoundError):
        return load_arrays(folder)
    made = make()
    try:
        store_arrays(made, folder)
    except OSError:
        return made
    _drop_older(folder, kept)
    return load_arrays(folder)


def store_arrays(value: object, folder: Path) -> None:
    """Write a value, large arrays each in a ``.npy`` file: beside, then renamed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".writing-"))
    try:
        with (temporary / "skeleton.pickle").open("wb") as file:
            _Writer(file, temporary).dump(value)
        os.replace(temporary, folder)
    except OSError:
        shutil.rmtree(temporary, ignore_errors=True)
        if not (folder / "skeleton.pickle").exists():
            raise


def load_arrays(folder: Path) -> Any:
    """Read a value written by ``store_arrays``; its large arrays are memory-mapped."""
    with (folder / "skeleton.pickle").open("rb") as file:
        return _Reader(file, folder).load()


def _drop_older(folder: Path, kept: int) -> None:
    """Remove what other versions made under the same name, all but the newest."""
    name = folder.name.rsplit("-", 1)[0]
    others = [p for p in folder.parent.glob(f"{name}-*") if p != folder]
    for old in sorted(others, key=lambda p: p.stat().st_mtime)[:-kept]:
        shutil.rmtree(old, ignore_errors=True)


class _Writer(pickle.Pickler):
    def __init__(self, file: Any, folder: Path) -> None:
        super().__init__(file, protocol=5)
        self._folder, self._count = folder, 0

    @override
    def persistent_id(self, obj: Any) -> str | None:
        if not isinstance(obj, np.ndarray):
            return None
        array = cast(NDArray[np.generic], obj)
        if array.size < SMALLEST_MAPPED:
            return None
        name = f"{self._count:03d}.npy"
        self._count += 1
        np.save(self._folder / name, array, allow_pickle=False)
        return name


class _Reader(pickle.Unpickler):
    def __init__(self, file: Any, folder: Path) -> None:
        super().__init__(file)
        self._folder = folder

    @override
    def persistent_load(self, pid: str) -> Any:
        # a plain view: numpy's memmap class slows every operation on small results
        return np.load(self._folder / pid, mmap_mode="r").view(np.ndarray)
