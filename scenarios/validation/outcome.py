"""Where a validation is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from scenarios.outlet import Outlet, copy_with_blocks, write_plain
from scenarios.store import RECORD
from scenarios.validation.report import DOCUMENT, patterns_text, write_blocks
from scenarios.validation.results import SHIPPED, Validation


@dataclass(frozen=True)
class ValidationOutlet(Outlet):
    """Receives a validation."""

    command: ClassVar[str] = "validate"

    def write(self, found: Validation, blocks: Mapping[str, str]) -> list[Path]:
        """Write figures and document; return the files."""
        blocks = {"patterns": patterns_text(found), **blocks}
        if self.folder is None:
            write_plain(SHIPPED, found.as_json())
            write_blocks(DOCUMENT, blocks)
            return [SHIPPED, DOCUMENT]
        record, text = self.folder.stage(RECORD), self.folder.stage("validation.md")
        write_plain(record, found.as_json())
        copy_with_blocks(text, blocks)
        self.folder.publish()
        return [self.folder.folder / path.name for path in (record, text)]
