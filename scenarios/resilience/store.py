"""Run folders of studies of resilience."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scenarios.library.reading import load_shock, shock_names
from scenarios.resilience.register import load_resilience_measures
from scenarios.resilience.results import Resilience
from scenarios.results import ALL_ZONES
from scenarios.schema import Scenario
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

CURVES = ("jobs_present_fte", "output_eur")
"""Quantities whose course is kept month by month."""


def results_frame(study: Resilience) -> pd.DataFrame:
    """Return one row a scenario, shock, zone and measure."""
    import pandas as pd

    measures = load_resilience_measures()
    frame = pd.DataFrame([asdict(row) for row in study.rows])
    frame.insert(4, "unit", [measures[row.measure].unit for row in study.rows])
    return frame


def pairs_frame(study: Resilience) -> pd.DataFrame:
    """Return one row a seed, scenario, shock, zone and measure; inf where never reached."""
    import pandas as pd

    seeds = [run.seed for run in study.runs]
    zones = [*study.zones, ALL_ZONES]
    frames: list[pd.DataFrame] = []
    for (scenario, shock), by_measure in study.values.items():
        index = pd.MultiIndex.from_product(
            [seeds, list(by_measure), zones], names=["seed", "measure", "zone"]
        )
        values = np.stack(list(by_measure.values()), axis=1).ravel()
        frame = pd.Series(values, index=index, name="value").reset_index()
        frame.insert(1, "scenario", scenario)
        frame.insert(2, "shock", shock)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def curves_frame(study: Resilience) -> pd.DataFrame:
    """Return one row a seed, scenario, shock and month: jobs and output with the shock over
    without it, in the territory."""
    import pandas as pd

    year, month = (int(part) for part in study.start.split("-"))
    first = year * 12 + month - 1
    months = [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(first, first + study.months)]
    seeds = [run.seed for run in study.runs]
    frames: list[pd.DataFrame] = []
    for scenario, shock in study.values:
        index = pd.MultiIndex.from_product([seeds, months], names=["seed", "month"])
        columns = {name: study.curve(scenario, shock, name).ravel() for name in CURVES}
        frame = pd.DataFrame(columns, index=index).reset_index()
        frame.insert(1, "scenario", scenario)
        frame.insert(2, "shock", shock)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def detail_frames(study: Resilience) -> dict[str, pd.DataFrame]:
    """Return the structure in full of the first seed: rows of each table, scenario by scenario."""
    import pandas as pd

    found: dict[str, pd.DataFrame] = {}
    for table in ("by_buyer_category", "by_sector", "critical_needs"):
        rows = [
            {"scenario": one.name, **asdict(row)}
            for one in study.scenarios
            if (detail := study.detail(one.name)) is not None
            for row in getattr(detail, table)
        ]
        if rows:
            found[f"structure_{table}"] = pd.DataFrame(rows)
    return found


def python_lines(study: Resilience, planned_pairs: int) -> list[str]:
    """Return the Python that runs the study again."""

    def listed(name: str, values: Sequence[str]) -> list[str]:
        return [f"    {name}=[", *(f"        {value}," for value in values), "    ],"]

    told = [_words_of(one) for one in (*study.scenarios, *study.shocks)]
    around = "" if study.context.changes_nothing else scenario_words(study.context)
    written = " ".join((*told, around))
    known = {
        "Amendments(": "from model.procurement.amendments import Amendments",
        "Levers(": "from model.procurement.levers import Levers",
        "Shocks(": "from model.shocks.shock import Shocks",
        " Scenario(": "from scenarios import Scenario",
        "load_": "from scenarios.library.reading import load_scenario, load_shock",
    }
    lines = [
        *(line for name, line in known.items() if name in f" {written}"),
        "from scenarios.resilience import resilience",
        "",
        "result = resilience(",
        *listed("scenarios", told[: len(study.scenarios)]),
        *listed("shocks", told[len(study.scenarios) :]),
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


def _words_of(scenario: Scenario) -> str:
    """Return the Python that gives a scenario or a shock: by its name if it is a ready one."""
    if is_of_library(scenario):
        return f"load_scenario({scenario.name!r})"
    if scenario.name in shock_names() and load_shock(scenario.name).digest() == scenario.digest():
        return f"load_shock({scenario.name!r})"
    return scenario_words(scenario)


def write_resilience(
    folder: RunFolder,
    study: Resilience,
    command: Sequence[str],
    planned_pairs: int,
    readme: str,
) -> Path:
    """Write a study; an unfinished one goes under ``partial/``. Returns its folder."""
    import pandas as pd

    under = "" if study.pairs == planned_pairs else "partial/"
    frames = {
        "results": results_frame(study),
        "against_baseline": pd.DataFrame([asdict(row) for row in study.trade_off]),
        "structure": pd.DataFrame([asdict(row) for row in study.structure]),
        "pairs": pairs_frame(study),
        "curves": curves_frame(study),
        **detail_frames(study),
    }
    for name, frame in frames.items():
        frame.to_parquet(folder.stage(f"{under}{name}.parquet"), index=False)
        if name != "pairs":
            frame.to_csv(folder.stage(f"{under}{name}.csv"), index=False)
    record: dict[str, object] = record_of_pairs(
        study,
        "resilience",
        [run.seed for run in study.runs],
        {
            "scenarios": [one.record() for one in study.scenarios],
            "shocks": [one.record() for one in study.shocks],
        },
        command,
        planned_pairs,
        python_lines(study, planned_pairs),
    )
    write_json(folder.stage(f"{under}{RECORD}"), record)
    folder.stage(f"{under}README.txt").write_text(readme, encoding="utf-8")
    folder.publish()
    return folder.folder / under if under else folder.folder
