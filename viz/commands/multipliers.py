"""``ancrage multipliers``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from viz.options import json_option, language_option
from viz.texts import Language

if TYPE_CHECKING:
    from rich.table import Table

    from model.simulated_multipliers import SimulatedMultipliers
    from model.territory.input_output import InputOutput, Multipliers, MultiplierSet

LARGEST_SPLIT = 1000
MEASURES = ("output", "value_added", "employment")


@click.command()
@click.option(
    "--io",
    "folder",
    type=click.Path(path_type=Path),
    default=None,
    metavar="DIR",
    help="Folder with Z.csv, accounts.csv and perhaps final_demand.csv.  [default: embedded]",
)
@click.option(
    "--split",
    type=click.IntRange(1, LARGEST_SPLIT),
    default=1,
    show_default=True,
    help="Firms in each sector; the answer must not depend on it.",
)
@click.option("--simulate", is_flag=True, help="Also what the agent-based model converges to.")
@json_option
@language_option
def command(
    folder: Path | None, split: int, simulate: bool, as_json: bool, language: Language
) -> None:
    """Type I and type II multipliers of output, value added and jobs, by sector.

    Per unit of final demand, in the units of the accounts (embedded table: M EUR and jobs). Type I
    counts suppliers, type II also the spending of wages. With --simulate, final demand steps up in
    the simulated economy and the answer is read when it rests again.
    """
    from model.territory.input_output import (
        embedded_input_output,
        multipliers_as_json,
        multipliers_of_split,
    )
    from model.territory.input_output_files import read_input_output
    from viz.console import output, print_json
    from viz.texts import text

    io = read_input_output(folder) if folder else embedded_input_output()
    analytic = multipliers_of_split(io, split)
    simulated = _simulated(io, split, analytic, language) if simulate else None
    if as_json:
        answer = multipliers_as_json(analytic)
        if simulated:
            from model.simulated_multipliers import simulated_as_json

            answer["simulated"] = simulated_as_json(simulated, analytic)
        print_json(answer)
        return
    console = output()
    sectors = _labels(analytic.sectors, language) if folder is None else {}
    for kind, exact, found in (
        ("I", analytic.type1, simulated.type1 if simulated else None),
        ("II", analytic.type2, simulated.type2 if simulated else None),
    ):
        if exact:
            console.print(_table(kind, analytic.sectors, sectors, exact, found, language))
    unit = "jobs_embedded" if folder is None else "jobs_of_files"
    console.print(text(unit, language), markup=False)
    if simulated:
        console.print(_agreement(simulated, analytic, split, language), markup=False)
    if analytic.type2 is None:
        reason = text("no_type2", language, reason=analytic.type2_reason)
        console.print(reason, markup=False)
    if analytic.dropped:
        dropped = text("dropped_sectors", language, sectors=", ".join(analytic.dropped))
        console.print(dropped, markup=False)


def _simulated(
    io: InputOutput, split: int, analytic: Multipliers, language: Language
) -> SimulatedMultipliers:
    from model.simulated_multipliers import simulated_multipliers
    from viz.console import progress
    from viz.texts import text

    kinds = 1 if analytic.type2 is None else 2
    with progress() as bar:
        task = bar.add_task(text("running", language), total=kinds * len(io.sectors))
        return simulated_multipliers(io, split, on_trials=lambda n: bar.advance(task, n))


def _labels(codes: tuple[str, ...], language: Language) -> dict[str, str]:
    from model.territory.sectors import sector

    return {code: getattr(sector(code), f"label_{language}") for code in codes}


def _table(
    kind: str,
    codes: tuple[str, ...],
    labels: dict[str, str],
    exact: MultiplierSet,
    found: MultiplierSet | None,
    language: Language,
) -> Table:
    """Return the table of one type; with a simulation, its values stand right of the exact ones."""
    from viz.console import table
    from viz.numbers import number
    from viz.texts import text

    columns = [(text("sector", language), "left")]
    if labels:
        columns.append((text("activity", language), "left"))
    for measure in MEASURES:
        columns.append((text(measure, language), "right"))
        if found:
            columns.append((text("simulated", language), "right"))
    made = table(text(f"type_{kind}", language), columns)
    sets = [exact, found] if found else [exact]
    for i, code in enumerate(codes):
        cells = [
            number(float(getattr(one, measure)[i]), 4, language)
            for measure in MEASURES
            for one in sets
        ]
        made.add_row(code, *([labels[code]] if labels else []), *cells)
    return made


def _agreement(
    simulated: SimulatedMultipliers, analytic: Multipliers, split: int, language: Language
) -> str:
    """Say how far the simulation is from the exact values, at the worst."""
    from model.simulated_multipliers import largest_gap
    from viz.numbers import percent
    from viz.texts import text

    gaps = [
        ("I", largest_gap(simulated.type1, analytic.type1), simulated.months1),
        ("II", largest_gap(simulated.type2, analytic.type2), simulated.months2),
    ]
    parts = [
        text("gap", language, kind=kind, gap=percent(gap, language, 5), months=months)
        for kind, gap, months in gaps
        if gap is not None
    ]
    return text("largest_gap", language, gaps="; ".join(parts), firms=split)
