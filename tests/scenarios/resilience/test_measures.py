"""Measures of resilience on courses made by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.indicators.watcher import WATCHED
from scenarios.resilience import load_resilience_measures
from scenarios.resilience.measures import measure_pair, mix_of, quality
from scenarios.resilience.results import summary
from scenarios.resilience.watched import Watched

Floats = NDArray[np.float64]

NEUTRAL = {
    "jobs_lost_worst": 0.0,
    "trough": 0.0,
    "months_to_trough": math.nan,
    "loss_area": 0.0,
    "loss_share": 0.0,
    "recovery_months": 0.0,
    "recovered": 100.0,
    "level_recovery_months": 0.0,
    "recovery_rate": math.nan,
    "lasting_loss": 0.0,
    "output_trough": 0.0,
    "output_loss_share": 0.0,
    "rose_static": math.nan,
    "martin_sensitivity": math.nan,
    "martin_resistance": math.nan,
    "martin_recovery": math.nan,
    "vulnerable_kept": 100.0,
    "service_on_time": 100.0,
    "service_lost": 0.0,
    "failures_caused": 0.0,
    "bidders_lost": 0.0,
    "bids_lost": 0.0,
}
"""Measures of two runs that are the same."""

MONTHS = 40
ONE_SECTOR = np.ones((2, 1))
NO_LOSS = np.full(3, np.nan)


def watched(
    jobs: Any = 100.0,
    second: Any = 100.0,
    months: int = MONTHS,
    sector_jobs: Floats | None = None,
    **others: Any,
) -> Watched:
    """Return a run of two zones in which everything but what is given is 100 a month.

    Others are given for the first zone.
    """
    values = np.full((len(WATCHED), months, 2), 100.0)
    place = WATCHED.index("jobs_present_fte")
    values[place, :, 0], values[place, :, 1] = jobs, second
    for name, value in others.items():
        values[WATCHED.index(name), :, 0] = value
    by_sector = values[place].sum(axis=1, keepdims=True) if sector_jobs is None else sector_jobs
    return Watched(0, values, by_sector)


def course(*lost: float, start: int = 0, months: int = MONTHS) -> Floats:
    """Return 100 a month less what is lost from a month on; the last loss stays."""
    found = np.full(months, 100.0)
    found[start:] -= lost[-1]
    found[start : start + len(lost)] = 100.0 - np.array(lost)
    return found


def measures(struck: Watched, start: int = 0, calm: Watched | None = None) -> dict[str, Floats]:
    return measure_pair(calm or watched(months=struck.months), struck, start, ONE_SECTOR, NO_LOSS)


def of_first(struck: Watched, start: int = 0) -> dict[str, float]:
    """Return measures of the first zone."""
    return {name: float(values[0]) for name, values in measures(struck, start).items()}


def test_every_measure_of_the_register_has_a_value_by_zone_and_of_the_territory() -> None:
    found = measures(watched(course(10.0)))
    assert set(found) == set(load_resilience_measures())
    assert all(values.shape == (3,) for values in found.values())


def test_two_equal_runs_differ_in_nothing() -> None:
    np.testing.assert_equal(of_first(watched()), NEUTRAL)


# --- Depth, times and area ----------------------------------------------------------------------


def test_by_hand_a_course_that_falls_and_comes_back() -> None:
    found = of_first(watched(course(4.0, 12.0, 20.0, 16.0, 8.0, 4.0, 1.0, 0.0, start=6)), start=6)
    assert found["jobs_lost_worst"] == 20.0 and found["trough"] == pytest.approx(20.0)
    assert found["months_to_trough"] == 2.0
    assert found["loss_area"] == pytest.approx(65.0 / 12.0)
    assert found["loss_share"] == pytest.approx(65.0 / MONTHS)
    # one lost of twenty is 95 % regained; at four the level is 96
    assert found["recovery_months"] == 6.0 and found["recovered"] == 100.0
    assert found["level_recovery_months"] == 5.0
    assert found["recovery_rate"] == pytest.approx(100.0)
    assert found["lasting_loss"] == pytest.approx(0.0, abs=1e-12)


def test_what_is_lost_after_the_announcement_counts_in_the_area_alone() -> None:
    """The trough, and times, are those from the strike on."""
    jobs = course(0.0)
    jobs[2:6], jobs[6], jobs[7] = 70.0, 90.0, 95.0
    found = of_first(watched(jobs), start=6)
    assert found["trough"] == pytest.approx(10.0) and found["months_to_trough"] == 0.0
    assert found["loss_area"] == pytest.approx((4 * 30.0 + 10.0 + 5.0) / 12.0)
    assert found["recovery_months"] == 2.0


def test_months_with_more_than_without_it_count_for_nothing_but_at_the_end() -> None:
    found = of_first(watched(course(10.0, 0.0, -5.0)))
    assert found["loss_area"] == pytest.approx(10.0 / 12.0)
    assert found["lasting_loss"] == pytest.approx(-5.0)
    assert found["jobs_lost_worst"] == 10.0
    gain = of_first(watched(course(-5.0)))
    assert gain["trough"] == gain["jobs_lost_worst"] == gain["loss_area"] == 0.0
    assert math.isnan(gain["months_to_trough"]) and gain["recovery_months"] == 0.0


def test_a_recovery_that_does_not_come_before_the_end_is_censored() -> None:
    for lost in ((20.0,), (20.0, 2.0), (20.0, 1.01)):
        found = of_first(watched(course(*lost)))
        assert found["recovery_months"] == math.inf and found["recovered"] == 0.0
    assert of_first(watched(course(20.0, 1.0)))["recovery_months"] == 1.0
    # the trough may be the last month
    late = course(0.0)
    late[-1] = 50.0
    found = of_first(watched(late))
    assert found["months_to_trough"] == MONTHS - 1
    assert found["recovery_months"] == found["level_recovery_months"] == math.inf


def test_the_level_is_regained_at_once_where_it_never_falls_under_95() -> None:
    found = of_first(watched(course(5.0)))
    assert found["level_recovery_months"] == 0.0 and found["recovery_months"] == math.inf
    found = of_first(watched(course(5.1, 5.1, 5.0)))
    assert found["level_recovery_months"] == 2.0


def test_the_first_month_after_the_trough_counts_even_if_it_falls_again() -> None:
    found = of_first(watched(course(20.0, 1.0, 19.0, 0.0)))
    assert found["recovery_months"] == 1.0


def test_the_trough_is_the_first_of_equal_ones() -> None:
    assert of_first(watched(course(5.0, 20.0, 20.0, 0.0)))["months_to_trough"] == 1.0


def test_the_rate_is_what_comes_back_in_the_year_after_the_trough() -> None:
    found = of_first(watched(course(*[20.0] * 12, 5.0, 0.0)))
    assert found["recovery_rate"] == pytest.approx(75.0)
    # where less than a year is left nobody can tell
    short = watched(course(20.0, 0.0, months=12), months=12)
    assert math.isnan(float(measures(short)["recovery_rate"][0]))


@given(
    lost=st.lists(st.floats(0.0, 60.0), min_size=1, max_size=30),
    start=st.integers(0, 8),
    scale=st.floats(0.01, 1e6),
)
def test_measures_as_shares_do_not_depend_on_size(
    lost: list[float], start: int, scale: float
) -> None:
    struck, calm = watched(course(*lost, 0.0, start=start)), watched()
    large = [Watched(0, run.values * scale, run.sector_jobs * scale) for run in (calm, struck)]
    one, other = measures(struck, start), measure_pair(*large, start, ONE_SECTOR, NO_LOSS)
    for name in ("trough", "loss_share", "lasting_loss", "service_on_time", "vulnerable_kept"):
        np.testing.assert_allclose(one[name], other[name], atol=1e-9)
    for name in ("jobs_lost_worst", "loss_area"):
        np.testing.assert_allclose(one[name] * scale, other[name], rtol=1e-9, atol=1e-9 * scale)


@given(lost=st.lists(st.floats(0.0, 60.0), min_size=1, max_size=30), more=st.floats(0.0, 39.0))
def test_bounds_hold_between_measures(lost: list[float], more: float) -> None:
    one, deeper = (
        of_first(watched(course(*values)))
        for values in (lost, [min(value + more, 100.0) for value in lost])
    )
    assert 0.0 <= one["loss_share"] <= one["trough"] + 1e-9 <= 100.0 + 2e-9
    assert one["jobs_lost_worst"] >= one["loss_area"] * 12.0 / MONTHS - 1e-9
    for name in ("trough", "loss_area", "loss_share", "jobs_lost_worst", "lasting_loss"):
        assert deeper[name] >= one[name] - 1e-9, name
    assert one["recovery_months"] >= 0.0


def test_the_territory_is_the_sum_of_its_zones() -> None:
    found = measures(watched(course(20.0, 0.0), second=course(-20.0, 0.0)))
    assert found["trough"].tolist() == pytest.approx([20.0, 0.0, 0.0])
    found = measures(watched(course(20.0, 0.0), second=course(0.0, 10.0, 0.0)))
    assert found["trough"].tolist() == pytest.approx([20.0, 10.0, 10.0])
    assert found["jobs_lost_worst"].tolist() == pytest.approx([20.0, 10.0, 20.0])
    assert found["loss_area"][2] == pytest.approx(found["loss_area"][:2].sum())


def test_quality_is_one_where_nothing_was() -> None:
    calm, struck = np.array([0.0, 0.0, 4.0]), np.array([0.0, 3.0, 1.0])
    assert quality(calm, struck).tolist() == [1.0, 1.0, 0.25]


# --- Output, against the largest possible loss --------------------------------------------------


def test_output_has_its_own_course_and_rose_compares_its_trough_with_the_possible_one() -> None:
    struck = watched(course(10.0), output_eur=course(30.0, 0.0))
    possible = np.array([0.6, 0.0, math.nan])
    found = measure_pair(watched(), struck, 0, ONE_SECTOR, possible)
    assert found["output_trough"].tolist() == pytest.approx([30.0, 0.0, 15.0])
    assert found["output_loss_share"][0] == pytest.approx(30.0 / MONTHS)
    assert found["rose_static"][0] == pytest.approx(0.5)
    assert np.isnan(found["rose_static"][1:]).all()


# --- Services, firms, people --------------------------------------------------------------------


def test_services_are_read_in_the_year_after_the_strike() -> None:
    late = course(40.0, 20.0, 0.0, start=5)
    found = of_first(watched(on_time_eur=late), start=5)
    assert found["service_on_time"] == pytest.approx(100.0 - 60.0 / 12.0)
    assert found["service_lost"] == pytest.approx(40.0)
    # what was late without the shock is not lost to it
    usual = watched(on_time_eur=90.0)
    found = measures(watched(on_time_eur=80.0), calm=usual)
    assert found["service_lost"][0] == pytest.approx(10.0)
    assert found["service_on_time"][0] == pytest.approx(80.0)
    nothing_due = measures(watched(due_eur=0.0, on_time_eur=0.0))
    assert nothing_due["service_on_time"][0] == 100.0 and nothing_due["service_lost"][0] == 0.0


def test_failures_bids_and_bidders_are_counted_beyond_those_without_it() -> None:
    failures = np.full(MONTHS, 100.0)
    failures[3:6] += 2.0
    found = of_first(watched(failures_n=failures, bids_n=99.0))
    assert found["failures_caused"] == 6.0 and found["bids_lost"] == MONTHS
    found = of_first(watched(bids_n=101.0, failures_n=99.0))
    assert found["failures_caused"] == found["bids_lost"] == -MONTHS
    bidders = course(3.0, 8.0, -5.0, start=4)
    assert of_first(watched(firms_supplying_n=bidders), start=4)["bidders_lost"] == 8.0
    assert of_first(watched(firms_supplying_n=110.0))["bidders_lost"] == 0.0


def test_people_on_posts_and_clauses_are_told_once() -> None:
    """Insertion hours of people whom structures lend are posts already."""
    usual = {"posts_filled_fte": 30.0, "posts_lent_fte": 10.0}
    hours = 20.0 * 1600.0 / 12.0
    calm = watched(insertion_hours_executed=hours, **usual)
    np.testing.assert_allclose(calm.vulnerable_fte()[0, 0], 30.0 + 20.0 - 10.0)
    struck = watched(insertion_hours_executed=np.where(np.arange(MONTHS) == 7, 0.0, hours), **usual)
    found = measures(struck, calm=calm)
    assert found["vulnerable_kept"][0] == pytest.approx(75.0)
    more = watched(insertion_hours_executed=2.0 * hours, **usual)
    assert measures(more, calm=calm)["vulnerable_kept"][0] == 100.0


# --- Martin -------------------------------------------------------------------------------------


def test_martin_by_hand_for_two_zones_and_two_sectors() -> None:
    """The territory loses 15 % of 200 jobs: 40 % of a sector of 60, 4.3 % of one of 140."""
    calm = watched(sector_jobs=np.tile([60.0, 140.0], (MONTHS, 1)))
    lost = np.zeros(MONTHS)
    lost[5:20], lost[20:] = 1.0, 0.5
    sectors = np.stack([60.0 - 24.0 * lost, 140.0 - 6.0 * lost], axis=1)
    struck = watched(100.0 - 24.0 * lost, 100.0 - 6.0 * lost, sector_jobs=sectors)
    mix = np.array([[0.5, 0.5], [0.1, 0.9]])
    found = measure_pair(calm, struck, 3, mix, NO_LOSS)
    assert found["martin_sensitivity"][:2].tolist() == pytest.approx([24.0 / 15.0, 6.0 / 15.0])
    falls = mix @ np.array([0.4, 6.0 / 140.0])
    resistance = (np.array([-0.24, -0.06]) + falls) / falls
    np.testing.assert_allclose(found["martin_resistance"][:2], resistance)
    # half of each loss comes back, in zones as in sectors
    recovery = (np.array([0.12, 0.03]) - falls / 2.0) / (falls / 2.0)
    np.testing.assert_allclose(found["martin_recovery"][:2], recovery)
    for name in ("sensitivity", "resistance", "recovery"):
        assert math.isnan(found[f"martin_{name}"][2])


def test_a_zone_that_follows_its_sectors_resists_as_expected() -> None:
    calm = watched(sector_jobs=np.full((MONTHS, 2), 100.0))
    sectors = np.stack([course(20.0, 10.0), course(0.0)], axis=1)
    struck = watched(course(20.0, 10.0), course(0.0), sector_jobs=sectors)
    found = measure_pair(calm, struck, 0, np.eye(2), NO_LOSS)
    assert found["martin_resistance"][0] == pytest.approx(0.0)
    assert found["martin_recovery"][0] == pytest.approx(0.0)
    assert found["martin_sensitivity"].tolist()[:2] == pytest.approx([2.0, 0.0])
    # nothing was expected of the second zone: there is nothing to compare with
    assert np.isnan(found["martin_resistance"][1])


def test_there_is_no_martin_where_the_territory_loses_nothing() -> None:
    found = measures(watched(course(10.0), second=course(-10.0)))
    assert all(np.isnan(found[f"martin_{n}"]).all() for n in ("sensitivity", "resistance"))


def test_shares_of_groups_add_up_to_one() -> None:
    found = mix_of(np.array([[30.0, 10.0], [0.0, 5.0], [0.0, 0.0]]))
    np.testing.assert_allclose(found, [[0.75, 0.25], [0.0, 1.0], [0.0, 0.0]])


# --- Over pairs ---------------------------------------------------------------------------------

MEDIAN, MEAN = "recovery_months", "trough"


def summed(name: str, *values: float) -> list[float]:
    found = summary(np.array(values)[:, None], load_resilience_measures()[name])
    return [float(part[0]) for part in found]


def test_medians_hold_as_long_as_they_lie_before_the_end_of_the_horizon() -> None:
    assert summed(MEDIAN, 3.0, math.inf, 5.0, 4.0, 9.0) == pytest.approx(
        [5.0, 3.0, math.nan], nan_ok=True
    )
    # half of the simulations got there, and no more than half
    assert summed(MEDIAN, 3.0, math.inf, 5.0, math.inf)[0] == 5.0
    assert math.isnan(summed(MEDIAN, 3.0, math.inf, math.inf)[0])
    assert all(math.isnan(value) for value in summed(MEDIAN, *[math.inf] * 6))
    assert summed(MEDIAN, *[4.0] * 20) == [4.0, 4.0, 4.0]
    values = [float(k) for k in range(1, 21)]
    assert summed(MEDIAN, *values) == [10.0, 1.0, 19.0]


def test_simulations_without_a_value_count_for_nothing() -> None:
    nan = math.nan
    assert summed("months_to_trough", nan, 2.0, nan, 8.0, 4.0)[0] == 4.0
    assert math.isnan(summed("months_to_trough", nan, nan)[0])
    assert summed(MEAN, nan, 2.0, 4.0)[0] == 3.0


def test_under_five_pairs_there_is_no_interval() -> None:
    for name in (MEDIAN, MEAN):
        value, low, high = summed(name, 1.0, 2.0, 3.0, 4.0)
        assert math.isnan(low) and math.isnan(high) and not math.isnan(value)
        value, low, high = summed(name, 1.0, 2.0, 3.0, 4.0, 5.0)
        assert low <= 1.0 < value == 3.0 < 5.0 <= high


@given(values=st.lists(st.integers(0, 90) | st.just(None), min_size=5, max_size=40))
def test_censored_medians_are_those_of_the_whole_where_they_are_told(
    values: list[int | None],
) -> None:
    times = [math.inf if value is None else float(value) for value in values]
    found = summed(MEDIAN, *times)[0]
    reached = sorted(times)[math.ceil(len(times) / 2) - 1]
    assert found == reached or (math.isnan(found) and math.isinf(reached))
