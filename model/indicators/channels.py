"""Through which channels the difference of an indicator between two paired runs came about.

Each indicator of `CHANNELS` is a product or a quotient of recorded factors. The channel of a factor
is its Shapley value in the change of all of them from the first run to the second: its effect
averaged over the orders in which they can change. Channels add up exactly to the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import factorial

import numpy as np

from model.indicators.decomposition import decompose_spans, split_volume_spans
from model.indicators.records import Array, Records

JOBS = "jobs_present"
JOBS_CHANNELS = ("relocated", "content", "budget", "price", "indirect_induced", "displacement")
"""Channels of jobs present: `decompose`, its volume term split by `split_volume_spans`."""

Factors = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Channels:
    """How an indicator follows from factors.

    Attributes
    ----------
    factors
        Name of each channel to its factor, a function of sums of quantities over the months; NaN
        where it is undefined.
    value
        The indicator as a function of the factors.
    remainder
        Channel that takes all of the difference where factors cannot tell it apart, that is where
        one run has none of what they are about.
    """

    factors: Mapping[str, Callable[[Factors], float]]
    value: Callable[[Factors], float]
    remainder: str


def _over(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0.0 else float("nan")


def _ratio(top: str, bottom: str) -> Callable[[Factors], float]:
    """Return the ratio of two sums of quantities."""
    return lambda s: _over(s[top], s[bottom])


def _chance(s: Factors) -> float:
    """Return the share of awards over the share of bids of firms of the territory."""
    awarded = _over(s["awards_territory_n"], s["awards_n"])
    return _over(awarded, _over(s["bids_local_n"], s["bids_n"]))


def _relative(top: str, bottom: str) -> Callable[[Factors], float]:
    """Return a ratio among firms of the territory over the same ratio among all."""

    def of(s: Factors) -> float:
        whole = _over(s[f"awards_{top}"], s[f"awards_{bottom}"])
        return _over(_over(s[f"awards_territory_{top}"], s[f"awards_territory_{bottom}"]), whole)

    return of


_BIDDING: Mapping[str, Callable[[Factors], float]] = {
    "able": _ratio("able_local_n", "called_n"),
    "bid": _ratio("bids_local_n", "able_local_n"),
    "rivals": lambda s: _over(s["bids_n"] - s["bids_local_n"], s["called_n"]),
    "won": _chance,
}


def _local_share(f: Factors) -> float:
    """Return the share of awards that stays: share among bids × relative chance to win, %."""
    own = f["able"] * f["bid"]
    return 100.0 * _over(own, own + f["rivals"]) * f["won"]


def _usual_bids(s: Factors) -> float:
    """Return bids a call of those that nothing prepared."""
    prepared = ("only_sounded", "only_adapted", "announced")
    calls = s["called_n"] - sum(s[f"{name}_n"] for name in prepared)
    return _over(s["bids_n"] - sum(s[f"{name}_bids_n"] for name in prepared), calls)


def _more_bids(name: str) -> Callable[[Factors], float]:
    """Return the bids that calls prepared in one way had beyond usual ones, by call of any kind."""

    def of(s: Factors) -> float:
        usual = _usual_bids(s)
        # where every call was prepared the usual number is not known, and taken as none
        usual = 0.0 if np.isnan(usual) else usual
        return _over(s[f"{name}_bids_n"] - s[f"{name}_n"] * usual, s["called_n"])

    return of


def _competition(s: Factors) -> float:
    usual = _usual_bids(s)
    return 0.0 if np.isnan(usual) and s["called_n"] > 0.0 else usual


_HOURS: Mapping[str, Callable[[Factors], float]] = {
    "running": lambda s: s["running_n"],
    "coverage": _ratio("clauses_running_n", "running_n"),
    "hours_each": _ratio("insertion_hours_due", "clauses_running_n"),
    "execution": _ratio("insertion_hours_executed", "insertion_hours_due"),
}
_PEOPLE = _HOURS | {"people_per_hour": _ratio("insertion_people_n", "insertion_hours_executed")}
_EXITS: Mapping[str, Callable[[Factors], float]] = {
    "from_missions": lambda s: s["insertion_exits_n"] - s["insertion_exits_posts_n"],
    "from_posts": lambda s: s["insertion_exits_posts_n"],
    "work_per_exit": _ratio("insertion_exits_work_n", "insertion_exits_n"),
}


def _product(f: Factors) -> float:
    return float(np.prod(list(f.values())))


CHANNELS: Mapping[str, Channels] = {
    "local_share_territory_number": Channels(_BIDDING, _local_share, "won"),
    "local_share_territory_value": Channels(
        _BIDDING | {"size": _relative("base_eur", "n"), "price": _relative("eur", "base_eur")},
        lambda f: _local_share(f) * f["size"] * f["price"],
        "won",
    ),
    "bids_per_tender": Channels(
        {
            "visibility": _more_bids("only_sounded"),
            "adaptation": _more_bids("only_adapted"),
            "programme": _more_bids("announced"),
            "competition": _competition,
            "without_bid": _ratio("tenders_n", "called_n"),
        },
        lambda f: _over(
            f["visibility"] + f["adaptation"] + f["programme"] + f["competition"],
            f["without_bid"],
        ),
        "competition",
    ),
    "insertion_hours": Channels(_HOURS, _product, "coverage"),
    "insertion_people": Channels(_PEOPLE, _product, "coverage"),
    "insertion_exits_work": Channels(
        _EXITS,
        lambda f: (f["from_missions"] + f["from_posts"]) * f["work_per_exit"],
        "work_per_exit",
    ),
    "posts_filled": Channels(
        {
            "agreed": lambda s: s["posts_agreed_fte"] / s["months"],
            "filled": _ratio("posts_filled_fte", "posts_agreed_fte"),
        },
        _product,
        "filled",
    ),
}
"""Indicators with channels, beside jobs present, all of the territory as a whole."""

_LEVELS: Mapping[str, Callable[[Factors], float]] = {
    "local_share_territory_number": lambda s: 100.0 * _over(s["awards_territory_n"], s["awards_n"]),
    "local_share_territory_value": lambda s: (
        100.0 * _over(s["awards_territory_eur"], s["awards_eur"])
    ),
    "bids_per_tender": _ratio("bids_n", "tenders_n"),
    "insertion_hours": lambda s: s["insertion_hours_executed"],
    "insertion_people": lambda s: s["insertion_people_n"],
    "insertion_exits_work": lambda s: s["insertion_exits_work_n"],
    "posts_filled": lambda s: s["posts_filled_fte"] / s["months"],
}

CHANNEL_QUANTITIES = (
    "able_local_n",
    "bids_local_n",
    "awards_base_eur",
    "awards_territory_base_eur",
    "only_sounded_n",
    "only_sounded_bids_n",
    "only_adapted_n",
    "only_adapted_bids_n",
    "clauses_running_n",
    "insertion_exits_posts_n",
)
"""Quantities that are recorded for channels alone."""


def channel_names() -> dict[str, tuple[str, ...]]:
    """Return the channels of each indicator that has some, in their order."""
    return {JOBS: JOBS_CHANNELS} | {key: tuple(entry.factors) for key, entry in CHANNELS.items()}


def channels_between(base: Records, scenario: Records, months: slice) -> dict[str, Array]:
    """Return the channels of every indicator of `channel_names`, scenario minus base.

    Returns
    -------
    Indicator key to (channels,), in the indicator's unit, for the territory as a whole; NaN where
    the indicator itself is undefined in a run.
    """
    terms = decompose_spans(base, scenario, [months])
    terms |= split_volume_spans(base, scenario, [months])
    found = {JOBS: np.array([terms[name][0, -1] for name in JOBS_CHANNELS])}
    before, after = _sums(base, months), _sums(scenario, months)
    for key, entry in CHANNELS.items():
        found[key] = _channels_of(entry, _LEVELS[key], before, after)
    return found


def _sums(records: Records, months: slice) -> dict[str, float]:
    """Return each quantity of the territory summed over the months, and how many these are."""
    found = {name: float(values[months].sum()) for name, values in records.quantities.items()}
    return found | {"months": float(len(range(*months.indices(records.months))))}


def _channels_of(
    entry: Channels, level: Callable[[Factors], float], before: Factors, after: Factors
) -> Array:
    """Return the Shapley value of each factor in the change of an indicator."""
    names = list(entry.factors)
    difference = level(after) - level(before)
    first = {name: factor(before) for name, factor in entry.factors.items()}
    second = {name: factor(after) for name, factor in entry.factors.items()}
    if not all(np.isfinite([*first.values(), *second.values()])):
        return np.where([name == entry.remainder for name in names], difference, 0.0)
    values = [
        entry.value({n: (second if on & 1 << i else first)[n] for i, n in enumerate(names)})
        for on in range(1 << len(names))
    ]
    return shapley_values(np.array(values)[:, None])[:, 0]


def shapley_values(values: Array) -> Array:
    """Return the Shapley value of each of n players in a game.

    Parameters
    ----------
    values
        (2**n, K) worth of each coalition, K numbers at once; bit i of a row's place says whether
        player i is in.

    Returns
    -------
    (n, K); they sum to the worth of all less the worth of none. Shapley, L. (1953), A value for
    n-person games.
    """
    rows = np.arange(len(values))
    n = len(rows).bit_length() - 1
    size = np.array([int(row).bit_count() for row in rows])
    weight = np.array([factorial(s) * factorial(n - 1 - s) / factorial(n) for s in range(n)])
    found = np.empty((n, values.shape[1]))
    for player in range(n):
        without = rows[(rows >> player & 1) == 0]
        gain = values[without | 1 << player] - values[without]
        found[player] = weight[size[without]] @ gain
    return found
