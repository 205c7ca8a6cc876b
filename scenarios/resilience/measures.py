"""Measures of resilience of one pair of runs, with and without a shock (`measures.toml`).

Months without a value are NaN; a recovery that does not come before the horizon ends is inf.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.resilience.watched import Watched, with_total

Array = NDArray[np.float64]
Places = NDArray[np.intp]

REGAINED = 0.95
"""Share of the loss, or of the level, at which a territory counts as recovered."""

_ROUNDING = 1e-12
"""What 1 − Q is off by: who regained exactly 95 % did regain it."""

YEAR = 12


def measure_pair(
    calm: Watched,
    struck: Watched,
    start: int,
    industry_mix: Array,
    possible_loss: Array,
) -> dict[str, Array]:
    """Return every measure by zone, then the territory (Z + 1,).

    Parameters
    ----------
    calm, struck
        The run without the shock and that with it, over the same months: from its announcement, or
        from its start if it is unexpected, to the horizon.
    start
        Month, counted from the first of these, in which it strikes.
    industry_mix
        (Z, G), jobs of each zone by group of sectors before the shock, as shares.
    possible_loss
        (Z + 1,), share of output lost where nobody adapts; NaN where there is none.
    """
    jobs0, jobs1 = calm.of("jobs_present_fte"), struck.of("jobs_present_fte")
    found = _course(jobs0, jobs1, start)
    output = _course(calm.of("output_eur"), struck.of("output_eur"), start)
    found["output_trough"] = output["trough"]
    found["output_loss_share"] = output["loss_share"]
    loss = output["trough"] / 100.0
    with np.errstate(divide="ignore", invalid="ignore"):
        rose = (possible_loss - loss) / possible_loss
    found["rose_static"] = np.where(possible_loss > 0.0, rose, np.nan)
    found |= _martin(calm, struck, start, industry_mix)
    found |= _services(calm, struck, start)
    fragile0, fragile1 = calm.vulnerable_fte()[start:], struck.vulnerable_fte()[start:]
    kept = np.divide(fragile1, fragile0, out=np.ones_like(fragile1), where=fragile0 > 0.0)
    found["vulnerable_kept"] = 100.0 * np.minimum(kept.min(axis=0), 1.0)
    found["failures_caused"] = _more(calm, struck, "failures_n")
    found["bids_lost"] = _more(struck, calm, "bids_n")
    bidders = calm.of("firms_supplying_n") - struck.of("firms_supplying_n")
    found["bidders_lost"] = np.maximum(bidders[start:].max(axis=0), 0.0)
    return found


def _more(calm: Watched, struck: Watched, name: str) -> Array:
    return (struck.of(name) - calm.of(name)).sum(axis=0)


def quality(calm: Array, struck: Array) -> Array:
    """Return Q: what is there with the shock over what is there without; 1 where nothing is."""
    return np.divide(struck, calm, out=np.ones_like(struck), where=calm > 0.0)


def _course(calm: Array, struck: Array, start: int) -> dict[str, Array]:
    """Return depth, times, area and rate of a course (months, zones)."""
    q = quality(calm, struck)
    lost = np.maximum(1.0 - q, 0.0)
    after = lost[start:]
    at = after.argmax(axis=0)
    trough = after.max(axis=0)
    gap = np.maximum(calm - struck, 0.0)
    regained = _first_after(after, at, (1.0 - REGAINED) * trough)
    level = _first_after(after, at, np.full_like(trough, 1.0 - REGAINED))
    none = trough == 0.0
    return {
        "jobs_lost_worst": gap[start:].max(axis=0),
        "trough": 100.0 * trough,
        "months_to_trough": np.where(none, np.nan, at.astype(np.float64)),
        "loss_area": gap.sum(axis=0) / YEAR,
        "loss_share": 100.0 * lost.mean(axis=0),
        "recovery_months": np.where(none, 0.0, regained),
        "recovered": 100.0 * (none | np.isfinite(regained)),
        "level_recovery_months": np.where(trough <= 1.0 - REGAINED + _ROUNDING, 0.0, level),
        "recovery_rate": _rate(after, at, trough),
        "lasting_loss": 100.0 * (1.0 - q[-YEAR:]).mean(axis=0),
    }


def _first_after(lost: Array, trough_at: Places, most: Array) -> Array:
    """Return the first month after the trough with at most so much lost (zones,); inf if none."""
    months = np.arange(len(lost))[:, None]
    back = (months > trough_at) & (lost <= most + _ROUNDING)
    return np.where(back.any(axis=0), back.argmax(axis=0).astype(np.float64), np.inf)


def _rate(lost: Array, at: Places, trough: Array) -> Array:
    """Return the part of the largest loss that is regained in the year after it, in %."""
    later = at + YEAR
    within = later < len(lost)
    then = lost[np.minimum(later, len(lost) - 1), np.arange(len(at))]
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = 100.0 * (trough - then) / trough
    return np.where(within & (trough > 0.0), rate, np.nan)


def _martin(calm: Watched, struck: Watched, start: int, mix: Array) -> dict[str, Array]:
    """Return sensitivity of zones against the territory, and resistance and recovery against what
    their sectors would make expect; NaN for the territory, which is the benchmark."""
    change = quality(calm.of("jobs_present_fte"), struck.of("jobs_present_fte")) - 1.0
    by_sector = quality(calm.sector_jobs, struck.sector_jobs) - 1.0
    whole = change[start:, -1]
    at = start + int(np.argmin(whole))
    nowhere = np.full(change.shape[1], np.nan)
    found = {f"martin_{name}": nowhere.copy() for name in ("sensitivity", "resistance", "recovery")}
    if not whole.min() < 0.0:
        return found
    found["martin_sensitivity"][:-1] = change[at, :-1] / change[at, -1]
    end = change[-YEAR:].mean(axis=0) - change[at]
    expected_end = mix @ (by_sector[-YEAR:].mean(axis=0) - by_sector[at])
    for name, actual, expected in (
        ("martin_resistance", change[at, :-1], mix @ by_sector[at]),
        ("martin_recovery", end[:-1], expected_end),
    ):
        size = np.abs(expected)
        ratio = np.divide(
            actual - expected, size, out=np.full_like(size, np.nan), where=size > 1e-12
        )
        found[name][:-1] = ratio
    return found


def _services(calm: Watched, struck: Watched, start: int) -> dict[str, Array]:
    """Return the part of public volume delivered on time, and the most that the shock takes."""
    year = slice(start, start + YEAR)
    due, in_time = struck.of("due_eur"), struck.of("on_time_eur")
    share = 100.0 * quality(due, in_time)
    before = 100.0 * quality(calm.of("due_eur"), calm.of("on_time_eur"))
    return {
        "service_on_time": 100.0 * quality(due[year].sum(axis=0), in_time[year].sum(axis=0)),
        "service_lost": np.maximum((before - share)[start:].max(axis=0), 0.0),
    }


def mix_of(jobs_by_zone_and_group: Array) -> Array:
    """Return shares of groups in the jobs of each zone (Z, G)."""
    total = with_total(jobs_by_zone_and_group)[:, -1:]
    return jobs_by_zone_and_group / np.maximum(total, 1e-300)
