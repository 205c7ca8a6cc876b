"""Where a calibration is written: the clone that ships it, or a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from model import hypotheses
from model.hypotheses.register import CALIBRATED
from scenarios.calibration.report import calibration_text
from scenarios.calibration.results import SHIPPED, Calibration
from scenarios.outlet import Outlet, copy_with_blocks, replace_text, write_plain
from scenarios.store import RECORD
from scenarios.validation.report import DOCUMENT, write_blocks

BLOCK = "calibration"
"""Name of the part of `docs/validation.md` that a calibration writes."""

_HEAD = """# What published figures leave of hypotheses that they see, made by `ancrage calibrate`
# (docs/validation.md). Pairs of runs draw from the quantiles, at 0.5, 5, 25, 50, 75, 95 and 99.5 %;
# low and high hold nine cases out of ten; value is the central one: the median where the range is
# identified, otherwise the register's. Bounds stay the register's.
"""


def register_path() -> Path:
    """Return the file of calibrated ranges that the model reads."""
    return Path(hypotheses.__file__).with_name(CALIBRATED)


def ranges_toml(found: Calibration) -> str:
    """Return the calibrated ranges as the model reads them, in order of key."""
    tables = [
        "\n".join(
            (
                "[[calibrated]]",
                f'key = "{one.key}"',
                f"value = {_plain(one.central)}",
                f"low = {_plain(one.low)}",
                f"high = {_plain(one.high)}",
                f"quantiles = [{', '.join(map(_plain, one.quantiles))}]",
            )
        )
        for one in sorted(found.hypotheses, key=lambda one: one.key)
    ]
    # without any, the list is there and empty
    return "\n\n".join([_HEAD.rstrip(), *(tables or ["calibrated = []"])]) + "\n"


def _plain(value: float) -> str:
    return repr(float(value))


@dataclass(frozen=True)
class CalibrationOutlet(Outlet):
    """Receives a calibration."""

    command: ClassVar[str] = "calibrate"

    def write(self, found: Calibration) -> list[Path]:
        """Write ranges, record and document; return the files."""
        blocks = {BLOCK: calibration_text(found)}
        if self.folder is None:
            path = register_path()
            replace_text(path, ranges_toml(found))
            write_plain(SHIPPED, found.as_json())
            write_blocks(DOCUMENT, blocks)
            return [path, SHIPPED, DOCUMENT]
        ranges, record = self.folder.stage(CALIBRATED), self.folder.stage(RECORD)
        text = self.folder.stage("validation.md")
        ranges.write_text(ranges_toml(found), encoding="utf-8")
        write_plain(record, found.as_json())
        copy_with_blocks(text, blocks)
        self.folder.publish()
        return [self.folder.folder / path.name for path in (ranges, record, text)]
