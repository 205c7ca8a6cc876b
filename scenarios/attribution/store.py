"""Run folders of explanations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model.indicators import load_indicators
from model.indicators.channels import channel_names
from scenarios.attribution.results import CHANNEL, PLAYER, Explanation
from scenarios.results import ALL_ZONES, ResultRow
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

NUMBERS = ("difference", "low", "high", "mean_low", "mean_high", "relative")
TOTAL = "all"
"""Player of the rows that hold the whole difference."""


def contributions_frame(study: Explanation) -> pd.DataFrame:
    """Return one row a player, indicator and zone, the whole difference after its parts."""
    import pandas as pd

    rows: list[dict[str, object]] = []
    kinds = dict(zip(study.player_names, (p.kind for p in study.players), strict=True))
    for key, entry in load_indicators().items():
        for zone in (ALL_ZONES, *study.zones):
            for name, kind in kinds.items():
                found = study.contribution(name, key, zone)
                told = {PLAYER: name, "kind": kind, "indicator": key, "unit": entry.unit}
                error = {"sampling_error": found.sampling_error}
                rows.append(told | _numbers(found.row) | error)
            told = {PLAYER: TOTAL, "kind": TOTAL, "indicator": key, "unit": entry.unit}
            rows.append(told | _numbers(study.total(key, zone)) | {"sampling_error": None})
    return pd.DataFrame(rows)


def _numbers(row: ResultRow) -> dict[str, object]:
    found: dict[str, object] = {"zone": row.zone}
    return found | {name: getattr(row, name) for name in NUMBERS}


def channels_frame(study: Explanation) -> pd.DataFrame:
    """Return one row an indicator and channel, of the territory."""
    import pandas as pd

    rows = [
        {"indicator": key, CHANNEL: row.group, "unit": load_indicators()[key].unit} | _numbers(row)
        for key in channel_names()
        for row in study.channel_rows(key)
    ]
    return pd.DataFrame(rows)


def pairs_frame(study: Explanation) -> pd.DataFrame:
    """Return one row a seed, player, indicator and zone: the values behind the statistics."""
    import pandas as pd

    seeds = [pair.seed for pair in study.runs]
    labels = (seeds, list(study.player_names), list(load_indicators()), [*study.zones, ALL_ZONES])
    index = pd.MultiIndex.from_product(labels, names=["seed", PLAYER, "indicator", "zone"])
    values = np.ascontiguousarray(study.contributions).ravel()
    return pd.Series(values, index=index, name="value").reset_index()


def cases_frame(study: Explanation) -> pd.DataFrame:
    """Return one row a followed case, year and measure."""
    import pandas as pd

    rows = [
        {
            "case": case.kind,
            "what": case.what,
            "zone": case.zone,
            "year": year,
            "months": months,
            "measure": measure,
            "baseline": float(case.baseline[measure][place]),
            "scenario": float(case.scenario[measure][place]),
        }
        for case in study.cases
        for place, (year, months) in enumerate(case.years)
        for measure in case.baseline
    ]
    return pd.DataFrame(rows)


def python_lines(study: Explanation, planned_pairs: int) -> list[str]:
    """Return the Python that runs the explanation again."""
    known = is_of_library(study.scenario)
    told = f"load_scenario({study.scenario.name!r})" if known else scenario_words(study.scenario)
    around = "" if study.context.changes_nothing else scenario_words(study.context)
    imports = {
        "Amendments(": "from model.procurement.amendments import Amendments",
        "Levers(": "from model.procurement.levers import Levers",
        "Shocks(": "from model.shocks.shock import Shocks",
        " Scenario(": "from scenarios import Scenario",
        "load_scenario(": "from scenarios import load_scenario",
    }
    lines = [line for name, line in imports.items() if name in f" {told} {around}"]
    lines += [
        "from scenarios.attribution import explain",
        "",
        "result = explain(",
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
    if study.orders:
        lines.append(f"    orders={study.orders},")
    return [*lines, ")"]


def write_explanation(
    folder: RunFolder,
    study: Explanation,
    command: Sequence[str],
    planned_pairs: int,
    texts: Mapping[str, str],
) -> Path:
    """Write an explanation; an unfinished one goes under ``partial/``. Returns its folder.

    ``texts`` are further files, name to content: the README among them.
    """
    under = "" if study.pairs == planned_pairs else "partial/"
    frames = {
        "contributions": contributions_frame(study),
        "channels": channels_frame(study),
        "pairs": pairs_frame(study),
        "cases": cases_frame(study),
    }
    for name, frame in frames.items():
        frame.to_parquet(folder.stage(f"{under}{name}.parquet"), index=False)
        if name != "pairs":
            frame.to_csv(folder.stage(f"{under}{name}.csv"), index=False)
    record: dict[str, object] = record_of_pairs(
        study,
        "explanation",
        [pair.seed for pair in study.runs],
        {
            "scenario": study.scenario.record(),
            "players": list(study.player_names),
            "exact": study.orders == 0,
            "orders": study.orders,
            "coalitions": [pair.coalitions for pair in study.runs],
            "worlds": [pair.runs for pair in study.runs],
        },
        command,
        planned_pairs,
        python_lines(study, planned_pairs),
    )
    write_json(folder.stage(f"{under}{RECORD}"), record)
    for name, content in texts.items():
        folder.stage(f"{under}{name}").write_text(content, encoding="utf-8")
    folder.publish()
    return folder.folder / under if under else folder.folder
