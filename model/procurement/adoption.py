"""How practices take hold in buyers: maturity by family, and who adopts a scheme (`model.md` 3.2).

No sanction stands behind the duty to have a scheme: a buyer moves by the means that it is given
(training, dedicated staff) and by imitation of the buyers that it deals with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from model.procurement.levers import FAMILIES
from model.procurement.practice import Practice
from model.random_streams import mix, normal, purpose_key, uniform
from model.territory.buyers import Buyers

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PUBLISHED_SCHEMES = ("epci-245900428",)
"""Buyers whose scheme is published (communauté urbaine de Dunkerque, `facts.md` 2.9)."""


def opening_schemes(buyers: Buyers, share: float, seed: int) -> Bools:
    """Return buyers with a scheme at the opening (B,): the published ones, and a share of the
    others under the duty, drawn by buyer."""
    known = np.isin(np.array(buyers.code), PUBLISHED_SCHEMES)
    drawn = uniform(seed, "has a scheme", buyers.key) < share
    return known | (buyers.spaser_duty & drawn)


def opening_maturity(buyers: Buyers, scheme: Bools, h: Mapping[str, float], seed: int) -> Floats:
    """Return the maturity of each family of practices in each buyer (families, B), in (0, 1).

    Lognormal around one mean for buyers with a scheme and another for the rest, keyed by buyer
    and family.
    """
    mean = np.where(scheme, h["maturity_with_scheme"], h["maturity_without_scheme"])
    family = np.array([purpose_key(name) for name in FAMILIES], dtype=np.uint64)
    key = mix(buyers.key[None, :], family[:, None])
    spread = h["maturity_spread"]
    return np.clip(mean * np.exp(spread * normal(seed, "maturity", key) - spread**2 / 2), 0.01, 0.9)


def move_maturity(
    maturity: Floats,
    opening: Floats,
    scheme: Bools,
    zone: NDArray[np.integer],
    practice: Practice,
    h: Mapping[str, float],
) -> None:
    """Move maturity by one month, in place.

    ``m ← m + (s_f·training + s_d·staff + s_s·scheme)·(1 - m) + s_i·max(0, mean of the zone - m)
    - forgetting·max(0, m - opening)``: staff counts up to one FTE for 50 M EUR of purchases; what
    was learnt beyond the opening fades as people leave. Members that share their sourcing learn
    from each other in the same way, faster (``shared_imitation``).

    Parameters
    ----------
    maturity, opening
        (families, B).
    scheme
        (B,), buyers that have a scheme.
    zone
        (B,), zone of the seat: buyers of one zone deal with each other.
    """
    means = h["training_speed"] * practice.of_buyers("training")
    means = means + h["dedicated_staff_speed"] * np.minimum(
        practice.of_buyers("dedicated_staff"), 1.0
    )
    means = means + h["scheme_speed"] * scheme
    gain = means * (1.0 - maturity)
    gain += h["imitation_speed"] * _behind(maturity, zone)
    if practice.moved("shared_sourcing"):
        speed = h["imitation_speed"] * h["shared_imitation"]
        gain += speed * _behind(maturity, practice.group_of_buyers("shared_sourcing"))
    gain -= h["forgetting_speed"] * np.maximum(maturity - opening, 0.0)
    np.clip(maturity + gain, 0.0, 1.0, out=maturity)


def _behind(maturity: Floats, group: NDArray[np.integer]) -> Floats:
    """Return how far each buyer is below the mean of its group (families, B), 0 above it.

    ``group`` (B,) is -1 for buyers that have none.
    """
    found = np.zeros_like(maturity)
    members = np.flatnonzero(group >= 0)
    of_member = group[members]
    number = np.maximum(np.bincount(of_member), 1)
    for row, practices in enumerate(maturity):
        own = practices[members]
        total = cast(Floats, np.bincount(of_member, weights=own))
        found[row, members] = np.maximum((total / number)[of_member] - own, 0.0)
    return found


def adopt_schemes(
    scheme: Bools,
    practice: Practice,
    buyers: Buyers,
    h: Mapping[str, float],
    seed: int,
    month: int,
) -> None:
    """Let buyers under the duty adopt a scheme, in place: a chance each month, drawn by buyer.

    The chance is the pace seen since 2019 (`facts.md` 1.6), raised by dedicated staff. Members of
    a joint scheme follow it as soon as it acts, whether under the duty or not.
    """
    pace = h["scheme_adoption_yearly"] / 12.0
    chance = pace * (1.0 + h["scheme_adoption_with_staff"] * practice.of_buyers("dedicated_staff"))
    drawn = uniform(seed, "adopts a scheme", buyers.key, month) < chance
    scheme |= practice.obliged & drawn
    scheme |= practice.of_buyers("joint_scheme") > 0.0
