"""One figure: the finding in words, the chart, the table behind it, and where it comes from.

Options are JSON of Apache ECharts. They cannot carry functions, so where ECharts wants a formatter
they hold a mark such as ``"@number:0:signed"`` that `viz/charts/chart.js` replaces, in the browser
and in reports alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

BASELINE_COLOUR = "#4d4d4d"
SCENARIO_COLOURS = ("#0072B2", "#D55E00", "#6A3D9A", "#00695C")
"""One a scenario, in the order shown; each also has a dash and a label of its own."""
SCENARIO_DASHES = ("solid", "dashed", "dotted", [8, 3, 2, 3])
SCENARIO_SYMBOLS = ("circle", "diamond", "triangle", "rect")

Cell = str | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a figure's table.

    ``unit`` is written in the heading; numbers are written with so many ``decimals``.
    """

    key: str
    label: str
    unit: str = ""
    decimals: int | None = None
    signed: bool = False

    @property
    def heading(self) -> str:
        """Label with its unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


@dataclass(frozen=True, slots=True)
class Figure:
    """What a figure shows; the same in the browser, in a report and in an export.

    Attributes
    ----------
    key
        Name for files and tests, ``"jobs_trajectory"``.
    title
        The finding in words, with its uncertainty.
    caption
        Horizon, pairs, how sure it is ("Provisoire…").
    option
        ECharts option, or None where the table alone is shown.
    columns, rows
        The table behind the chart; `Cell` by column.
    description
        Text alternative: what the chart shows, its ends and its signs.
    sources
        One line each: hypotheses, data and law that it rests on.
    why
        Sentences that answer "Pourquoi ?", computed from the run.
    maps
        GeoJSON by map name, for `registerMap`.
    height
        Height of the chart in pixels.
    """

    key: str
    title: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    description: str
    option: Mapping[str, object] | None = None
    sources: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    maps: Mapping[str, object] = field(default_factory=dict)
    height: int = 360

    def option_json(self) -> str:
        """Return the option as JSON."""
        return json.dumps(self.option, ensure_ascii=False)


def records(figure: Figure) -> Sequence[dict[str, Cell]]:
    """Return the rows of a figure as one mapping of column keys each."""
    keys = [column.key for column in figure.columns]
    return [dict(zip(keys, row, strict=True)) for row in figure.rows]
