"""What a table of a scheme leaves on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.spaser.real import Compared
from scenarios.spaser.results import Spaser
from scenarios.store import (
    RECORD,
    RunFolder,
    is_of_library,
    record_of_pairs,
    scenario_words,
    write_json,
)

if TYPE_CHECKING:
    import pandas as pd


def table_frame(study: Spaser) -> pd.DataFrame:
    """Return one row a buyer, category, unit and year."""
    import pandas as pd

    return pd.DataFrame([asdict(row) for row in study.rows])


def two_years_frame(study: Spaser) -> pd.DataFrame:
    """Return the same over two years, as L.2111-3 has them published."""
    import pandas as pd

    return pd.DataFrame([asdict(row) for row in study.two_years])


def risks_frame(study: Spaser) -> pd.DataFrame:
    """Return one row a buyer, category and obstacle."""
    import pandas as pd

    return pd.DataFrame([asdict(risk) for risk in study.risks])


def real_frame(compared: Sequence[Compared]) -> pd.DataFrame:
    """Return one row a real value."""
    import pandas as pd

    return pd.DataFrame([asdict(one) for one in compared])


def python_lines(study: Spaser, planned_pairs: int) -> list[str]:
    """Return the Python that makes the table again."""
    known = is_of_library(study.scenario)
    told = f"load_scenario({study.scenario.name!r})" if known else scenario_words(study.scenario)
    around = "" if study.context.changes_nothing else scenario_words(study.context)
    written = f" {told} {around}"
    needed = {
        "Amendments(": "from model.procurement.amendments import Amendments",
        "Levers(": "from model.procurement.levers import Levers",
        "Shocks(": "from model.shocks.shock import Shocks",
        " Scenario(": "from scenarios import Scenario",
        "load_": "from scenarios import load_scenario",
    }
    lines = [
        *(line for name, line in needed.items() if name in written),
        "from scenarios.spaser import spaser",
        "",
        "result = spaser(",
        f"    {list(study.buyers)!r},",
        f"    {told},",
        f"    territory={study.territory!r},",
        f"    months={study.months},",
        f"    pairs={planned_pairs},",
        f"    seed={study.seed},",
        f"    central={study.central},",
    ]
    if around:
        lines.append(f"    context={around},")
    if study.overrides:
        lines.append(f"    overrides={dict(study.overrides)!r},")
    return [*lines, ")"]


def record_of(study: Spaser, command: Sequence[str], planned_pairs: int) -> dict[str, Any]:
    """Return the content of ``record.json``: all that the table depends on."""
    return record_of_pairs(
        study,
        "spaser",
        list(range(study.seed, study.seed + study.pairs)),
        {
            "scenarios": [study.scenario.record()],
            "buyers": list(study.buyers),
        },
        command,
        planned_pairs,
        python_lines(study, planned_pairs),
    )


def write_spaser(
    folder: RunFolder,
    study: Spaser,
    command: Sequence[str],
    planned_pairs: int,
    readme: str,
    compared: Sequence[Compared] = (),
) -> Path:
    """Write a table; one of an interrupted run goes under ``partial/``. Returns its folder."""
    under = "" if study.pairs == planned_pairs else "partial/"
    frames = {
        "table": table_frame(study),
        "two_years": two_years_frame(study),
        "risks": risks_frame(study),
    }
    if compared:
        frames["real"] = real_frame(compared)
    write_frames(folder, under, frames)
    write_json(folder.stage(f"{under}spaser.json"), study.as_json())
    write_json(folder.stage(f"{under}{RECORD}"), record_of(study, command, planned_pairs))
    folder.stage(f"{under}README.txt").write_text(readme, encoding="utf-8")
    folder.publish()
    return folder.folder / under if under else folder.folder


def write_frames(folder: RunFolder, under: str, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write tables as Parquet and CSV."""
    for name, frame in frames.items():
        frame.to_parquet(folder.stage(f"{under}{name}.parquet"), index=False)
        frame.to_csv(folder.stage(f"{under}{name}.csv"), index=False)
