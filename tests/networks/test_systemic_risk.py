"""Systemic risk: small networks worked out by hand, and what must hold in any network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.errors import AncrageError
from model.networks.cascades import RULES, Rule, downstream_map
from model.networks.failure_frontier import lives
from model.networks.firm_network import ANY_SECTOR, FirmNetwork, whole_network
from model.networks.systemic_risk import RiskSolver, cascade, systemic_risk

Sale = tuple[int, int, float]


def network(sectors: str, *sales: Sale, essential: dict[int, str] | None = None) -> FirmNetwork:
    """A network from the sector of each firm (a letter) and (supplier, client, weight)."""
    codes = tuple(dict.fromkeys(sectors))
    supplier, client, weight = (list(part) for part in zip(*sales, strict=True))
    known = None
    if essential is not None:
        known = np.array([sectors[i] in essential.get(j, "") for i, j, _ in sales])
    return whole_network(
        np.array([codes.index(s) for s in sectors]),
        codes,
        np.array(supplier),
        np.array(client),
        np.array(weight, dtype=np.float64),
        known,
    )


CHAIN = network("abc", (0, 1, 10.0), (1, 2, 5.0))

TWO_SUPPLIERS = network(
    "aabc", (0, 2, 30.0), (1, 2, 10.0), (3, 2, 60.0), (2, 3, 20.0), essential={2: "a"}
)
"""Firms 0 and 1, of sector a, sell 30 and 10 to firm 2; firm 3, of sector c, sells it 60 and buys
20 from it: a circuit. To firm 2 only sector a is essential."""


def test_a_chain_loses_all_downstream_and_all_upstream() -> None:
    """0 → 1 → 2 with 10 and 5; weights out = (10, 5, 0), 15 in all.

    Whoever fails, clients down the chain have no other supplier and suppliers up the chain no
    other client: every level is 0 and ESRI is 1.
    """
    for rule in ("linear", "leontief"):
        np.testing.assert_allclose(systemic_risk(CHAIN, rule).esri, [1.0, 1.0, 1.0])
    levels = cascade(CHAIN, np.array([0.0, 1.0, 0.0]), "leontief")
    np.testing.assert_array_equal(levels.h_d, [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(levels.h_u, [0.0, 0.0, 1.0])


def test_linear_with_a_circuit() -> None:
    """Firm 2 buys 100: M = 0.3, 0.1, 0.6; firm 3 buys all of its inputs from 2: M = 1.

    Firm 1 fails. Downstream d2 = 0.1 + 0.6 d3, d3 = d2: d2 = 0.25, d3 = 0.25; nothing upstream
    (1 buys nothing). Weights out = (30, 10, 20, 60), 120 in all:
    ESRI_1 = (10 + 0.25 × 20 + 0.25 × 60)/120 = 30/120.
    Firm 0 fails: d2 = 0.3 + 0.6 d3, d3 = d2: 0.75; ESRI_0 = (30 + 0.75 × 80)/120 = 90/120.
    Firm 2 fails: d3 = 1, and upstream u0 = u1 = u3 = 1 (all sell to 2 alone): ESRI_2 = 1.
    Firm 3 fails: d2 = 0.6; upstream u2 = 1 (it sells to 3 alone), u0 = u1 = u2 = 1: ESRI_3 = 1.
    """
    esri = systemic_risk(TWO_SUPPLIERS, "linear").esri
    np.testing.assert_allclose(esri, [90 / 120, 30 / 120, 1.0, 1.0], atol=1e-7)


def test_leontief_with_two_suppliers_of_one_sector() -> None:
    """L of firm 2: 0.75 and 0.25 in sector a (30 and 10 of 40), 1 in sector c; of firm 3: 1 in b.

    Firm 1 fails: d2 = max(0.25, d3), d3 = d2: 0.25 each. ESRI_1 = (10 + 0.25 × 80)/120 = 0.25.
    Firm 0 fails: d2 = d3 = 0.75: ESRI_0 = (30 + 60)/120 = 0.75.
    """
    esri = systemic_risk(TWO_SUPPLIERS, "leontief").esri
    np.testing.assert_allclose(esri, [0.75, 0.25, 1.0, 1.0], atol=1e-7)


def test_mixed_takes_the_worst_of_essential_inputs_and_the_sum_of_others() -> None:
    """Firm 2 cannot do without a; what 3 sells it is one of its other inputs: M_32 = 60/100.

    Firm 3 needs nothing essential: M_23 = 1. Firm 1 fails: d2 = max(0.25, 0.6 d3), d3 = d2, from
    0: d2 = 0.25, d3 = 0.25, and 0.6 × 0.25 < 0.25. Half of firm 3 fails directly: d3 = 0.5,
    d2 = max(0, 0.6 × 0.5) = 0.3, d3 = max(0.5, 0.3); upstream u2 = 0.5 (it sells to 3 alone),
    u0 = u1 = u3 = 0.5. So h = 0.5 everywhere.
    """
    assert systemic_risk(TWO_SUPPLIERS, "mixed").esri[1] == pytest.approx(0.25, abs=1e-7)
    levels = cascade(TWO_SUPPLIERS, np.array([0.0, 0.0, 0.0, 0.5]), "mixed")
    np.testing.assert_allclose(levels.h_d, [1.0, 1.0, 0.7, 0.5])
    np.testing.assert_allclose(levels.h_u, [0.5, 0.5, 0.5, 0.5])
    np.testing.assert_allclose(levels.h, [0.5, 0.5, 0.5, 0.5])


def test_replaceability_weakens_small_suppliers() -> None:
    """Three of sector a sell 60, 30 and 10 to firm 3 (sector b), which sells 50 to firm 4.

    Firm 2 fails: left in its sector is 60 + 30 = 90, sigma = 10/90; L = 0.1, so
    d3 = 0.1/9 and d4 = sigma_3 × 1 × d3, with sigma_3 = 1 (alone in its sector).
    Weights out = (60, 30, 10, 50, 0), 150: ESRI_2 = (10 + 50/90)/150.
    Firm 0 fails: left is 40, sigma = min(1, 60/40) = 1: d3 = 0.6, ESRI_0 = (60 + 30)/150.
    Without, firm 2: d3 = 0.1, ESRI_2 = (10 + 5)/150.
    """
    net = network("aaabc", (0, 3, 60.0), (1, 3, 30.0), (2, 3, 10.0), (3, 4, 50.0))
    with_it = systemic_risk(net, "leontief", replaceability=True).esri
    assert with_it[2] == pytest.approx((10 + 50 / 90) / 150, abs=1e-9)
    assert with_it[0] == pytest.approx(90 / 150, abs=1e-9)
    assert systemic_risk(net, "leontief").esri[2] == pytest.approx(15 / 150, abs=1e-9)


def test_weights_may_be_the_larger_of_sales_and_purchases() -> None:
    """0 → 1 → 2 with 10 and 5: out = (10, 5, 0), in = (0, 10, 5), max = (10, 10, 5).

    Two more firms, 3 → 4 with 7, lose nothing when firm 0 fails: max = (7, 7).
    ESRI_0 = 25/39; with sales alone 15/22.
    """
    net = network("abcde", (0, 1, 10.0), (1, 2, 5.0), (3, 4, 7.0))
    assert systemic_risk(net, "linear", weights="max").esri[0] == pytest.approx(25 / 39)
    assert systemic_risk(net, "linear").esri[0] == pytest.approx(15 / 22)


def test_a_partial_shock_spreads_in_proportion_where_nothing_binds() -> None:
    """Firm 0 loses 40 % of its production: in a linear circuit d2 = 0.3 × 0.4 + 0.6 d2 = 0.3."""
    levels = cascade(TWO_SUPPLIERS, np.array([0.4, 0.0, 0.0, 0.0]), "linear")
    np.testing.assert_allclose(levels.h_d, [0.6, 1.0, 0.7, 0.7], atol=1e-7)


def test_outside_suppliers_never_fail() -> None:
    """Firm 1 buys 10 of a from firm 0 and 30 of a outside, and 60 of what is not told.

    L = 10/40 and M = 10/100; with nothing outside both were 1.
    """
    inside = network("ab", (0, 1, 10.0))
    net = FirmNetwork(
        inside.sector,
        inside.sectors,
        inside.supplier,
        inside.client,
        inside.weight,
        None,
        np.array([1, 1]),
        np.array([0, ANY_SECTOR]),
        np.array([30.0, 60.0]),
    )
    failed = np.array([1.0, 0.0])
    assert cascade(net, failed, "leontief").h_d[1] == pytest.approx(0.75)
    assert cascade(net, failed, "linear").h_d[1] == pytest.approx(0.9)
    assert cascade(inside, failed, "linear").h_d[1] == 0.0


def test_firms_without_links_risk_their_own_weight() -> None:
    net = network("abc", (0, 1, 10.0))
    assert systemic_risk(net, "leontief").esri[2] == 0.0


@st.composite
def networks(draw: st.DrawFn) -> FirmNetwork:
    """Networks of 3 to 14 firms in up to four sectors, some with purchases outside."""
    n = draw(st.integers(3, 14))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    count = draw(st.integers(1, min(4 * n, len(pairs))))
    chosen = np.array(pairs)[rng.choice(len(pairs), count, replace=False)]
    width = draw(st.integers(1, 4))
    sector = rng.integers(0, width, n)
    needs = rng.random((n, width)) < 0.5
    outside = draw(st.integers(0, n))
    return FirmNetwork(
        sector,
        tuple("abcd"[:width]),
        chosen[:, 0].copy(),
        chosen[:, 1].copy(),
        rng.uniform(1.0, 10.0, count),
        needs[chosen[:, 1], sector[chosen[:, 0]]],
        rng.integers(0, n, outside),
        rng.integers(-1, width, outside),
        rng.uniform(1.0, 10.0, outside),
    )


rules = st.sampled_from(RULES)


@given(networks(), rules, st.booleans(), st.sampled_from(["out", "max"]))
def test_risk_is_a_share_and_at_least_ones_own(
    net: FirmNetwork, rule: Rule, replaceability: bool, weights: str
) -> None:
    esri = systemic_risk(net, rule, replaceability, weights).esri
    own = net.out_strength if weights == "out" else np.maximum(net.out_strength, net.in_strength)
    assert (esri <= 1.0 + 1e-12).all() and (esri >= own / own.sum() - 1e-12).all()


@given(networks(), rules, st.booleans())
def test_without_a_shock_nothing_is_lost(
    net: FirmNetwork, rule: Rule, replaceability: bool
) -> None:
    for level in cascade(net, np.zeros(len(net)), rule, replaceability):
        assert (level == 1.0).all()


@given(networks(), rules, st.booleans(), st.integers(0, 2**32 - 1))
def test_more_direct_loss_never_leaves_more(
    net: FirmNetwork, rule: Rule, replaceability: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    less = rng.random(len(net)) * (rng.random(len(net)) < 0.4)
    more = np.maximum(less, rng.random(len(net)) * (rng.random(len(net)) < 0.4))
    for a, b in zip(
        cascade(net, less, rule, replaceability, 1e-12),
        cascade(net, more, rule, replaceability, 1e-12),
        strict=True,
    ):
        assert (b <= a + 1e-8).all()


@given(networks())
def test_scarcer_inputs_are_never_safer(net: FirmNetwork) -> None:
    """A loss weighed among all inputs is at most that of the sector it hits most.

    ``sum_i M_ij d_i`` is a mean over sectors, by their part of purchases, of ``sum_i L_ij d_i``,
    so linear is at most Leontief. Mixed is not always between both: under it one essential sector
    may lose less than the mean, the others then counting without it.
    """
    linear, leontief, mixed = (systemic_risk(net, rule).esri for rule in RULES)
    assert (linear <= leontief + 1e-6).all() and (mixed <= leontief + 1e-6).all()


@given(networks(), rules, st.booleans(), st.floats(1e-3, 1e6), st.integers(0, 2**32 - 1))
def test_neither_units_nor_the_order_of_firms_matter(
    net: FirmNetwork, rule: Rule, replaceability: bool, unit: float, seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(len(net))
    place = np.argsort(order)
    other = FirmNetwork(
        net.sector[order],
        net.sectors,
        place[net.supplier],
        place[net.client],
        net.weight * unit,
        net.essential,
        place[net.outside_client],
        net.outside_sector,
        net.outside_weight * unit,
    )
    esri = systemic_risk(net, rule, replaceability).esri
    np.testing.assert_allclose(
        systemic_risk(other, rule, replaceability).esri, esri[order], atol=1e-6
    )


@given(networks(), rules, st.booleans(), st.sampled_from([1e-5, 1e-3, 0.03]))
def test_the_frontier_is_below_full_passes_by_its_bound_at_most(
    net: FirmNetwork, rule: Rule, replaceability: bool, threshold: float
) -> None:
    every = np.arange(len(net))
    exact = RiskSolver(net, rule, replaceability).of_firms(every)[0]
    found, bound = RiskSolver(
        net, rule, replaceability, threshold=threshold, in_full=False
    ).of_firms(every)
    # full passes stop at changes of 1e-8: they too are from below
    assert (found <= exact + 1e-5).all()
    assert (exact - found <= (1e-5 if bound is None else bound + 1e-9)).all()


def test_a_closed_circuit_has_no_bound_and_is_followed_to_the_end() -> None:
    """0, 1 and 2 trade in a ring only: a loss would go round for ever but for the firm that fails.

    Firm 2 also buys a little outside the ring's sector from 3.
    """
    ring = network("abcd", (0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0), (3, 2, 1.0))
    solver = RiskSolver(ring, "leontief", in_full=False)
    risk, bound = solver.of_firms(np.arange(4))
    assert bound is None
    np.testing.assert_allclose(risk, systemic_risk(ring, "leontief").esri, atol=1e-7)


def test_bad_shocks_are_refused() -> None:
    wrong: list[NDArray[np.float64]] = [
        np.zeros(2),
        np.array([0, 0, 1.5]),
        np.array([0, 0, np.nan]),
    ]
    for psi in wrong:
        with pytest.raises(AncrageError, match="one share from 0 to 1"):
            cascade(CHAIN, psi)
    with pytest.raises(AncrageError, match="essential_sectors"):
        systemic_risk(CHAIN, "mixed")


def test_lives_count_every_passing_on() -> None:
    """A chain of three passes a loss of 1 everywhere on as 1, 2, 3."""
    from model.networks.failure_frontier import frontier_map

    cut = frontier_map(downstream_map(CHAIN, "leontief"), np.ones(3, dtype=bool))
    found = lives(cut)
    assert found is not None
    by_firm = dict(zip(cut.firms.tolist(), found.tolist(), strict=True))
    for firm, life in ((0, 1.0), (1, 2.0), (2, 3.0)):
        assert life <= by_firm[firm] <= 1.02 * life
