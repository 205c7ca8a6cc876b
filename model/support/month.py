"""Public support of one month: to firms, people and structures; its costs and who pays them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from model.ledger import Ledger
from model.procurement.practice import Practice
from model.setting import Setting
from model.shocks.plan import CALM, MonthShocks
from model.state import State
from model.support import filiere, large_site, posts, skills
from model.territory.buyers import BUYER_KINDS, Buyers
from model.territory.sectors import SKILL_FAMILIES
from model.territory.territory import Territory
from model.territory.zones import usual_site_zone

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass
class SupportFlows:
    """What support did this month.

    Attributes
    ----------
    buyers, departement, state
        Its costs by payer, (B,), (Z,), (Z,), EUR, as in ``LeverCosts``.
    granted
        (B,), the part of ``buyers`` that goes to firms for equipment and not to staff.
    grants, equipment
        (n,), EUR received by firms and paid by them to suppliers outside.
    helped
        (Z,), firms that an action of support was given to.
    demand
        (n,), EUR asked from outside beyond the usual, or None.
    """

    buyers: Floats
    departement: Floats
    state: Floats
    granted: Floats
    grants: Floats
    equipment: Floats
    helped: Floats
    demand: Floats | None = field(default=None)

    @classmethod
    def none(cls, territory: Territory) -> SupportFlows:
        """Return flows of a month without support."""
        b, z, n = (len(part) for part in (territory.buyers, territory.zones.keys, territory.firms))
        return cls(*(np.zeros(size) for size in (b, z, z, b, n, n, z)))


def act(
    setting: Setting, state: State, practice: Practice, struck: MonthShocks = CALM
) -> SupportFlows:
    """Support firms, people and structures as decided; nothing at current practice."""
    t, h = setting.territory, setting.hypotheses
    zones = len(t.zones.keys)
    flows = SupportFlows.none(t)
    _support_firms(setting, state, practice, flows)
    obtained = practice.by_zone("insertion_posts", zones)
    granted = practice.by_zone("agreed_posts_change", zones)
    aided = (1.0 + obtained) * (1.0 + granted)
    if struck.posts_left is not None:
        aided = aided * struck.posts_left
    posts.agree_on_posts(t.firms, state.firms, aided - 1.0)
    posts.fill_posts(t.firms, state.firms, state.zones, h)
    places = [practice.programmes(f"training_places_{name}", zones) for name in SKILL_FAMILIES]
    skills.train(setting.closure.skills, state.firms, state.zones, places, h)
    _cost_of_training(t, state, h, flows)
    _cost_of_pathways(t, state, practice, h, flows)
    flows.demand = _further_demand(setting, state, practice, struck)
    return flows


def _support_firms(setting: Setting, state: State, practice: Practice, flows: SupportFlows) -> None:
    """Let actions of support act and fade, and give others as far as budgets go."""
    t, h, firms = setting.territory, setting.hypotheses, state.firms
    zones, kinds = len(t.zones.keys), filiere.SUPPORT_KINDS
    programmes = [practice.programmes(f"filiere_{name}", zones) for name in kinds]
    for kind in range(len(kinds)):
        if state.public.supporting[kind]:
            rows, started, before = filiere.advance(firms, kind, h)
            if kind == filiere.CAPACITY:
                filiere.build_capacity(firms, rows, started, h, t.money_scale)
            elif kind == filiere.PRODUCTIVITY:
                gain, sharing = h["support_productivity_gain"], h["rent_sharing"]
                filiere.raise_productivity(firms, rows, before, gain, sharing)
    if not any(programmes):
        return
    small = filiere.small_firms(t.firms, firms, h["support_least_fte"])
    for kind, of_kind in enumerate(programmes):
        for place, (budget, held) in enumerate(of_kind):
            _give_actions(setting, state, small, kind, place, budget, held, flows)


def _give_actions(
    setting: Setting,
    state: State,
    small: Bools,
    kind: int,
    place: int,
    budget: float,
    held: Bools,
    flows: SupportFlows,
) -> None:
    """Give the month's actions of one programme, and bill them to the EPCI of its zones."""
    t, h, firms = setting.territory, setting.hypotheses, state.firms
    grant = h["support_grant_capacity_eur"] if kind == filiere.CAPACITY else 0.0
    advice = h[f"support_advice_{filiere.SUPPORT_KINDS[kind]}_eur"]
    equipment = grant / h["support_cofinancing"]
    own_part = (equipment - grant) * t.money_scale
    eligible = filiere.eligible_firms(t.firms, firms, small, kind, held, own_part)
    wish = filiere.wish_for_support(firms, kind, eligible)
    number = budget / 12.0 / (grant + advice)
    rows = filiere.draw_firms(
        eligible, wish, firms.key, number, place, kind, setting.seed, state.month
    )
    if len(rows) == 0:
        return
    state.public.supporting[kind] = True
    firms.support_pending[kind, rows] += 1.0
    payers = epci_payers(t, held.any(axis=1)) * (len(rows) * t.money_scale)
    flows.buyers += payers * (grant + advice)
    flows.granted += payers * grant
    flows.grants[rows] += grant * t.money_scale
    flows.equipment[rows] += equipment * t.money_scale
    flows.helped += np.bincount(t.firms.zone[rows], minlength=len(flows.helped))


def epci_payers(territory: Territory, zones: Bools) -> Floats:
    """Return what each buyer pays of a cost that the EPCI of some zones share by population (B,).

    Without an EPCI among the buyers of these zones, all buyers share it by their purchases.
    """
    buyers = territory.buyers
    kind = np.asarray(buyers.kind)
    weight = territory.zones.population[buyers.zone] * zones[buyers.zone]
    weight = weight * (kind == BUYER_KINDS.index("epci"))
    if not weight.any():
        weight = np.array(buyers.envelope_eur)
    return weight / weight.sum()


def _cost_of_training(
    territory: Territory, state: State, h: Mapping[str, float], flows: SupportFlows
) -> None:
    """Share the cost of trainings between the région's buyers and the State."""
    trained = state.zones.training.sum(axis=(0, 1))
    if not trained.any():
        return
    each = h["training_cost_eur_per_place"] * territory.money_scale
    cost = trained * (each / skills.training_months(h))
    part = h["training_region_share"]
    region = _of_kind(territory.buyers, "region")
    if not region.any():
        part = 0.0
    flows.state += (1.0 - part) * cost
    flows.buyers += region * (part * cost.sum())


def _of_kind(buyers: Buyers, kind: str) -> Floats:
    """Return shares of the buyers of a kind, by their purchases (B,); zero without any."""
    weight = buyers.envelope_eur * (np.asarray(buyers.kind) == BUYER_KINDS.index(kind))
    total = float(weight.sum())
    return weight / total if total > 0 else weight


def _cost_of_pathways(
    territory: Territory,
    state: State,
    practice: Practice,
    h: Mapping[str, float],
    flows: SupportFlows,
) -> None:
    """Bill support to pathways (State and département) and partnerships (EPCI)."""
    zones, z, unit = state.zones, len(territory.zones.keys), territory.money_scale
    if practice.moved("insertion_exits"):
        people = (zones.siae + zones.clause) * practice.by_zone("insertion_exits", z)
        cost = people * (h["exit_support_cost_eur_per_person_year"] * unit / 12.0)
        flows.departement += 0.5 * cost
        flows.state += 0.5 * cost
    if practice.moved("insertion_partnerships"):
        leaving = zones.siae / h["insertion_post_months"]
        leaving = leaving + zones.clause / h["insertion_mission_months"]
        followed = leaving * practice.by_zone("insertion_partnerships", z)
        for zone in np.flatnonzero(followed):
            here = np.arange(z) == zone
            cost = float(followed[zone]) * h["partnership_cost_eur_per_exit"] * unit
            flows.buyers += epci_payers(territory, here) * cost


def _further_demand(
    setting: Setting, state: State, practice: Practice, struck: MonthShocks
) -> Floats | None:
    """Return demand from outside beyond the usual (n,), EUR, or None where there is none."""
    t, h, demand = setting.territory, setting.hypotheses, None
    around = usual_site_zone(t.zones)
    site = [*practice.programmes("large_site_fte", len(t.zones.keys), around), *struck.site]
    if site:
        demand = large_site.site_demand(t, state.firms, site, h)
    if state.public.supporting[filiere.PRODUCTIVITY]:
        more = filiere.more_exports(t.firms, state.firms, t.demand.outside_accounts[:, 2], h)
        demand = more if demand is None else demand + more
    return demand


def pay_grants(state: State, flows: SupportFlows, ledger: Ledger) -> None:
    """Pay grants to firms and the equipment that they co-finance, bought outside."""
    granted = float(flows.granted.sum())
    if granted == 0.0:
        return
    state.firms.cash += flows.grants
    state.firms.cash -= flows.equipment
    ledger.pay("buyers", "firms", "grants for equipment", granted)
    ledger.pay("firms", "outside", "equipment", float(flows.equipment.sum()))
