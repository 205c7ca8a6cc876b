"""Systemic risk of territories: how their network is built, and who risks most."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from model.errors import AncrageError
from model.networks.firm_codes import firm_codes
from model.networks.firm_network import territory_network
from model.networks.systemic_risk import RiskSolver, most_systemic_firm, systemic_risk
from model.territory.territory import Territory
from scenarios.systemic_risk import parallel_systemic_risk, territory_systemic_risk


def test_network_and_outside_hold_all_inputs(generated_territory: object) -> None:
    """What a firm buys inside and outside is what its slots order and its lump."""
    territory: Territory = generated_territory(2000)  # type: ignore[operator]
    network, supply, firms = territory_network(territory), territory.supply, territory.firms
    n = len(firms)
    bought = network.in_strength
    bought += np.bincount(network.outside_client, weights=network.outside_weight, minlength=n)
    asked = supply.sum_by_client(supply.slot_coefficient) + firms.outside_input
    np.testing.assert_allclose(bought, asked * firms.output_eur, rtol=1e-9, atol=1e-6)
    pairs = network.supplier * n + network.client
    assert len(np.unique(pairs)) == len(pairs) and (network.weight > 0).all()
    assert len(set(firm_codes(territory))) == n


def test_the_most_systemic_firm_is_that_of_all(generated_territory: object) -> None:
    territory: Territory = generated_territory(2000)  # type: ignore[operator]
    risk = systemic_risk(territory_network(territory), "leontief")
    row = most_systemic_firm(territory)
    assert risk.esri[row] == pytest.approx(risk.esri.max(), abs=1e-4)
    for zone in range(len(territory.zones.keys)):
        row = most_systemic_firm(territory, zone)
        there = territory.firms.zone == zone
        assert there[row]
        assert risk.esri[row] == pytest.approx(risk.esri[there].max(), abs=1e-4)
    with pytest.raises(AncrageError, match="no zone 99"):
        most_systemic_firm(territory, 99)


@pytest.mark.parametrize("rule", ["linear", "leontief", "mixed"])
@pytest.mark.parametrize("replaceability", [False, True])
def test_the_frontier_keeps_its_bound_on_a_territory(
    generated_territory: object, rule: str, replaceability: bool
) -> None:
    territory: Territory = generated_territory(2000)  # type: ignore[operator]
    network = territory_network(territory)
    order = np.argsort(-network.out_strength, kind="stable")
    sample = np.concatenate([order[:16], order[16::100]])
    exact = RiskSolver(network, rule, replaceability).of_firms(sample)[0]
    found, bound = RiskSolver(network, rule, replaceability, in_full=False).of_firms(sample)
    assert bound is not None and bound <= 2e-4
    assert (exact - found <= min(bound, 1e-4)).all() and (found <= exact + 1e-6).all()


def test_processes_change_nothing_and_results_are_kept(
    generated_territory: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    territory: Territory = generated_territory(2000)  # type: ignore[operator]
    network = territory_network(territory)
    done: list[int] = []
    alone = parallel_systemic_risk(network, "linear", on_progress=done.append)
    assert sum(done) == len(network)
    two = territory_systemic_risk(territory, "linear", workers=2)
    np.testing.assert_array_equal(alone.esri, two.esri)
    kept: list[int] = []
    again = territory_systemic_risk(territory, "linear", on_progress=kept.append)
    assert not kept
    np.testing.assert_array_equal(again.esri, two.esri)
    assert again.largest(1)[0] == int(np.argmax(alone.esri))
