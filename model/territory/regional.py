"""What of the national economy happens inside a territory: location quotients and local shares."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@cache
def _tables() -> dict[str, Any]:
    text = files("model").joinpath("data", "territory_economy.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def by_sector(quantity: str, codes: Sequence[str]) -> Floats:
    """Return one quantity of `territory_economy.toml` by sector (S,)."""
    table = _tables()[quantity]
    return np.array([float(table.get(code, table["default"])) for code in codes])


def regional_shares(
    jobs: Floats, national_jobs: Floats, delta: float, codes: Sequence[str]
) -> Floats:
    """Return the share of each domestic input that the territory supplies itself (S, S).

    Flegg's location quotient, FLQ = CILQ · [log2(1 + E/E_N)]^δ (Flegg and Webber 2000), capped at
    1; the simple quotient replaces the cross-industry one on the diagonal; place-bound services
    are floored. Rows sell to columns.

    Parameters
    ----------
    jobs, national_jobs
        (S,) jobs of each sector in the territory and in the country.
    delta
        Weight of the relative size of the territory (δ, 0.15 to 0.35).
    """
    size = np.log2(1.0 + jobs.sum() / national_jobs.sum()) ** delta
    simple = (jobs / jobs.sum()) / (national_jobs / national_jobs.sum())
    cross = np.divide(
        simple[:, None], simple[None, :], out=np.zeros((len(jobs),) * 2), where=simple[None, :] > 0
    )
    np.fill_diagonal(cross, simple)
    share = np.minimum(cross * size, 1.0)
    bound = _tables()["place_bound"]
    rows = np.array([code in bound["sectors"] for code in codes]) & (jobs > 0)
    share[rows] = np.maximum(share[rows], float(bound["floor"]))
    return share
