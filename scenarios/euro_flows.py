"""Where the euro of public contracts goes: the table of flows behind a Sankey diagram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.indicators.breakdowns import BUYER_KIND
from scenarios.results import ALL_ZONES, BASELINE, ResultRow

HOLDERS = {"paid_local_holders": "holders_inside", "paid_outside_holders": "holders_outside"}
"""Indicator of what each kind of buyer pays, to whom."""

USES = {
    "spent_net_pay": "net_pay",
    "spent_taxes": "taxes_and_contributions",
    "spent_local_inputs": "inputs_inside",
    "spent_outside_inputs": "inputs_outside",
    "spent_margin": "margins",
}
"""Indicator of what holders of the territory do with it, to what."""


@dataclass(frozen=True, slots=True)
class EuroFlow:
    """EUR a year from a source to a target in one run, mean over pairs.

    What buyers pay to holders inside is what these pay out: both sides of that node balance. A
    negative margin is money that holders add, aid to posts among it.
    """

    scenario: str
    source: str
    target: str
    eur_per_year: float


def euro_flows(rows: Sequence[ResultRow], scenarios: Sequence[str], months: int) -> list[EuroFlow]:
    """Return the flows of the baseline and of each scenario, from results over some months."""
    by_name = {name: [row for row in rows if row.scenario == name] for name in scenarios}
    found: list[EuroFlow] = []
    for position, name in enumerate((BASELINE, *scenarios)):
        # every scenario carries the baseline of its pairs, the same one
        of_run = by_name[scenarios[max(position - 1, 0)]]
        for row in of_run:
            value = row.baseline if position == 0 else row.value
            if value is None:
                continue
            yearly = value * 12.0 / months
            if row.dimension == BUYER_KIND and row.indicator in HOLDERS:
                found.append(EuroFlow(name, row.group, HOLDERS[row.indicator], yearly))
            elif row.dimension == ALL_ZONES and row.indicator in USES:
                found.append(EuroFlow(name, "holders_inside", USES[row.indicator], yearly))
    return found
