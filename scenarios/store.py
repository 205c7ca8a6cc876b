"""The run folder: a record, tidy tables and a summary, complete or absent."""

from __future__ import annotations

import datetime as dt
import json
import os
import shlex
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from model.errors import AncrageError
from model.indicators import load_indicators
from model.indicators.records import QUANTITIES, QUANTITIES_BY_DIMENSION
from scenarios import provenance
from scenarios.comparison import Array, Comparison
from scenarios.gains import Gain
from scenarios.library import load_library
from scenarios.results import BASELINE
from scenarios.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

RECORD = "record.json"
_STAGE = ".writing"


def default_folder(command: str) -> Path:
    """Return ``runs/<date>-<command>`` under the working folder, not yet taken."""
    stamp = dt.datetime.now().strftime("%Y-%m-%d-%H%M%S")
    folder = Path("runs") / f"{stamp}-{command}"
    number = 1
    while folder.exists():
        number += 1
        folder = Path("runs") / f"{stamp}-{command}-{number}"
    return folder


class RunFolder:
    """A folder that receives a run whole: files are written aside, then moved into place.

    It is made at once, before anything is computed, so that an unwritable place is refused early.

    Raises
    ------
    AncrageError
        The folder cannot be written, or holds files that are not those of an earlier run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stage = folder / _STAGE
        self._made: list[Path] = []
        try:
            missing = [p for p in (folder, *folder.parents) if not p.exists()]
            self._stage.mkdir(parents=True, exist_ok=True)
            self._made = missing
            probe = self._stage / "probe"
            probe.write_text("", encoding="utf-8")
            probe.unlink()
        except OSError as error:
            self.discard()
            raise AncrageError(
                f"Output folder '{folder}' cannot be written ({error.strerror}); "
                "choose another with --out."
            ) from error
        others = [p for p in folder.iterdir() if p.name != _STAGE]
        ours = (folder / RECORD, folder / "partial" / RECORD)
        if others and not any(path.exists() for path in ours):
            self.discard()
            raise AncrageError(
                f"Output folder '{folder}' holds files that are not a run's; "
                "choose an empty or new one with --out."
            )

    def stage(self, name: str) -> Path:
        """Return where to write a file before `publish` moves it to its name."""
        path = self._stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def publish(self) -> None:
        """Move all written files into place, the record last."""
        (self.folder / RECORD).unlink(missing_ok=True)
        names = sorted(p.relative_to(self._stage) for p in self._stage.rglob("*") if p.is_file())
        for name in sorted(names, key=lambda n: n.name == RECORD):
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(self._stage / name, target)
        shutil.rmtree(self._stage, ignore_errors=True)

    def discard(self) -> None:
        """Remove what was written, and the folders that were made for it if still empty."""
        shutil.rmtree(self._stage, ignore_errors=True)
        for path in self._made:
            with suppress(OSError):
                path.rmdir()


def _context_line(comparison: Comparison) -> list[str]:
    """Return the argument that gives the context again, if there was one."""
    context = comparison.context
    if context.changes_nothing:
        return []
    return [f"    context={scenario_words(context)},"]


def scenario_words(scenario: Scenario) -> str:
    """Return the Python that makes a scenario again."""
    does = f"levers=Levers({scenario.levers.canonical()!r})"
    if scenario.law.changed():
        does += f", law=Amendments({scenario.law.canonical()!r})"
    if not scenario.shocks.changes_nothing:
        does += f", shocks=Shocks({scenario.shocks.canonical()!r})"
    return f"Scenario(name={scenario.name!r}, {does})"


def python_lines(comparison: Comparison, planned_pairs: int) -> list[str]:
    """Return the Python that runs the comparison again."""
    lines = ["from scenarios import Scenario, compare, load_scenario"]
    every = (comparison.context, *comparison.scenarios)
    if any(scenario.law.changed() for scenario in every):
        lines.append("from model.procurement.amendments import Amendments")
    lines.append("from model.procurement.levers import Levers")
    if not all(scenario.shocks.changes_nothing for scenario in every):
        lines.append("from model.shocks.shock import Shocks")
    lines += ["", "result = compare(", "    ["]
    for scenario in comparison.scenarios:
        if is_of_library(scenario):
            lines.append(f"        load_scenario({scenario.name!r}),")
        else:
            lines.append(f"        {scenario_words(scenario)},")
    lines += [
        "    ],",
        f"    territory={comparison.territory!r},",
        f"    months={comparison.months},",
        f"    pairs={planned_pairs},",
        f"    seed={comparison.seed},",
        f"    central={comparison.central},",
        *_context_line(comparison),
        *([f"    overrides={dict(comparison.overrides)!r},"] if comparison.overrides else []),
        ")",
    ]
    return lines


def is_of_library(scenario: Scenario) -> bool:
    """Whether the library has this scenario under this name."""
    known = load_library().get(scenario.name)
    return known is not None and known.digest() == scenario.digest()


class PairedStudy(Protocol):
    """What any result over pairs of runs says of how it was made."""

    @property
    def territory(self) -> str: ...
    @property
    def start(self) -> str: ...
    @property
    def months(self) -> int: ...
    @property
    def pairs(self) -> int: ...
    @property
    def central(self) -> bool: ...
    @property
    def context(self) -> Scenario: ...
    @property
    def overrides(self) -> tuple[tuple[str, float], ...]: ...


def record_of_pairs(
    study: PairedStudy,
    kind: str,
    seeds: Sequence[int],
    asked: Mapping[str, object],
    command: Sequence[str],
    planned_pairs: int,
    python: Sequence[str],
) -> dict[str, object]:
    """Return the content of ``record.json``: all that a result over pairs depends on.

    ``asked`` is what this kind of result was asked: scenarios, shocks, buyers.
    """
    return {
        "kind": kind,
        "complete": study.pairs == planned_pairs,
        "written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "territory": study.territory,
        "start": study.start,
        "months": study.months,
        "pairs": study.pairs,
        "planned_pairs": planned_pairs,
        "seeds": list(seeds),
        "hypotheses": "central values" if study.central else "drawn for each seed",
        "edited_hypotheses": dict(study.overrides),
        "context": study.context.record(),
        **asked,
        "sha256": {"data": provenance.data_digest(), "code": provenance.code_digest()},
        "versions": provenance.versions(),
        "machine": provenance.machine(),
        "command": shlex.join(command),
        "python": list(python),
    }


def comparison_record(
    comparison: Comparison, command: Sequence[str], planned_pairs: int
) -> dict[str, object]:
    """Return the content of ``record.json``: all that the result depends on."""
    return record_of_pairs(
        comparison,
        "comparison",
        list(range(comparison.seed, comparison.seed + comparison.pairs)),
        {
            "scenarios": [scenario.record() for scenario in comparison.scenarios],
        },
        command,
        planned_pairs,
        python_lines(comparison, planned_pairs),
    )


def results_frame(comparison: Comparison) -> pd.DataFrame:
    """Return one row a scenario, indicator and group, over the whole horizon."""
    import pandas as pd

    indicators = load_indicators()
    frame = pd.DataFrame([asdict(row) for row in comparison.rows])
    frame.insert(2, "unit", [indicators[row.indicator].unit for row in comparison.rows])
    return frame


def years_frame(comparison: Comparison) -> pd.DataFrame:
    """Return one row a year, scenario, indicator and zone."""
    import pandas as pd

    indicators = load_indicators()
    frame = pd.DataFrame([{"year": y.year, **asdict(y.row)} for y in comparison.years])
    frame.insert(3, "unit", [indicators[y.row.indicator].unit for y in comparison.years])
    return frame


def pairs_frame(comparison: Comparison) -> pd.DataFrame:
    """Return one row a seed, scenario, indicator and zone: the values behind the statistics."""
    import pandas as pd

    names = [BASELINE, *(scenario.name for scenario in comparison.scenarios)]
    seeds = range(comparison.seed, comparison.seed + comparison.pairs)
    zones = [*comparison.zones, "all"]
    labels = (list(seeds), names, list(load_indicators()), zones)
    index = pd.MultiIndex.from_product(labels, names=["seed", "scenario", "indicator", "zone"])
    values = pd.Series(comparison.pair_values.ravel(), index=index, name="value")
    return values.reset_index()


def monthly_frame(comparison: Comparison) -> pd.DataFrame:
    """Return one row a scenario, month and zone, a column a quantity, mean over pairs."""
    zones = comparison.zones
    return _monthly(comparison, comparison.monthly, QUANTITIES, "zone", zones)


def group_monthly_frame(comparison: Comparison) -> pd.DataFrame:
    """Return one row a scenario, month, dimension and group, a column a quantity.

    Mean over pairs; quantities that a dimension does not have are empty.
    """
    import pandas as pd

    frames: list[pd.DataFrame] = []
    for dimension, groups in comparison.groups.items():
        names = QUANTITIES_BY_DIMENSION[dimension]
        values = comparison.group_monthly[dimension]
        frame = _monthly(comparison, values, names, "group", groups)
        frame.insert(2, "dimension", dimension)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _monthly(
    comparison: Comparison,
    values: Array,
    quantities: Sequence[str],
    column: str,
    groups: Sequence[str],
) -> pd.DataFrame:
    """Turn (S + 1, Q, months, G) into one row a scenario, month and group."""
    import pandas as pd

    names = [BASELINE, *(scenario.name for scenario in comparison.scenarios)]
    year, month = (int(part) for part in comparison.start.split("-"))
    first = year * 12 + month - 1
    months = [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(first, first + comparison.months)]
    labels = (names, months, list(groups))
    index = pd.MultiIndex.from_product(labels, names=["scenario", "month", column])
    table = values.transpose(0, 2, 3, 1).reshape(-1, len(quantities))
    return pd.DataFrame(table, index=index, columns=list(quantities)).reset_index()


def flows_frame(comparison: Comparison) -> pd.DataFrame:
    """Return one row a scenario, source and target: EUR a year, mean over pairs."""
    import pandas as pd

    return pd.DataFrame([asdict(flow) for flow in comparison.flows])


def gains_frame(comparison: Comparison) -> pd.DataFrame:
    """Return one row a group that surely gains or loses."""
    import pandas as pd

    columns = [field.name for field in fields(Gain)]
    return pd.DataFrame([asdict(gain) for gain in comparison.gains], columns=columns)


def write_comparison(
    folder: RunFolder,
    comparison: Comparison,
    command: Sequence[str],
    planned_pairs: int,
    readme: str,
) -> Path:
    """Write a comparison; an unfinished one goes under ``partial/``. Returns its folder."""
    under = "" if comparison.pairs == planned_pairs else "partial/"
    frames = {
        "results": results_frame(comparison),
        "results_by_year": years_frame(comparison),
        "pairs": pairs_frame(comparison),
        "monthly": monthly_frame(comparison),
        "monthly_by_group": group_monthly_frame(comparison),
        "who_gains": gains_frame(comparison),
        "euro_flows": flows_frame(comparison),
    }
    for name, frame in frames.items():
        frame.to_parquet(folder.stage(f"{under}{name}.parquet"), index=False)
        if name != "pairs":
            frame.to_csv(folder.stage(f"{under}{name}.csv"), index=False)
    record = comparison_record(comparison, command, planned_pairs)
    write_json(folder.stage(f"{under}{RECORD}"), record)
    folder.stage(f"{under}README.txt").write_text(readme, encoding="utf-8")
    folder.publish()
    return folder.folder / under if under else folder.folder


def write_json(path: Path, value: Any) -> None:
    """Write JSON for people: indented, accents as they are."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
