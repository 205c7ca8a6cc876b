"""``ancrage systemic-risk``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from viz.options import MOST_WORKERS, json_option, language_option
from viz.texts import Language

if TYPE_CHECKING:
    from model.networks.systemic_risk import SystemicRisk

USUAL_TERRITORY = "cote-opale"
SHOWN = 10
LEVELS = (0.01, 0.1)
"""Risks over which firms are counted."""


@dataclass(frozen=True)
class _Asked:
    """What is computed: names and sectors of firms (n,), counts, and what tells firms apart.

    ``places`` holds (zone, FTE) of each firm of a territory; files tell neither.
    """

    what: dict[str, str]
    names: tuple[str, ...]
    sectors: list[str]
    links: int
    solve: Callable[[Callable[[int], None]], SystemicRisk]
    places: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])


@click.command()
@click.option(
    "--territory",
    default=None,
    metavar="NAME",
    help=f"Embedded territory (cote-opale, dunkerque).  [default: {USUAL_TERRITORY}]",
)
@click.option(
    "--network",
    "edges",
    type=click.Path(path_type=Path),
    default=None,
    metavar="EDGES.csv",
    help="Instead, sales of yours: supplier,client,weight.",
)
@click.option(
    "--firms",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FIRMS.csv",
    help="Their firms: firm,sector and perhaps essential_sectors, separated by |.",
)
@click.option(
    "--rule",
    type=click.Choice(["linear", "leontief", "mixed"]),
    default="leontief",
    show_default=True,
    help="Inputs without which a firm stops: none, all, or the essential ones.",
)
@click.option("--replaceability", is_flag=True, help="Replace suppliers by the market shares left.")
@click.option(
    "--weights",
    type=click.Choice(["out", "max"]),
    default="out",
    show_default=True,
    help="What a firm weighs: its sales, or the larger of its sales and purchases.",
)
@click.option(
    "--top",
    type=click.IntRange(1),
    default=None,
    metavar="N",
    help=f"Firms listed.  [default: {SHOWN}; all with --json]",
)
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    default=None,
    help="Processes.  [default: cores of this machine]",
)
@json_option
@language_option
def command(
    territory: str | None,
    edges: Path | None,
    firms: Path | None,
    rule: Any,
    replaceability: bool,
    weights: Any,
    top: int | None,
    workers: int | None,
    as_json: bool,
    language: Language,
) -> None:
    """Firms whose failure alone would cost most: the index ESRI of Diem et al. 2022.

    Losses spread to clients, who lack inputs, and to suppliers, who lack orders. Results for a
    territory take minutes the first time and are kept in the user's cache folder.
    """
    from scenarios.comparison import default_workers
    from viz.console import print_json, progress
    from viz.texts import text

    settings = (rule, replaceability, weights, workers or default_workers())
    asked = _asked(territory, edges, firms, settings)
    with progress() as bar:
        task = bar.add_task(text("systemic_running", language), total=len(asked.names))
        risk = asked.solve(lambda count: bar.advance(task, count))
    if as_json:
        print_json(_answer(asked, risk, top))
    else:
        _print(asked, risk, top or SHOWN, language)


def _asked(
    territory: str | None, edges: Path | None, firms: Path | None, settings: tuple[Any, ...]
) -> _Asked:
    """Return what the options ask for, refusing those that do not go together."""
    if territory is not None and (edges is not None or firms is not None):
        raise click.UsageError("Give either --territory or --network with --firms, not both.")
    if edges is not None and firms is not None:
        return _of_files(edges, firms, settings)
    if edges is not None:
        raise click.UsageError("--network needs --firms: the file with the sector of each firm.")
    if firms is not None:
        raise click.UsageError("--firms needs --network: the file with who sells to whom.")
    return _of_territory(territory or USUAL_TERRITORY, settings)


def _of_files(edges: Path, firms: Path, settings: tuple[Any, ...]) -> _Asked:
    from model.networks.network_files import read_network
    from scenarios.systemic_risk import parallel_systemic_risk

    read = read_network(edges, firms)
    network = read.network
    return _Asked(
        what={"network": str(edges)},
        names=read.firms,
        sectors=[network.sectors[s] for s in network.sector.tolist()],
        links=network.links,
        solve=lambda advance: parallel_systemic_risk(network, *settings, on_progress=advance),
    )


def _of_territory(name: str, settings: tuple[Any, ...]) -> _Asked:
    from model.networks.firm_codes import firm_codes
    from model.networks.firm_network import territory_network
    from model.territory import load_territory
    from scenarios.systemic_risk import territory_systemic_risk

    found = load_territory(name)
    zones = [found.zones.names[z] for z in found.firms.zone.tolist()]
    return _Asked(
        what={"territory": name},
        names=firm_codes(found),
        sectors=[found.sectors.codes[s] for s in found.firms.sector.tolist()],
        links=territory_network(found).links,
        solve=lambda advance: territory_systemic_risk(found, *settings, on_progress=advance),
        places=list(zip(zones, found.firms.fte.tolist(), strict=True)),
    )


def _answer(asked: _Asked, risk: SystemicRisk, top: int | None) -> dict[str, object]:
    """Return the answer for machines."""
    rows = risk.largest(top or len(asked.names)).tolist()
    return {
        **asked.what,
        "rule": risk.rule,
        "replaceability": risk.replaceability,
        "weights": risk.weights,
        "firm_count": len(asked.names),
        "link_count": asked.links,
        **{f"share_over_{level:g}": risk.share_over(level) for level in LEVELS},
        "error_bound": risk.error_bound,
        "firms": [
            {"firm": asked.names[row], "sector": asked.sectors[row], "esri": float(risk.esri[row])}
            | ({"zone": asked.places[row][0], "fte": asked.places[row][1]} if asked.places else {})
            for row in rows
        ],
    }


def _print(asked: _Asked, risk: SystemicRisk, top: int, language: Language) -> None:
    import numpy as np

    from model.territory.sectors import ALL_SECTORS
    from viz.console import output, table
    from viz.numbers import number, percent
    from viz.texts import text

    labels = {s.code: getattr(s, f"label_{language}") for s in ALL_SECTORS} if asked.places else {}
    name = asked.what.get("territory") or text(
        "systemic_network", language, file=Path(asked.what["network"]).name
    )
    columns = [(text("systemic_firm", language), "left"), (text("sector", language), "left")]
    if asked.places:
        columns.append((text("systemic_zone", language), "left"))
        columns.append((text("systemic_fte", language), "right"))
    columns.append((text("systemic_index", language), "right"))
    made = table("", columns)
    for row in risk.largest(top).tolist():
        cells = [asked.names[row], labels.get(asked.sectors[row], asked.sectors[row])]
        if asked.places:
            zone, fte = asked.places[row]
            cells += [zone, number(fte, 0 if fte >= 10 else 1, language)]
        made.add_row(*cells, percent(float(risk.esri[row]), language, 2))
    console = output()
    # not the table's own title, which would be folded to the width of a narrow table
    title = text("systemic_title", language, what=name, rule=risk.rule)
    console.print(title, style="bold", markup=False)
    console.print(made)
    counts = {"firms": len(asked.names), "links": asked.links}
    written = {key: number(float(value), 0, language) for key, value in counts.items()}
    sentences = [text(f"systemic_meaning_{risk.weights}", language, **written)]
    over = [percent(risk.share_over(level), language, 2) for level in LEVELS]
    largest, median = float(risk.esri.max()), float(np.median(risk.esri))
    sentences.append(
        text(
            "systemic_tail",
            language,
            over01=over[0],
            over10=over[1],
            largest=percent(largest, language),
            median=percent(median, language, 4 if median < 0.01 else 1),
        )
    )
    if risk.replaceability:
        sentences.append(text("systemic_replaced", language))
    if risk.error_bound is not None:
        bound = percent(risk.error_bound, language, 4)
        sentences.append(text("systemic_bound", language, bound=bound))
    if asked.places:
        sentences.append(text("systemic_outside", language))
    for sentence in sentences:
        console.print(sentence, markup=False)
