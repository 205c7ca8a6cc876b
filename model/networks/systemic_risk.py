"""Economic systemic risk of each firm: what part of all sales is lost if it alone fails.

The index ESRI of Diem, Borsos, Reisch, Kertész and Thurner 2022 (Scientific Reports 12:7719;
`facts.md` 4, `docs/odd.md` 7.27).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from model.networks.cascades import (
    RULES,
    TOLERANCE,
    Rule,
    downstream_map,
    full_passes,
    replaceability_factor,
    upstream_map,
)
from model.networks.failure_frontier import failures, frontier_map, lives, widths
from model.networks.firm_network import FirmNetwork, territory_network

if TYPE_CHECKING:
    from model.territory.territory import Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

Weights = Literal["out", "max"]
WEIGHTS: tuple[Weights, ...] = get_args(Weights)

LARGEST_IN_FULL = 5000
"""Firms up to which every cascade is solved by full passes."""

THRESHOLD = 1e-5
"""Rise of a loss from which it is passed on, in larger networks."""

FIRMS_AT_ONCE = 8
"""Cascades that are followed together: their sums by row stay in the processor's cache."""

CANDIDATES = 64
"""Firms whose risk is computed to find the largest, by each of two rough measures."""

OnProgress = Callable[[int], None]


class Levels(NamedTuple):
    """Levels of production that are left (n,): downstream, upstream, and the lower of the two."""

    h_d: Floats
    h_u: Floats
    h: Floats


@dataclass(frozen=True)
class SystemicRisk:
    """Systemic risk of every firm of a network.

    Attributes
    ----------
    esri
        (n,), share of all weight lost when the firm fails.
    error_bound
        Most by which a value may be under the true one; None where every cascade was followed
        until no level changed by 1e-8 in a pass.
    """

    esri: Floats
    rule: Rule
    replaceability: bool
    weights: Weights
    error_bound: float | None

    def largest(self, count: int) -> Ints:
        """Return the rows of the firms of highest risk, highest first."""
        return np.argsort(-self.esri, kind="stable")[:count]

    def share_over(self, level: float) -> float:
        """Return the share of firms whose risk is over a level."""
        return float(np.mean(self.esri > level))


def cascade(
    network: FirmNetwork,
    psi: Floats,
    rule: Rule = "leontief",
    replaceability: bool = False,
    tolerance: float = TOLERANCE,
) -> Levels:
    """Return the levels to which production falls when firms lose a part of theirs directly.

    From levels of 1, until no level changes by ``tolerance`` in a pass::

        h_d,j = max(0, min(1 - psi_j, 1 - N_j, 1 - E_js for each essential input sector s of j))
        E_js = sum_{i in s} sigma_i L_ij (1 - h_d,i)
        N_j = sum_{i not essential} sigma_i M_ij (1 - h_d,i)
        h_u,i = max(0, min(1 - psi_i, 1 - sum_j (W_ij / out_i) (1 - h_u,j)))
        h = min(h_d, h_u)

    with ``L_ij = W_ij / (inputs of j from the sector of i)`` and ``M_ij = W_ij / in_j``, purchases
    outside the network included in both denominators.

    Parameters
    ----------
    psi
        (n,), direct loss of each firm, a share of its production from 0 to 1.
    rule
        ``linear`` makes no input essential, ``leontief`` every one, ``mixed`` those of
        ``network.essential``.
    replaceability
        Whether other firms of its sector replace a supplier by their market share:
        ``sigma_i = min(1, out_i / sum over the sector of i of h_d,l out_l)``, else 1.

    Raises
    ------
    AncrageError
        ``psi`` has another shape or values out of [0, 1], the rule is unknown, or it is ``mixed``
        and nothing says which inputs are essential.
    """
    direct = np.asarray(psi, dtype=np.float64)
    if direct.shape != (len(network),) or not ((direct >= 0.0) & (direct <= 1.0)).all():
        raise AncrageError(
            f"The direct loss psi has shape {direct.shape}: give one share from 0 to 1 for each "
            f"of the {len(network)} firms."
        )
    replace = replaceability_factor(network) if replaceability else None
    column = direct[:, None]
    down = full_passes(downstream_map(network, _known(rule)), column, replace, tolerance)[:, 0]
    up = full_passes(upstream_map(network), column, tolerance=tolerance)[:, 0]
    return Levels(1.0 - down, 1.0 - up, 1.0 - np.maximum(down, up))


def firm_weights(network: FirmNetwork, weights: Weights) -> Floats:
    """Return each firm's part of all weight (n,): out-strength, or the larger of in and out.

    Raises
    ------
    AncrageError
        The choice is unknown, or nobody sells anything.
    """
    if weights not in WEIGHTS:
        raise AncrageError(f"Unknown weights '{weights}'; take one of {', '.join(WEIGHTS)}.")
    found = network.out_strength
    if weights == "max":
        found = np.maximum(found, network.in_strength)
    total = float(found.sum())
    if total <= 0.0:
        raise AncrageError("The network has no links: give at least one sale between two firms.")
    return found / total


class RiskSolver:
    """Computes the risk of any firms of a network; prepared once, asked many times.

    Up to ``LARGEST_IN_FULL`` firms, full passes until levels change by less than 1e-8. In larger
    networks a firm passes its loss on when it has risen by more than ``threshold``, and values
    come with a bound on what that leaves out; firms for which none is found are solved in full.
    """

    def __init__(
        self,
        network: FirmNetwork,
        rule: Rule,
        replaceability: bool = False,
        weights: Weights = "out",
        threshold: float = THRESHOLD,
        in_full: bool | None = None,
    ) -> None:
        """Take ``in_full`` None to let the size of the network decide."""
        self._network = network
        self._share = firm_weights(network, weights)
        self._down, self._up = downstream_map(network, _known(rule)), upstream_map(network)
        self._full = len(network) <= LARGEST_IN_FULL if in_full is None else in_full
        self._replace = replaceability_factor(network) if replaceability else None
        if self._full:
            return
        counts = self._share > 0.0
        self._cuts = frontier_map(self._down, counts), frontier_map(self._up, counts)
        down, up = (lives(cut) for cut in self._cuts)
        self._lives = None if down is None or up is None else (down, up)
        # without a bound, nothing is left out that full passes would not leave out
        self._threshold = threshold if self._lives else TOLERANCE
        passing = self._cuts[0].firms
        self._replace_cut = replaceability_factor(network, passing) if replaceability else None

    def of_firms(self, failing: Ints) -> tuple[Floats, float | None]:
        """Return the risk of some firms (b,), and a bound on its error where it is approximate."""
        if self._full:
            return self._in_full(failing), None
        columns = np.arange(len(failing))
        loss = np.zeros((len(self._network), len(failing)))
        over = np.zeros_like(loss)
        for side, cut in enumerate(self._cuts):
            replace = self._replace_cut if side == 0 else None
            found, left = failures(cut, failing, self._threshold, replace)
            loss[cut.firms] = np.maximum(loss[cut.firms], found)
            if self._lives is not None:
                life = self._lives[side]
                if replace is None:
                    missed = left * (life[:, None] - 1.0)
                else:
                    missed = widths(cut, found, failing, left, life, replace)
                over[cut.firms] = np.maximum(over[cut.firms], missed)
        loss[failing, columns] = 1.0
        over[failing, columns] = 0.0
        risk = self._weighed(loss)
        if self._lives is None:
            return risk, None
        unknown = np.isinf(over).any(axis=0)
        if unknown.any():
            risk[unknown] = self._in_full(failing[unknown])
            over[:, unknown] = 0.0
        return risk, float(self._weighed(over).max(initial=0.0))

    def _in_full(self, failing: Ints) -> Floats:
        direct = np.zeros((len(self._network), len(failing)))
        direct[failing, np.arange(len(failing))] = 1.0
        loss = full_passes(self._down, direct, self._replace)
        return self._weighed(np.maximum(loss, full_passes(self._up, direct)))

    def _weighed(self, loss: Floats) -> Floats:
        # not a product of matrices: its sum would depend on the number of threads
        return np.sum(self._share[:, None] * loss, axis=0)


def batches(network: FirmNetwork) -> list[Ints]:
    """Return all firms in groups that are computed together, largest sales first.

    Firms of like size have cascades of like reach.
    """
    order = np.argsort(-network.out_strength, kind="stable")
    return [order[i : i + FIRMS_AT_ONCE] for i in range(0, len(order), FIRMS_AT_ONCE)]


def systemic_risk(
    network: FirmNetwork,
    rule: Rule = "leontief",
    replaceability: bool = False,
    weights: Weights = "out",
    on_progress: OnProgress | None = None,
) -> SystemicRisk:
    """Return ``ESRI_k = sum_j w_j (1 - h_j) / sum_j w_j`` of every firm k, which fails alone.

    Parameters
    ----------
    rule, replaceability
        As in `cascade`.
    weights
        A firm's importance w: its sales, or the larger of its sales and purchases, in the network.
    on_progress
        Called with the number of firms just done.
    """
    solver = RiskSolver(network, rule, replaceability, weights)
    parts: list[tuple[Ints, Floats, float | None]] = []
    for failing in batches(network):
        parts.append((failing, *solver.of_firms(failing)))
        if on_progress is not None:
            on_progress(len(failing))
    return gathered(network, parts, rule, replaceability, weights)


def gathered(
    network: FirmNetwork,
    parts: list[tuple[Ints, Floats, float | None]],
    rule: Rule,
    replaceability: bool,
    weights: Weights,
) -> SystemicRisk:
    """Put results of groups of firms together: (rows, risk, error bound) of each."""
    esri = np.zeros(len(network))
    for rows, values, _ in parts:
        esri[rows] = values
    bounds = [bound for _, _, bound in parts if bound is not None]
    return SystemicRisk(esri, rule, replaceability, weights, max(bounds, default=None))


def most_systemic_firm(territory: Territory, zone: int | None = None) -> int:
    """Return the row of the firm whose failure costs most: all inputs essential, none replaced.

    The risk is computed for candidates only, to answer at once: the ``CANDIDATES`` firms with the
    largest sales to firms of the territory, and as many with the largest loss among their direct
    clients, ``w_k + sum_j L_kj w_j``. The larger risk wins, then the first row.

    Parameters
    ----------
    zone
        Position of the zone that the firm must be in; anywhere without.

    Raises
    ------
    AncrageError
        There is no such zone.
    """
    places = territory.firms.zone
    if zone is not None and not 0 <= zone < len(territory.zones.keys):
        raise AncrageError(
            f"There is no zone {zone}: zones of {territory.name} are 0 to "
            f"{len(territory.zones.keys) - 1}."
        )
    network = territory_network(territory)
    sales = network.out_strength
    down = downstream_map(network, "leontief")
    direct = sales + np.asarray(down.matrix.T @ sales[down.row_firm])
    among = np.flatnonzero(places == zone) if zone is not None else np.arange(len(network))
    chosen = [
        among[np.argsort(-size[among], kind="stable")[:CANDIDATES]] for size in (sales, direct)
    ]
    candidates = np.unique(np.concatenate(chosen))
    solver = RiskSolver(network, "leontief", in_full=False)
    parts = np.array_split(candidates, max(1, len(candidates) // FIRMS_AT_ONCE))
    risk = np.concatenate([solver.of_firms(part)[0] for part in parts])
    return int(candidates[int(np.argmax(risk))])


def _known(rule: Rule) -> Rule:
    if rule not in RULES:
        raise AncrageError(f"Unknown rule '{rule}'; take one of {', '.join(RULES)}.")
    return rule
