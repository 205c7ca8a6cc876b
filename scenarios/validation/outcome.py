"""Where a validation is written: the clone that ships it, or a folder."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from scenarios.store import RECORD, RunFolder, default_folder
from scenarios.validation.report import DOCUMENT, patterns_text, write_blocks
from scenarios.validation.results import SHIPPED, Validation


def write_plain(path: Path, value: object) -> None:
    """Write a value as JSON, one line for each row of numbers: beside, then renamed."""
    beside = path.with_name(f".{path.name}.writing")
    beside.write_text(compact_json(value) + "\n", encoding="utf-8")
    os.replace(beside, path)


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


@dataclass(frozen=True)
class Outlet:
    """Receives a validation; without a folder, it goes where the clone ships it."""

    folder: RunFolder | None

    @classmethod
    def chosen(cls, out: Path | None, usual: bool) -> Outlet:
        """Return the clone for a usual run in one, otherwise a run folder, refused early.

        Raises
        ------
        AncrageError
            The folder cannot be written or holds other files.
        """
        if out is None and usual and DOCUMENT.exists():
            return cls(None)
        return cls(RunFolder(out or default_folder("validate")))

    def write(self, found: Validation, blocks: Mapping[str, str]) -> list[Path]:
        """Write figures and document; return the files."""
        blocks = {"patterns": patterns_text(found), **blocks}
        if self.folder is None:
            write_plain(SHIPPED, found.as_json())
            write_blocks(DOCUMENT, blocks)
            return [SHIPPED, DOCUMENT]
        record, text = self.folder.stage(RECORD), self.folder.stage("validation.md")
        write_plain(record, found.as_json())
        if DOCUMENT.exists():
            shutil.copyfile(DOCUMENT, text)
            write_blocks(text, blocks)
        else:
            text.write_text("\n\n".join(blocks.values()) + "\n", encoding="utf-8")
        self.folder.publish()
        return [self.folder.folder / path.name for path in (record, text)]

    def discard(self) -> None:
        """Leave nothing behind."""
        if self.folder is not None:
            self.folder.discard()
