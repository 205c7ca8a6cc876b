"""Finished units of a long study, kept on disk so that the same command goes on from them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from model.territory.cache import results_folder
from scenarios.provenance import digest_of_files

KEPT = 3
"""Studies of one name that stay on disk, the newest."""

Values = dict[str, float]


class FinishedUnits:
    """A folder of small JSON files, one a unit, under the hash of all that made them.

    A folder that cannot be written is no error: units are then computed each time.

    Parameters
    ----------
    study, name
        What is studied and of what; older studies of the same names are dropped.
    key
        What tells the study from others of the same names; the model's code and data do too.
    sources
        Further files of code and data that units depend on.
    """

    def __init__(self, study: str, name: str, key: str, sources: Iterable[Path]) -> None:
        files = tuple(sources)
        root = Path(os.path.commonpath(files)) if files else Path()
        code = digest_of_files(files, root if root.is_dir() else root.parent)
        self.folder = results_folder(
            study, name, hashlib.sha256(f"{key} {code}".encode()).hexdigest()
        )

    def read(self) -> dict[str, Values]:
        """Return the finished units by name; those that cannot be read are left out."""
        found: dict[str, Values] = {}
        for path in sorted(self.folder.glob("*.json")):
            with suppress(OSError, ValueError):
                found[path.stem] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def keep(self, unit: str, values: Mapping[str, float]) -> None:
        """Keep a finished unit: written beside, then renamed."""
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            beside = self.folder / f".{unit}.{os.getpid()}"
            beside.write_text(json.dumps(dict(values)), encoding="utf-8")
            os.replace(beside, self.folder / f"{unit}.json")

    def drop_older(self) -> None:
        """Remove what older studies of the same name left, all but the newest."""
        name = self.folder.name.rsplit("-", 1)[0]
        others = [p for p in self.folder.parent.glob(f"{name}-*") if p != self.folder]
        for old in sorted(others, key=lambda p: p.stat().st_mtime)[: -KEPT + 1]:
            shutil.rmtree(old, ignore_errors=True)
