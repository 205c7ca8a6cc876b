"""Where evidence is written: the clone that ships it, or a run folder."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self, cast

from scenarios.store import RunFolder, default_folder
from scenarios.validation.report import DOCUMENT, write_blocks


@dataclass(frozen=True)
class Outlet:
    """Receives the result of a command; without a folder, it goes where the clone ships it."""

    folder: RunFolder | None

    command: ClassVar[str]
    """Command whose result it is, which names the run folder."""

    @classmethod
    def chosen(cls, out: Path | None, usual: bool) -> Self:
        """Return the clone for the usual question asked in one, otherwise a run folder.

        Raises
        ------
        AncrageError
            The folder cannot be written or holds other files.
        """
        if out is None and usual and DOCUMENT.exists():
            return cls(None)
        return cls(RunFolder(out or default_folder(cls.command)))

    def discard(self) -> None:
        """Leave nothing behind."""
        if self.folder is not None:
            self.folder.discard()


def copy_with_blocks(path: Path, blocks: Mapping[str, str]) -> None:
    """Write the document with some parts made anew; those alone where there is no document."""
    if DOCUMENT.exists():
        shutil.copyfile(DOCUMENT, path)
        write_blocks(path, blocks)
    else:
        path.write_text("\n\n".join(blocks.values()) + "\n", encoding="utf-8")


def replace_text(path: Path, text: str) -> None:
    """Write a text beside, then rename."""
    beside = path.with_name(f".{path.name}.writing")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)


def write_plain(path: Path, value: object) -> None:
    """Write a value as JSON, one line for each row of numbers."""
    replace_text(path, compact_json(value) + "\n")


def compact_json(value: object, indent: int = 0) -> str:
    """Return JSON with lists of plain values on one line."""
    pad, end = " " * (indent + 1), " " * indent
    if isinstance(value, dict) and value:
        rows = [
            f"{pad}{json.dumps(key)}: {compact_json(item, indent + 1)}"
            for key, item in cast("dict[str, object]", value).items()
        ]
        return "{\n" + ",\n".join(rows) + f"\n{end}}}"
    items = cast("list[object]", value) if isinstance(value, list) else []
    if any(isinstance(item, dict | list) for item in items):
        rows = [pad + compact_json(item, indent + 1) for item in items]
        return "[\n" + ",\n".join(rows) + f"\n{end}]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
