"""Screening: a regression of results on hypotheses that all vary at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

ENTERS = 3.0
"""Ratio of a coefficient to its error from which a hypothesis enters the regression."""

_NOTHING = 1e-12
"""Part of variance under which nothing is left to explain."""


@dataclass(frozen=True, slots=True, eq=False)
class Screening:
    """Coefficients of hypotheses, H of them on R results.

    Attributes
    ----------
    swing, error
        (H, R) change of the result from the low to the high point of the hypothesis, and its
        standard error.
    """

    swing: Array
    error: Array

    @property
    def ratio(self) -> Array:
        """(H, R) swings over their errors; 0 where both are nothing."""
        return _ratio(self.swing, self.error)


def _ratio(swing: Array, error: Array) -> Array:
    """Return swings over their errors: 0 for none, infinite for one without error."""
    sound = error > 0.0
    ratio = np.divide(swing, error, out=np.zeros_like(swing), where=sound)
    return np.where(~sound & (swing != 0.0), np.copysign(np.inf, swing), ratio)


def within_blocks(values: Array, blocks: Ints) -> Array:
    """Return values (n, …) less the mean of their block; a block of one becomes 0."""
    _, place = np.unique(blocks, return_inverse=True)
    count = np.bincount(place).astype(np.float64)
    total = np.zeros((len(count), *values.shape[1:]))
    np.add.at(total, place, values)
    means = total / count.reshape(-1, *([1] * (values.ndim - 1)))
    return values - means[place]


def screen(positions: Array, results: Array, blocks: Ints) -> Screening:
    """Regress each result on positions by steps, and each hypothesis left out on what remains.

    Parameters
    ----------
    positions
        (n, H) place of each hypothesis in its range, 1 from the low to the high point.
    results
        (n, R) results.
    blocks
        (n,) seeds: what runs of one seed share tells nothing of hypotheses.

    Notes
    -----
    With more hypotheses than runs, all coefficients at once are not defined. By result, the
    hypothesis whose coefficient is largest against its error enters, then the next given those
    that entered, while the ratio is at least 3 and each has ten runs of its own. Coefficients of
    those that entered are of their joint regression; of the others, of the regression with each
    alone added.
    """
    x, y = within_blocks(positions, blocks), within_blocks(results, blocks)
    freedom = len(x) - len(np.unique(blocks))
    swing, error = np.zeros((x.shape[1], y.shape[1])), np.zeros((x.shape[1], y.shape[1]))
    for r in range(y.shape[1]):
        swing[:, r], error[:, r] = _one_result(x, y[:, r], freedom)
    return Screening(swing, error)


def _one_result(x: Array, y: Array, freedom: int) -> tuple[Array, Array]:
    """Return the coefficients of one result and their errors, (H,) each."""
    entered: list[int] = []
    left_x, left_y = x.copy(), y.copy()
    whole = float(y @ y)
    sound = (x * x).sum(axis=0) > 0.0
    while True:
        slope, error = _alone(left_x, left_y, freedom - len(entered) - 1, sound)
        slope[entered] = error[entered] = 0.0
        if float(left_y @ left_y) <= _NOTHING * whole:
            slope[:] = error[:] = 0.0
            break
        ratio = np.abs(_ratio(slope, error))
        best = int(ratio.argmax())
        if ratio[best] < ENTERS or 10 * (len(entered) + 1) > freedom:
            break
        entered.append(best)
        # what the one that enters explains is taken off all others
        unit = left_x[:, best] / np.linalg.norm(left_x[:, best])
        left_x = left_x - np.outer(unit, unit @ left_x)
        left_y = left_y - unit * float(unit @ left_y)
    if entered:
        of_them = x[:, entered]
        inverse = np.linalg.inv(of_them.T @ of_them)
        slope[entered] = inverse @ (of_them.T @ y)
        rest = max(float(left_y @ left_y), 0.0) / max(freedom - len(entered), 1)
        error[entered] = np.sqrt(rest * np.diag(inverse))
    return slope, error


def _alone(x: Array, y: Array, freedom: int, sound: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Return the slope of y on each column alone, and its standard error."""
    squares = (x * x).sum(axis=0)
    usable = sound & (squares > 1e-9 * max(float(squares.max(initial=0.0)), 1e-300))
    safe = np.where(usable, squares, 1.0)
    slope = np.where(usable, (x.T @ y) / safe, 0.0)
    rest = np.maximum(float(y @ y) - slope**2 * safe, 0.0)
    error = np.where(usable, np.sqrt(rest / max(freedom, 1) / safe), 0.0)
    return slope, error


def largest(screening: Screening, keys: Sequence[str], count: int) -> list[str]:
    """Return the hypotheses that stand out most, taking the next of each result in turn."""
    strength = np.abs(screening.ratio)
    order = np.argsort(-strength, axis=0, kind="stable")
    found: list[str] = []
    for rank in range(len(keys)):
        for r in range(order.shape[1]):
            place = int(order[rank, r])
            # a result that nothing more moves leaves its turn to the others
            if strength[place, r] > 0.0 and keys[place] not in found:
                found.append(keys[place])
            if len(found) == count:
                return found
    return found
