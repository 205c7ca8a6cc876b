"""Which figures each section shows, and of what they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viz.figures.figure import Column, Figure
from viz.web.state import State

if TYPE_CHECKING:
    from scenarios.live import Answer


def figures_of(state: State, answer: Answer | None) -> list[Figure]:
    """Return the figures of the section that is open; those of a comparison need an answer."""
    if answer is None:
        return []
    rows = tuple(
        (s.name, answer.comparison.row(s.name, "jobs_present").difference)
        for s in answer.comparison.scenarios
    )
    option = {
        "animation": False,
        "xAxis": {"type": "category", "data": [r[0] for r in rows]},
        "yAxis": {"type": "value", "axisLabel": {"formatter": "@number:0:signed"}},
        "series": [{"type": "bar", "data": [r[1] for r in rows]}],
    }
    return [
        Figure(
            key="jobs",
            title="Emplois",
            caption=f"{answer.months} mois, {answer.pairs} paires",
            option=option,
            columns=(Column("s", "Scénario"), Column("d", "Différence", "ETP", 0, signed=True)),
            rows=rows,
            description="",
        )
    ]
