"""Figures that need whole worlds: firms followed, shocks, the size of territories."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from model import Levers, Records, Territory, TerritoryModel
from model.hypotheses import HypothesisValues
from model.indicators import evaluate
from model.procurement.levers import load_levers
from model.territory.build import build_territory
from model.territory.buyers import BUYER_KINDS
from model.territory.tables import KINDS as ENTITY_KINDS
from model.territory.tables import STRUCTURE_KINDS, load_territory_tables
from scenarios.validation.award_log import AwardLog, measure_awards
from scenarios.validation.follow import COHORT_MONTHS, SURVIVAL_MONTHS, Follower

WINDOW_MONTHS = 36
DEMAND_STEP = 0.02
FASTER_DAYS = 15.0
DUNKERQUE = "245900428"

GOODS = ("food", "furniture_equipment", "paper_media", "it_hardware", "construction_materials")
JOBS_BY_CATEGORY = {
    "jobs_works": ("roads_networks",),
    "jobs_building": ("structural_building", "building_finishing", "technical_installations"),
    "jobs_cleaning": ("cleaning",),
    "jobs_security": ("security",),
    "jobs_green": ("green_spaces",),
    "jobs_catering": ("catering",),
    "jobs_it": ("it_services",),
    "jobs_engineering": ("engineering",),
    "jobs_goods": GOODS,
}


def build_in_memory(name: str, hypotheses: HypothesisValues) -> Territory:
    """Build an embedded territory of which no other run will have need; nothing is kept of it."""
    return build_territory(name, load_territory_tables(name), hypotheses)


def measure_world(
    territory: Territory, seed: int, hypotheses: HypothesisValues | None = None
) -> dict[str, float]:
    """Burn in one world and take every figure of it, by pattern key."""
    model = TerritoryModel(territory, rng=seed, hypotheses=hypotheses, keep_awards=True)
    more_demand = with_more_demand(model)
    faster = model.branch(_faster_payment())
    # every buyer does pay sooner, whatever its practices
    faster.state.public.maturity[:] = faster.state.public.opening_maturity[:] = 1.0
    follower = Follower(model)
    follower.step(WINDOW_MONTHS)
    zones = list(territory.zones.keys)
    log = AwardLog.of(model)
    found = measure_awards(log, zones.index(DUNKERQUE) if DUNKERQUE in zones else -1)
    base = model.records
    found |= records_figures(base, found["census_value_eur"])
    found |= _payment_days(model)
    found |= {f"post_aid_{kind.lower()}": aid for kind, aid in post_aid(territory).items()}
    more_demand.run(WINDOW_MONTHS)
    found["unemployed_per_100_jobs"] = unemployment_response(
        base, more_demand.records, model.setting.hypotheses["fte_per_head"]
    )
    quick = Follower(faster)
    quick.step(WINDOW_MONTHS)
    found["payroll_per_eur_sooner"] = _payroll_response(model, follower, quick)
    model.whole_record.keeps_awards = False
    follower.step(COHORT_MONTHS + SURVIVAL_MONTHS - WINDOW_MONTHS)
    years = (COHORT_MONTHS + SURVIVAL_MONTHS) / 12.0
    rate = 12.0 / follower.at_risk
    by_cash = follower.closings - follower.closings_by_hazard
    return found | {
        "survival_5_years": follower.survival(),
        "link_half_life": follower.link_half_life(),
        "exit_rate": follower.closings * rate,
        "cash_failure_rate": by_cash * rate,
        "cash_failures_yearly": by_cash / years,
        "cash_failures_per_million": by_cash / years / territory.zones.population.sum() * 1e6,
    }


def records_figures(records: Records, census_value: float) -> dict[str, float]:
    """Return the figures that a run's records give, by pattern key."""
    level = {k: float(v[-1]) for k, v in evaluate(records.quantities, slice(0, None)).items()}
    found = {
        "price_index": level["price_index"],
        "reserved_share": level["reserved_share"],
        "lm3": level["lm3"],
        "multiplier_full": level["multiplier_full"],
        "insertion_hours_executed": level["insertion_hours"] / census_value * 1e6,
        "insertion_hours_per_inhabitant": level["insertion_hours"] / (records.months / 12.0),
    }
    volume, fte = records.local_volume.sum(axis=(0, 2)), records.local_fte.sum(axis=(0, 2)) / 12.0
    for key, names in JOBS_BY_CATEGORY.items():
        rows = [records.categories.index(name) for name in names]
        bought = float(volume[rows].sum())
        found[key] = float(fte[rows].sum()) / bought * 1e6 if bought > 0 else float("nan")
    found["jobs_all"] = float(fte.sum()) / float(volume.sum()) * 1e6
    return found


def _payment_days(model: TerritoryModel) -> dict[str, float]:
    """Return days from invoice to payment by buyer kind: claims over bills, less acceptance."""
    c, rows = model.state.contracts, model.setting.derived.buyer_of_row
    kind = model.territory.buyers.kind[rows].astype(np.intp)
    factor = model.state.public.volume_factor[rows]
    billed = np.where(c.holder >= 0, c.volume_eur * factor / 12.0 * c.price, 0.0)
    owed = np.bincount(kind, weights=c.receivable_eur, minlength=len(BUYER_KINDS))
    monthly = np.bincount(kind, weights=billed, minlength=len(BUYER_KINDS))
    days = 30.0 * owed / np.maximum(monthly, 1e-300) - model.setting.hypotheses["acceptance_days"]
    chosen = ("hospital", "region", "departement", "commune", "state")
    return {f"payment_days_{name}": float(days[BUYER_KINDS.index(name)]) for name in chosen}


def post_aid(territory: Territory) -> dict[str, float]:
    """Return State aid per post and year by kind of structure, weighted by posts."""
    firms = territory.firms
    found: dict[str, float] = {}
    for kind in STRUCTURE_KINDS:
        rows = firms.kind == ENTITY_KINDS.index(kind)
        posts = float(firms.posts_fte[rows].sum())
        paid = float((firms.post_subsidy_eur * firms.posts_fte)[rows].sum())
        found[kind] = 12.0 * paid / posts if posts > 0 else float("nan")
    return found


def with_more_demand(model: TerritoryModel) -> TerritoryModel:
    """Return a branch to which exports, visitors and private investment ask more."""
    twin = model.branch(Levers())
    demand = twin.territory.demand
    more = replace(demand, outside_demand_eur=demand.outside_demand_eur * (1.0 + DEMAND_STEP))
    territory = replace(twin.territory, demand=more)
    twin.setting = replace(twin.setting, territory=territory)
    return twin


def unemployment_response(base: Records, other: Records, fte_per_head: float) -> float:
    """Return how many fewer residents are unemployed for 100 more jobs (heads), third year."""
    last = slice(WINDOW_MONTHS - 12, WINDOW_MONTHS)

    def change(name: str) -> float:
        difference = other.quantities[name][last] - base.quantities[name][last]
        return float(difference.sum(axis=1).mean())

    jobs = change("jobs_present_fte") / fte_per_head
    return -100.0 * change("unemployed_heads") / jobs


def _faster_payment() -> Levers:
    days = {k: v.current for k, v in load_levers().items() if k.startswith("payment_days_")}
    return Levers({key: max(value - FASTER_DAYS, 0.0) for key, value in days.items()})


def _payroll_response(model: TerritoryModel, base: Follower, quick: Follower) -> float:
    """Return the yearly payroll added per EUR of sales to buyers that are paid sooner (year 1)."""
    records = model.records.quantities
    paid_inside = float(records["lm3_r2_eur"][:12].sum()) / 12.0
    sooner = paid_inside * FASTER_DAYS / 30.0
    return (sum(quick.payroll_eur[:12]) - sum(base.payroll_eur[:12])) / sooner


def measure_multiplier(territory: Territory, seed: int) -> dict[str, float]:
    """Return LM3 and the full multiplier of one year after burn-in."""
    model = TerritoryModel(territory, rng=seed).run(12)
    level = evaluate(model.records.quantities, slice(0, 12))
    return {key: float(level[key][-1]) for key in ("lm3", "multiplier_full")}
