"""Where a study of sensitivity is written."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from scenarios import provenance
from scenarios.outlet import Outlet, replace_text
from scenarios.sensitivity.report import sensitivity_block
from scenarios.sensitivity.results import SHIPPED, Sensitivity, sensitivity_text
from scenarios.store import RECORD, write_json
from scenarios.validation.report import DOCUMENT, write_blocks

if TYPE_CHECKING:
    import pandas as pd

BLOCK = "sensitivity"


@dataclass(frozen=True)
class SensitivityOutlet(Outlet):
    """Receives a study."""

    command: ClassVar[str] = BLOCK

    def write(self, study: Sensitivity, command: Sequence[str], readme: str) -> list[Path]:
        """Write a study; return the files to look at."""
        if self.folder is None:
            return _ship(study)
        for name, frame in frames(study).items():
            frame.to_csv(self.folder.stage(f"{name}.csv"), index=False)
            frame.to_parquet(self.folder.stage(f"{name}.parquet"), index=False)
        self.folder.stage(SHIPPED.name).write_text(sensitivity_text(study), encoding="utf-8")
        self.folder.stage("sensitivity.md").write_text(
            sensitivity_block(study) + "\n", encoding="utf-8"
        )
        self.folder.stage("README.txt").write_text(readme, encoding="utf-8")
        write_json(self.folder.stage(RECORD), record(study, command))
        self.folder.publish()
        return [self.folder.folder]


def _ship(study: Sensitivity) -> list[Path]:
    """Write the study that the package ships, and its part of the document."""
    replace_text(SHIPPED, sensitivity_text(study))
    write_blocks(DOCUMENT, {BLOCK: sensitivity_block(study)})
    return [SHIPPED, DOCUMENT]


def record(study: Sensitivity, command: Sequence[str]) -> dict[str, object]:
    """Return the content of ``record.json``: all that the result depends on."""
    plain = study.as_json()
    del plain["results"]
    return {
        "kind": "sensitivity",
        **plain,
        "machine": provenance.machine(),
        "command": shlex.join(command),
    }


def frames(study: Sensitivity) -> dict[str, pd.DataFrame]:
    """Return the tables of a study, a row a result and hypothesis or source."""
    import pandas as pd

    def rows(parts: str) -> pd.DataFrame:
        found = [
            {"result": result.indicator, **asdict(one)}
            for result in study.results
            for one in getattr(result, parts)
        ]
        return pd.DataFrame(found)

    return {"swings": rows("swings"), "screening": rows("screened"), "shares": rows("shares")}
