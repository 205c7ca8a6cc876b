"""``ancrage multipliers``."""

from __future__ import annotations

from pathlib import Path

import click

from viz.options import json_option

LARGEST_SPLIT = 1000


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
    help="Firms in each sector.",
)
@click.option("--simulate", is_flag=True, help="Also what the agent-based model converges to.")
@json_option
def command(folder: Path | None, split: int, simulate: bool, as_json: bool) -> None:
    """Type I and type II multipliers of output, value added and jobs, by sector.

    Per unit of final demand, in the units of the accounts. Type I: suppliers; type II: suppliers
    and the spending of wages.
    """
    from model.territory.input_output import (
        embedded_input_output,
        multipliers_as_json,
        multipliers_of_split,
    )
    from model.territory.input_output_files import read_input_output
    from viz.console import output, print_json, table

    io = read_input_output(folder) if folder else embedded_input_output()
    result = multipliers_of_split(io, split)
    answer = multipliers_as_json(result)
    if simulate:
        from model.simulated_multipliers import simulate_multipliers

        answer["simulated"] = simulate_multipliers(io, split)
    if as_json:
        print_json(answer)
        return
    console = output()
    kinds = [("I", result.type1)] + ([("II", result.type2)] if result.type2 else [])
    columns = [("sector", "left")]
    for kind, _ in kinds:
        columns += [(f"{name} {kind}", "right") for name in ("output", "value added", "jobs")]
    made = table("Multipliers per unit of final demand", columns)
    for i, sector in enumerate(result.sectors):
        cells = [
            f"{values[i]:.4f}"
            for _, found in kinds
            for values in (found.output, found.value_added, found.employment)
        ]
        made.add_row(sector, *cells)
    console.print(made)
    if result.type2 is None:
        console.print(f"Type II: none, {result.type2_reason}.", markup=False)
    if result.dropped:
        console.print(f"Without output, dropped: {', '.join(result.dropped)}.", markup=False)
