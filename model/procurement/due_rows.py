"""Rows of the lot book that come to competition, and what their next contract asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.procurement import duties
from model.procurement.coordination import Alignment, Lots, gather_lots
from model.procurement.legal_calendar import RulesInForce
from model.procurement.needs import Needs
from model.procurement.programme import Programme
from model.procurement.volumes import (
    award_key,
    framework_maximum,
    framework_ratio,
    is_operation,
    months_served,
    planned_ratio,
)
from model.state import PARTS, ContractState

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class DueRows:
    """Rows due this month (R,), each served by one lot; several share one where bought together.

    Attributes
    ----------
    contract, lot
        int32, row of the lot book and lot that serves it.
    buyer
        int32.
    yearly_eur
        Yearly volume at base prices.
    share
        Part of its lot's volume.
    months, months_served
        Duration, and months until the contract ends: fewer where a period is not renewed.
    planned_ratio, volume_ratio
        Volume of the operation over the mean of its need, which bidders know, and that times
        orders of a framework agreement over its estimate, which they do not.
    maximum_eur
        What may be ordered in all under a framework agreement, base prices; 0 elsewhere.
    alone
        int8, procedure that the need would have on its own.
    """

    contract: Ints
    lot: Ints
    buyer: Ints
    yearly_eur: Floats
    share: Floats
    months: Ints
    months_served: Ints
    planned_ratio: Floats
    volume_ratio: Floats
    maximum_eur: Floats
    alone: NDArray[np.int8]


def due_rows(
    contracts: ContractState,
    needs: Needs,
    works: NDArray[np.bool_],
    groups: duties.LegalGroups,
    volume_factor: Floats,
    programme: Programme,
    rules: RulesInForce,
    alignment: Alignment | None,
    money_scale: float,
    h: Mapping[str, float],
    seed: int,
) -> tuple[DueRows, Lots]:
    """Return the rows due and the lots that serve them.

    Parameters
    ----------
    works
        (C,), categories of works.
    volume_factor
        (B,), what the buyer can afford of its base volume this year.
    alignment
        What coordination between buyers changes; None for nothing.
    """
    n = len(needs.buyer)
    rows = np.flatnonzero((contracts.months_left == 0) & (contracts.volume_eur > 0))
    need = rows % n
    buyer = needs.buyer[need]
    months = duties.contract_months(needs, need, groups.network[buyer], rules).astype(np.int32)
    key = award_key(needs.key[need], contracts.renewal[rows])
    form = needs.form[need]
    planned, orders = np.ones(len(rows)), np.ones(len(rows))
    served = months
    if programme.varies:
        planned = planned_ratio(form, needs.key[need], contracts.renewal[rows], h, seed)
        planned = planned * np.where(is_operation(form), programme.electoral_ratio[buyer], 1.0)
        orders = framework_ratio(form, key, h, seed)
        chance = h["reconduction_chance"]
        served = months_served(months, needs.reconduction_months[need], key, chance, seed)
    if alignment is not None:
        aligned = alignment.months[rows].astype(np.int32)
        months = np.where(aligned > 0, aligned, months)
        served = np.where(alignment.cell[rows] >= 0, months, np.minimum(served, months))
    yearly = contracts.volume_eur[rows] * volume_factor[buyer] * planned
    whole = contracts.volume_eur.reshape(PARTS, n).sum(axis=0)[need]
    whole = whole * volume_factor[buyer] * planned
    lots = gather_lots(yearly, whole, alignment, rows)
    estimate = whole * months / 12.0 * programme.market_ratio[need] / money_scale
    return (
        DueRows(
            contract=rows.astype(np.int32),
            lot=lots.lot,
            buyer=buyer.astype(np.int32),
            yearly_eur=yearly,
            share=yearly / np.maximum(lots.yearly_eur[lots.lot], 1e-300),
            months=months,
            months_served=served.astype(np.int32),
            planned_ratio=planned,
            volume_ratio=planned * orders,
            maximum_eur=framework_maximum(form, yearly * months / 12.0, h),
            alone=duties.procedures(estimate, works[needs.category[need]], buyer, groups, rules),
        ),
        lots,
    )
