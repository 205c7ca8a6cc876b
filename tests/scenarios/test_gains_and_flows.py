"""Who gains and loses, and where the euro of contracts goes."""

from __future__ import annotations

from collections import defaultdict
from types import ModuleType

import pytest

from model.indicators import load_groups, load_indicators
from model.indicators.records import QUANTITIES_BY_DIMENSION
from model.procurement.levers import Levers
from scenarios import Comparison, Scenario, compare
from scenarios.gains import COSTS, WATCHED, who_gains
from scenarios.results import ResultRow
from scenarios.store import flows_frame, gains_frame, group_monthly_frame

MORE_LOTS = Scenario("more-lots", "why", Levers({"allotment": 0.5}))
NOTHING = Scenario("nothing", "why")


@pytest.fixture(scope="module")
def comparison(fake_world: ModuleType) -> Comparison:
    return compare(
        [MORE_LOTS, NOTHING], territory="any", build=fake_world.build, months=12, pairs=8, workers=1
    )


def row(indicator: str, difference: float, half: float | None, **place: str) -> ResultRow:
    where = {"dimension": "firm-kind", "group": "sme"} | place
    low, high = (None, None) if half is None else (difference - half, difference + half)
    return ResultRow(
        scenario="s",
        indicator=indicator,
        zone=None,
        **where,
        baseline=1.0,
        value=1.0 + difference,
        difference=difference,
        low=None,
        high=None,
        mean_low=low,
        mean_high=high,
        relative=difference,
    )


def test_only_sure_differences_are_named() -> None:
    rows = [
        row("jobs_present", 3.0, 2.0, group="micro"),
        row("jobs_present", 3.0, 4.0),
        row("jobs_present", -3.0, 2.0, group="large"),
        row("jobs_present", 3.0, None, group="ess"),
        row("bids_per_tender", 3.0, 2.0),
        row("lever_cost_buyers", 3.0, 2.0, dimension="buyer-kind", group="commune"),
        row("purchasing_power", 3.0, 2.0, dimension="buyer-kind", group="region"),
        row("jobs_present", 3.0, 2.0, dimension="all", group="all"),
    ]
    found = [(gain.group, gain.gains) for gain in who_gains(rows)]
    assert found == [("micro", True), ("large", False), ("commune", False), ("region", True)]


def test_what_is_watched_is_recorded_by_its_dimension() -> None:
    for dimension, keys in WATCHED.items():
        recorded = set(QUANTITIES_BY_DIMENSION[dimension])
        assert all(load_indicators()[key].quantities() <= recorded for key in keys)
    watched = {key for keys in WATCHED.values() for key in keys}
    assert set(COSTS) <= watched


def test_nobody_gains_where_nothing_changes(comparison: Comparison) -> None:
    assert {gain.scenario for gain in comparison.gains} == {"more-lots"}
    kinds = {gain.group for gain in comparison.gains if gain.dimension == "firm-kind"}
    assert kinds == {"micro", "sme"} <= set(load_groups("firm-kind"))
    assert len(gains_frame(comparison)) == len(comparison.gains)


def test_rows_by_group_are_paired_differences(comparison: Comparison) -> None:
    rows = comparison.rows_of("more-lots", "buyer-kind")
    assert {group for _, group in rows} == {"commune", "hospital"}
    assert all(r.zone is None for r in rows.values())
    assert ("jobs_present", "commune") not in rows
    found = rows["purchasing_power", "commune"]
    place = list(load_indicators()).index("purchasing_power")
    values = comparison.group_values["buyer-kind"][:, :, place, 0]
    assert found.difference == pytest.approx((values[:, 1] - values[:, 0]).mean())
    assert found.mean_low is not None and found.mean_high is not None
    for unchanged in comparison.rows_of("nothing", "buyer-kind").values():
        assert unchanged.difference in (0.0, None)


def test_flows_from_holders_balance_what_buyers_pay_them(comparison: Comparison) -> None:
    node: defaultdict[str, dict[str, float]] = defaultdict(lambda: {"in": 0.0, "out": 0.0})
    for flow in comparison.flows:
        side = {"holders_inside": "out"}.get(flow.source, "in")
        if side == "out" or flow.target == "holders_inside":
            node[flow.scenario][side] += flow.eur_per_year
    assert set(node) == {"baseline", "more-lots", "nothing"}
    paid = comparison.row("nothing", "paid_local_holders")
    for name, sides in node.items():
        if name != "more-lots":
            assert sides["out"] == pytest.approx(paid.baseline)
    assert node["baseline"] == node["nothing"]
    assert len(flows_frame(comparison)) == len(comparison.flows) == 3 * (2 * 2 + 5)


def test_months_by_group_are_one_row_a_group(comparison: Comparison) -> None:
    frame = group_monthly_frame(comparison)
    assert len(frame) == 3 * 12 * 4 * 2
    one = frame.query("scenario == 'baseline' and month == '2027-03' and group == 'hospital'")
    place = QUANTITIES_BY_DIMENSION["buyer-kind"].index("bids_n")
    assert one["bids_n"].item() == comparison.group_monthly["buyer-kind"][0, place, 2, 1]
    assert one["jobs_present_fte"].isna().all()
