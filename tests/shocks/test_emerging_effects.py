"""Effects that emerge over months: their sign in every world, or in the mean over worlds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from model.indicators.watcher import WATCHED
from model.procurement.tenders import DIRECT
from model.shocks.shock import Shocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model import TerritoryModel
    from model.territory.territory import Territory
    from tests.shocks.conftest import BurntIn

    Floats = NDArray[np.float64]

SEEDS = (1, 2, 3)
START, MONTHS = 7, 28

WORSE: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "imports": (
        {"kind": "import-interruption", "depth": 0.8},
        ("output_eur", "jobs_present_fte", "on_time_eur"),
    ),
    "outside": (
        {"kind": "import-interruption", "depth": 0.5, "origin": "outside"},
        ("output_eur", "jobs_present_fte", "on_time_eur"),
    ),
    "closure": ({"kind": "firm-closure"}, ("output_eur", "jobs_present_fte")),
    "exports": ({"kind": "export-fall", "depth": 0.5}, ("output_eur", "jobs_present_fte")),
    "visitors": ({"kind": "visitor-fall", "depth": 0.5}, ("output_eur", "jobs_present_fte")),
    "investment": ({"kind": "investment-fall", "depth": 0.5}, ("output_eur", "jobs_present_fte")),
    "recession": ({"kind": "recession", "depth": 0.3}, ("output_eur", "jobs_present_fte")),
    "budgets": (
        {"kind": "budget-cut", "depth": 0.4},
        ("output_eur", "jobs_present_fte", "due_eur", "bids_n"),
    ),
    "prices": ({"kind": "input-price-rise", "depth": 0.5}, ("output_eur", "jobs_present_fte")),
    "posts": (
        {"kind": "integration-subsidies", "depth": 0.6},
        ("posts_filled_fte", "jobs_present_fte", "output_eur"),
    ),
    "disaster": (
        {"kind": "disaster", "depth": 0.5},
        ("output_eur", "jobs_present_fte", "on_time_eur"),
    ),
    "failures": (
        {"kind": "failure-wave", "depth": 2.0},
        ("output_eur", "jobs_present_fte", "firms_supplying_n"),
    ),
}


def course(world: TerritoryModel, table: dict[str, Any] | None, months: int = MONTHS) -> Floats:
    """Return watched quantities of the territory (W, months), with a shock or without."""
    shocks = Shocks([{"start_month": START, **table}]) if table else Shocks()
    branch = world.branch(shocks=shocks)
    branch.watch_only()
    branch.run(months)
    return branch.watched().values.sum(axis=2)


@pytest.fixture(scope="module")
def usual(burnt_in: BurntIn) -> dict[int, Floats]:
    """Course of each world without a shock."""
    return {seed: course(burnt_in(seed), None) for seed in SEEDS}


@pytest.mark.parametrize("name", WORSE)
def test_each_shock_costs_in_every_world(
    burnt_in: BurntIn, usual: dict[int, Floats], name: str
) -> None:
    table, quantities = WORSE[name]
    for seed in SEEDS:
        change = course(burnt_in(seed), table) - usual[seed]
        assert not change[:, :START].any()
        for quantity in quantities:
            lost = change[WATCHED.index(quantity), START:].sum()
            assert lost < 0.0, f"{quantity}, seed {seed}: {lost:.1f}"


@pytest.mark.parametrize("name", ["exports", "recession", "disaster", "imports", "posts"])
def test_deeper_costs_more(burnt_in: BurntIn, usual: dict[int, Floats], name: str) -> None:
    table, _ = WORSE[name]
    place = WATCHED.index("jobs_present_fte")
    for seed in SEEDS[:2]:
        lost = [
            float((usual[seed] - course(burnt_in(seed), table | {"depth": depth}))[place].sum())
            for depth in (0.2, 0.5, 0.8)
        ]
        assert 0.0 < lost[0] < lost[1] < lost[2]


def test_a_cut_of_budgets_lasts_as_long_as_it_does(
    burnt_in: BurntIn, usual: dict[int, Floats]
) -> None:
    """What is due falls by the share at once, and comes back with budgets."""
    table = {"kind": "budget-cut", "depth": 0.3, "duration_months": 6, "recovery": "sudden"}
    due = WATCHED.index("due_eur")
    for seed in SEEDS:
        ratio = course(burnt_in(seed), table)[due] / usual[seed][due]
        assert ratio[START] == pytest.approx(0.7, rel=1e-9)
        # volumes are granted anew in January, from what is left of the year's envelope
        assert ratio[-6:].mean() > 0.9


def test_failures_of_a_wave_are_caused_by_it(burnt_in: BurntIn, usual: dict[int, Floats]) -> None:
    failures = WATCHED.index("failures_n")
    for name, least in (("failures", 80), ("prices", 20), ("recession", 4)):
        caused = np.array(
            [(course(burnt_in(seed), WORSE[name][0]) - usual[seed])[failures] for seed in SEEDS]
        )
        assert (caused.sum(axis=1) >= 0.0).all() and caused.sum() > least, name


# --- Bids ---------------------------------------------------------------------------------------


def bids_of(world: TerritoryModel, shocks: Shocks, months: int) -> tuple[int, list[Floats]]:
    """Return bids of firms of construction and transport, and the prices of bids, month by month;
    NaN where nobody bids."""
    branch, t = world.branch(shocks=shocks), world.territory
    works = np.isin(t.firms.sector, [t.sectors.codes.index(code) for code in ("FZ", "HZ")])
    of_row = np.append(works, [False, False])
    number = 0
    prices: list[Floats] = []
    for _ in range(months):
        branch.step()
        flows = branch.last_flows
        assert flows is not None
        put = (flows.tenders.procedure != DIRECT)[:, None]
        number += int((of_row[flows.bids.firm] & flows.bids.valid & put).sum())
        prices.append(np.where(flows.bids.valid, flows.bids.price, np.nan))
    return number, prices


def test_a_large_site_lowers_bids_of_the_firms_it_asks(burnt_in: BurntIn) -> None:
    site = Shocks([{"kind": "large-site", "depth": 60.0, "start_month": 1}])
    found = [
        (bids_of(burnt_in(seed), Shocks(), 24)[0], bids_of(burnt_in(seed), site, 24)[0])
        for seed in SEEDS
    ]
    calm, struck = np.array(found).T
    assert (struck <= calm).all()
    assert struck.sum() < 0.95 * calm.sum()


def test_dearer_inputs_raise_the_price_of_every_bid(burnt_in: BurntIn) -> None:
    rise = Shocks([{"kind": "input-price-rise", "depth": 0.5, "start_month": 1}])
    for seed in SEEDS:
        (_, calm), (_, struck) = (bids_of(burnt_in(seed), one, 2) for one in (Shocks(), rise))
        np.testing.assert_array_equal(calm[0], struck[0])
        more = struck[1] - calm[1]
        assert np.isfinite(more).sum() > 5
        assert np.nanmin(more) > 0.0 and np.nanmax(more) < 0.6


def test_dearer_inputs_cost_firms_who_buy_them(burnt_in: BurntIn) -> None:
    """A EUR of output costs the rise times what it holds of the product, to the bit everywhere."""
    shocks = Shocks([{"kind": "input-price-rise", "depth": 0.5, "start_month": 0}])
    twice = Shocks([{"kind": "input-price-rise", "depth": 1.0, "start_month": 0}])
    one, two = (burnt_in().branch(shocks=each).run(1).state.firms for each in (shocks, twice))
    np.testing.assert_allclose(two.cost_rise, 2.0 * one.cost_rise, rtol=1e-12)
    assert one.cost_rise.max() < 0.5 and one.cost_rise.min() >= 0.0
    steel = {"kind": "input-price-rise", "depth": 0.5, "start_month": 0, "sectors": ["CH"]}
    of_steel = burnt_in().branch(shocks=Shocks([steel])).run(1).state.firms.cost_rise
    assert (of_steel <= one.cost_rise + 1e-15).all() and 0.0 < of_steel.sum() < one.cost_rise.sum()


# --- Announcements ------------------------------------------------------------------------------


def losses(
    burnt_in: BurntIn,
    usual: dict[int, Floats],
    table: dict[str, Any],
    quantity: str = "jobs_present_fte",
) -> Floats:
    """Return what is lost in each world, year units of the quantity."""
    place = WATCHED.index(quantity)
    return np.array(
        [
            np.maximum(usual[seed] - course(burnt_in(seed), table), 0.0)[place].sum() / 12.0
            for seed in SEEDS
        ]
    )


@pytest.mark.parametrize("table", [WORSE["imports"][0], WORSE["outside"][0]], ids=["abroad", "all"])
def test_an_interruption_that_is_known_ahead_costs_less_in_the_mean(
    burnt_in: BurntIn, usual: dict[int, Floats], table: dict[str, Any]
) -> None:
    known = table | {"announced_months": 3}
    for quantity in ("jobs_present_fte", "output_eur"):
        lost = [losses(burnt_in, usual, one, quantity) for one in (table, known)]
        assert lost[1].mean() < lost[0].mean()
    # jobs hang on who fails; output is lost less in every world
    assert (lost[1] < lost[0]).all()


def test_a_closure_that_is_known_ahead_costs_no_more_in_the_mean(
    burnt_in: BurntIn, usual: dict[int, Floats], code_of_firm: Callable[[Territory, int], str]
) -> None:
    """Of suppliers whom others can replace; what their clients leave early counts as lost."""
    world = burnt_in()
    t, n = world.territory, len(world.territory.firms)
    clients = np.bincount(world.state.supply.supplier, minlength=n).astype(float)
    several = np.bincount(t.firms.sector[t.firms.output_eur > 0], minlength=len(t.sectors.codes))
    clients[several[t.firms.sector] < 5] = 0.0
    rows = np.argsort(-clients * (world.state.firms.generation == 0))[:2]
    lost = np.array(
        [
            [
                losses(
                    burnt_in,
                    usual,
                    {
                        "kind": "firm-closure",
                        "firm": code_of_firm(t, int(row)),
                        "announced_months": months,
                    },
                )
                for months in (0, 6)
            ]
            for row in rows
        ]
    )
    assert lost[:, 1].mean() <= 1.01 * lost[:, 0].mean()
