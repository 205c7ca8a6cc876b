"""Everything that one month produces, filled step by step and read by the records."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from model.economy.abatement import EnvironmentFlows
from model.economy.labour import LabourFlows
from model.economy.money import Incomes
from model.economy.production import GoodsFlows
from model.procurement.award import Awards
from model.procurement.bids import Bids
from model.procurement.contracts import Execution
from model.procurement.costs import LeverCosts
from model.procurement.insertion import InsertionFlows
from model.procurement.performers import Partners
from model.procurement.tenders import Tenders
from model.shocks.plan import CALM, MonthShocks
from model.support.month import SupportFlows

Floats = NDArray[np.float64]


@dataclass
class MonthFlows:
    """Fields are set by the steps of the month, in its order.

    ``link_orders`` (links,) and ``orders`` (slots,) are what clients ask; ``asked`` (n,) what each
    firm is asked in all; ``traced`` (3, n) the shares of its sales traced to public contracts;
    ``consumption``, ``household_income``, ``benefits``, ``lever_pay`` are by zone (Z,);
    ``local_inputs`` and ``outside_inputs`` (n,) are what firms bought; ``shocks`` is what strikes,
    ``set_aside`` (Z,) what residents do not spend because of it, ``stocked`` (n,) what firms bought
    of interrupted supplies beyond what they used.
    """

    shocks: MonthShocks = CALM
    support: SupportFlows = field(init=False)
    tenders: Tenders = field(init=False)
    bids: Bids = field(init=False)
    awards: Awards = field(init=False)
    partners: Partners = field(init=False)
    execution: Execution = field(init=False)
    goods: GoodsFlows = field(init=False)
    orders: Floats = field(init=False)
    link_orders: Floats = field(init=False)
    asked: Floats = field(init=False)
    consumption: Floats = field(init=False)
    spent_in_zone: Floats = field(init=False)
    insertion: InsertionFlows = field(init=False)
    environment: EnvironmentFlows = field(init=False)
    incomes: Incomes = field(init=False)
    labour: LabourFlows = field(init=False)
    outside_insertion_eur: Floats = field(init=False)
    household_income: Floats = field(init=False)
    benefits: Floats = field(init=False)
    traced: Floats = field(init=False)
    lever_pay: Floats = field(init=False)
    lever_costs: LeverCosts = field(init=False)
    set_aside: Floats | None = None
    stocked: Floats | None = None
    local_inputs: Floats = field(init=False)
    outside_inputs: Floats = field(init=False)
    failed: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    closed: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    opened: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
