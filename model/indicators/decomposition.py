"""Exact decomposition of the difference of jobs between two runs that share their draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model.indicators.records import Array, Records

TERMS = ("relocated", "content", "volume", "indirect_induced", "displacement")
"""Terms of the difference of jobs present; they add up to it in every zone."""


def decompose(base: Records, scenario: Records, months: slice) -> dict[str, Array]:
    """Split the difference of jobs present (scenario minus base, mean over months) into terms.

    Direct jobs on contracts of category c done in zone z are V_c · s_cz · k_cz: volume at base
    prices, share done in the zone, FTE per euro. Each factor's part is its Shapley value: its
    effect averaged over the orders in which the three can change. Parts are summed over
    categories: share gives ``relocated``, FTE per euro ``content``, volume ``volume``.
    ``indirect_induced`` is the difference of these two accounts; ``displacement`` is what
    remains of jobs present, that is jobs that serve no public contract.

    Returns
    -------
    Term (`TERMS`) to float64 array (Z + 1,) in FTE, the last column being the territory.

    Notes
    -----
    Where a category is bought in one run only, or done in a zone in one run only, the share or
    content that does not exist is taken from the other run, so that all of the change goes to the
    factor that did change. Shapley, L. (1953), A value for n-person games; for several
    categories and zones the parts add up since each is linear in its own cell.
    """
    return {name: terms[0] for name, terms in decompose_spans(base, scenario, [months]).items()}


def decompose_spans(base: Records, scenario: Records, spans: Sequence[slice]) -> dict[str, Array]:
    """Decompose as `decompose` does over each of T spans of months: term to (T, Z + 1)."""
    relocated, content, volume = _direct_terms(base, scenario, spans)
    present = _mean_difference(base, scenario, spans, ("jobs_present_fte",))
    further = _mean_difference(base, scenario, spans, ("jobs_indirect_fte", "jobs_induced_fte"))
    by_zone = {
        "relocated": relocated,
        "content": content,
        "volume": volume,
        "indirect_induced": further,
        "displacement": present - relocated - content - volume - further,
    }
    return {
        name: np.concatenate([term, term.sum(axis=-1, keepdims=True)], axis=-1)
        for name, term in by_zone.items()
    }


def _means(monthly: Array, spans: Sequence[slice]) -> Array:
    """Return the mean over the months of each span, (T, ...)."""
    return np.stack([monthly[span].mean(axis=0) for span in spans])


def _mean_difference(
    base: Records, scenario: Records, spans: Sequence[slice], names: tuple[str, ...]
) -> Array:
    """Return scenario minus base of the mean over months of a sum of quantities, (T, Z)."""
    parts = [
        _means(scenario.quantities[name], spans) - _means(base.quantities[name], spans)
        for name in names
    ]
    return np.asarray(sum(parts), dtype=np.float64)


def _direct_terms(
    base: Records, scenario: Records, spans: Sequence[slice]
) -> tuple[Array, Array, Array]:
    """Return the parts of share, content and volume in direct jobs on contracts, each (T, Z)."""
    volume_0, share_0, content_0 = _factors(base, spans)
    volume_1, share_1, content_1 = _factors(scenario, spans)
    share_0, share_1 = _fill(share_0, share_1)
    content_0, content_1 = _fill(content_0, content_1)
    v_part = _shapley(volume_0, volume_1, share_0, share_1, content_0, content_1)
    s_part = _shapley(share_0, share_1, volume_0, volume_1, content_0, content_1)
    c_part = _shapley(content_0, content_1, volume_0, volume_1, share_0, share_1)
    return s_part.sum(axis=-2), c_part.sum(axis=-2), v_part.sum(axis=-2)


def _factors(records: Records, spans: Sequence[slice]) -> tuple[Array, Array, Array]:
    """Return volume (T, C, 1), share (T, C, Z) and FTE per euro (T, C, Z); NaN where undefined."""
    volume = _means(records.contract_volume, spans)[..., None]
    local = _means(records.local_volume, spans)
    fte = _means(records.local_fte, spans)
    share = np.full_like(local, np.nan)
    np.divide(local, volume, out=share, where=volume > 0.0)
    content = np.full_like(local, np.nan)
    np.divide(fte, local, out=content, where=local > 0.0)
    return volume, share, content


def _fill(first: Array, second: Array) -> tuple[Array, Array]:
    """Replace what is undefined in one run by the other run's value, and by 0 if in both."""
    filled_first = np.where(np.isnan(first), second, first)
    filled_second = np.where(np.isnan(second), first, second)
    return np.nan_to_num(filled_first, nan=0.0), np.nan_to_num(filled_second, nan=0.0)


def _shapley(x0: Array, x1: Array, y0: Array, y1: Array, z0: Array, z1: Array) -> Array:
    """Return the Shapley value of x in the change of x · y · z from 0 to 1."""
    return (x1 - x0) * (2.0 * y0 * z0 + 2.0 * y1 * z1 + y0 * z1 + y1 * z0) / 6.0


def split_volume_spans(
    base: Records, scenario: Records, spans: Sequence[slice]
) -> dict[str, Array]:
    """Split the volume term into ``budget`` and ``price`` over T spans: name to (T, Z + 1).

    The volume of a category is what is paid over its price, P_c / p_c: each one's part of the
    change is its Shapley value, and weighs in jobs what the volume does in `decompose`.
    """
    volume_0, share_0, content_0 = _factors(base, spans)
    volume_1, share_1, content_1 = _factors(scenario, spans)
    share_0, share_1 = _fill(share_0, share_1)
    content_0, content_1 = _fill(content_0, content_1)
    per_euro_0, per_euro_1 = _base_euros(base, spans), _base_euros(scenario, spans)
    per_euro_0, per_euro_1 = _fill(per_euro_0, per_euro_1)
    paid_0 = _means(base.contract_value, spans)[..., None]
    paid_1 = _means(scenario.contract_value, spans)[..., None]
    by_paid = (paid_1 - paid_0) * (per_euro_0 + per_euro_1) / 2.0
    # what is left is the part of the price: (1/p₁ - 1/p₀)·(P₀ + P₁)/2
    by_price = volume_1 - volume_0 - by_paid
    found: dict[str, Array] = {}
    for name, part in (("budget", by_paid), ("price", by_price)):
        weighed = _shapley(np.zeros_like(part), part, share_0, share_1, content_0, content_1)
        term = weighed.sum(axis=-2)
        found[name] = np.concatenate([term, term.sum(axis=-1, keepdims=True)], axis=-1)
    return found


def _base_euros(records: Records, spans: Sequence[slice]) -> Array:
    """Return the volume that a euro buys, EUR at base prices (T, C, 1); NaN where undefined."""
    volume = _means(records.contract_volume, spans)[..., None]
    paid = _means(records.contract_value, spans)[..., None]
    found = np.full_like(volume, np.nan)
    np.divide(volume, paid, out=found, where=paid > 0.0)
    return found
