"""Indicators: the register, their evaluation, and the exact decomposition of a difference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.indicators import (
    TERMS,
    Records,
    decompose,
    decompose_spans,
    effect_ranges,
    evaluate,
    evaluate_groups,
    evaluate_spans,
    load_bases,
    load_indicators,
    load_themes,
)
from model.indicators.channels import CHANNEL_QUANTITIES
from model.indicators.records import QUANTITIES

ZONES, CATEGORIES, MONTHS = 3, 4, 6
FORBIDDEN = ("créé", "creat", "bonus local", "marché à bons de commande")


def random_records(seed: int, empty_share: float = 0.3) -> Records:
    """Build records of a plausible shape, with empty categories and cells."""
    draw = np.random.default_rng(seed)
    quantities = {name: draw.uniform(1.0, 9.0, (MONTHS, ZONES)) for name in QUANTITIES}
    volume = draw.uniform(0.0, 100.0, CATEGORIES) * (draw.random(CATEGORIES) > empty_share)
    cells = draw.random((CATEGORIES, ZONES)) * (draw.random((CATEGORIES, ZONES)) > empty_share)
    shares = cells / np.maximum(1.0, cells.sum(axis=1, keepdims=True))
    local = np.tile(volume[:, None] * shares, (MONTHS, 1, 1))
    fte = local * draw.uniform(0.01, 0.3, (CATEGORIES, ZONES))
    parts = ("jobs_indirect_fte", "jobs_induced_fte", "jobs_other_fte")
    quantities["jobs_direct_fte"] = fte.sum(axis=1)
    quantities["jobs_present_fte"] = fte.sum(axis=1) + sum(quantities[name] for name in parts)
    return Records(
        zones=("A", "B", "C"),
        categories=("a", "b", "c", "d"),
        start="2027-01",
        quantities=quantities,
        contract_volume=np.tile(volume, (MONTHS, 1)),
        contract_value=np.tile(volume * draw.uniform(0.9, 1.2, CATEGORIES), (MONTHS, 1)),
        local_volume=local,
        local_fte=fte,
    )


def test_records_tell_what_is_malformed() -> None:
    records = random_records(1)
    assert records.problems() == []
    assert records.month_labels()[0] == "2027-01" and records.month_labels()[-1] == "2027-06"
    records.quantities["bids_n"] = records.quantities["bids_n"][:2]
    records.quantities["nonsense"] = records.quantities.pop("awards_n")
    assert len(records.problems()) == 3


def test_register_speaks_the_words_of_the_glossary() -> None:
    quantities = set(QUANTITIES)
    used: set[str] = set()
    for key, entry in load_indicators().items():
        assert entry.theme in load_themes(), key
        texts = (entry.label_fr, entry.label_en, entry.definition_fr, entry.definition_en)
        assert all(texts) and entry.source and entry.perimeter, key
        assert not any(word in " ".join(texts).lower() for word in FORBIDDEN), key
        used |= entry.quantities()
        if entry.kind == "decomposition":
            assert entry.decomposition_term in TERMS and entry.difference_only, key
        if entry.unit in ("%", "points") and entry.kind == "ratio":
            assert entry.base in load_bases(), key
        for other in entry.of:
            assert other in load_indicators(), key
    assert used | set(CHANNEL_QUANTITIES) == quantities
    assert not used & set(CHANNEL_QUANTITIES)


def test_stocks_are_means_flows_sums_and_ratios_of_sums() -> None:
    records = random_records(2)
    months = slice(1, 5)
    found = evaluate(records.quantities, months)
    present = records.quantities["jobs_present_fte"][months]
    assert found["jobs_present"] == pytest.approx([*present.mean(axis=0), present.mean(0).sum()])
    failures = records.quantities["failures_n"][months]
    assert found["failures"][-1] == pytest.approx(failures.sum())
    bids, tenders = (records.quantities[name][months].sum() for name in ("bids_n", "tenders_n"))
    assert found["bids_per_tender"][-1] == pytest.approx(bids / tenders)
    total = found["public_cost"]
    parts = ("public_cost_buyers", "public_cost_state", "public_cost_departement")
    assert total == pytest.approx(sum(found[part] for part in parts))


NEW = {
    "insertion_exits_other_work": "insertion_exits_work_n - insertion_exits_lasting_n",
    "posts_used_share": "100 * posts_used_fte / posts_agreed_fte",
    "held_share_territory_value": "100 * lm3_r2_eur / lm3_r1_eur",
    "performed_share_epci_number": "100 * performed_epci_n / running_n",
    "performed_share_territory_value": "100 * performed_territory_eur / executed_price_eur",
    "concentration": "concentration_squares_eur / concentration_base_eur",
    "top_holders_share": "100 * concentration_top_eur / concentration_base_eur",
    "paid_outside_holders": "lm3_r1_eur - lm3_r2_eur",
    "spent_margin": "lm3_r2_eur - spent_net_pay_eur - spent_taxes_eur - spent_local_inputs_eur"
    " - spent_outside_inputs_eur",
    "procedure_cost_bidders": "procedure_cost_bidders_eur",
    "footprint_purchases": "footprint_purchases_tco2e",
    "footprint_per_meur": "1e6 * footprint_purchases_tco2e / executed_volume_eur",
    "footprint_cut": "footprint_cut_tco2e",
    "emissions_territory": "territorial_emissions_tco2e",
    "environmental_spending": "environmental_spending_eur / 1e6",
    "short_of_cash_share": "100 * firms_short_of_cash_n / firms_active_n",
    "dependent_share": "100 * firms_dependent_n / firms_active_n",
    "public_dependence": "100 * public_share_sum_n / firms_active_n",
    "considerations_gap": "100 * considerations_n / considerations_base_n - 30",
    "environmental_share": "100 * environmental_considerations_n / considerations_base_n",
    "environmental_clauses_share": "100 * environmental_clauses_n / considerations_base_n",
    "environmental_checked_share": "100 * environmental_clauses_checked_n / considerations_base_n",
    "environmental_gap": "100 * environmental_considerations_n / considerations_base_n - 100",
    "abandoned_share": "100 * abandoned_n / called_n",
    "contracts_won": "won_n",
    "amount_won": "won_eur",
    "public_sales": "contract_sales_eur",
    "multiplier_gap": "supported_sales_eur / contract_output_eur"
    " - contract_output_eur / (contract_output_eur - lm3_r3_eur)",
}


@pytest.mark.parametrize("key", NEW)
def test_an_indicator_is_its_formula(key: str) -> None:
    records = random_records(4)
    records.quantities["lm3_r3_eur"] *= 0.1
    months = slice(1, 4)
    totals = {name: values[months].sum() for name, values in records.quantities.items()}
    found = evaluate(records.quantities, months)[key]
    assert found[-1] == pytest.approx(eval(NEW[key], totals))
    first = {name: values[months, 0].sum() for name, values in records.quantities.items()}
    assert found[0] == pytest.approx(eval(NEW[key], first))


def test_the_spread_between_zones_is_that_of_zones_alone() -> None:
    records = random_records(4)
    for zone, share in enumerate((0.2, 0.4, 0.6)):
        records.quantities["awards_eur"][:, zone] = 10.0
        records.quantities["awards_epci_eur"][:, zone] = 10.0 * share
    found = evaluate(records.quantities, slice(None))["equity_local_variation"]
    assert np.isnan(found[:-1]).all()
    assert found[-1] == pytest.approx(100 * np.std([0.2, 0.4, 0.6]) / 0.4)
    assert "equity_local_variation" not in evaluate_groups(records.quantities, slice(None))
    base = {"jobs_present": np.array([100.0, 50.0, 0.0, 150.0])}
    after = {"jobs_present": np.array([101.0, 49.0, 0.0, 150.0])}
    width = effect_ranges(base, after)["equity_jobs_range"]
    assert np.isnan(width[:-1]).all() and width[-1] == pytest.approx(1.0 - -2.0)
    assert effect_ranges(base, base)["equity_jobs_range"][-1] == 0.0


def test_only_what_is_recorded_by_a_dimension_is_evaluated() -> None:
    quantities = {name: np.ones((2, 5)) for name in ("bids_n", "tenders_n", "won_n")}
    found = evaluate_groups(quantities, slice(None))
    assert set(found) == {"bids_per_tender", "contracts_won"}
    assert found["contracts_won"].tolist() == [2.0] * 5


def test_a_ratio_without_denominator_is_not_a_number() -> None:
    records = random_records(3)
    records.quantities["tenders_n"][:, 0] = 0.0
    found = evaluate(records.quantities, slice(None))["bids_per_tender"]
    assert np.isnan(found[0]) and np.isfinite(found[1:]).all()


@given(first=st.integers(0, 10_000), second=st.integers(0, 10_000))
def test_decomposition_adds_up_to_the_difference_in_every_zone(first: int, second: int) -> None:
    base, scenario = random_records(first), random_records(second)
    months = slice(2, None)
    terms = decompose(base, scenario, months)
    assert tuple(terms) == TERMS
    difference = (
        evaluate(scenario.quantities, months)["jobs_present"]
        - evaluate(base.quantities, months)["jobs_present"]
    )
    assert sum(terms.values()) == pytest.approx(difference, abs=1e-9)
    other = scenario.quantities["jobs_other_fte"] - base.quantities["jobs_other_fte"]
    expected = other[months].mean(axis=0)
    assert terms["displacement"][:-1] == pytest.approx(expected, abs=1e-9)


def test_same_records_differ_in_nothing() -> None:
    records = random_records(5)
    for term in decompose(records, records, slice(None)).values():
        assert (term == 0.0).all()


def change(records: Records, **arrays: Any) -> Records:
    fields = ("zones", "categories", "start", "quantities", "contract_volume", "contract_value")
    values: dict[str, Any] = {name: getattr(records, name) for name in fields}
    values |= {"local_volume": records.local_volume, "local_fte": records.local_fte}
    return Records(**(values | arrays))


def test_each_cause_goes_to_its_own_term() -> None:
    base = random_records(6, empty_share=0.0)
    for name in ("jobs_present_fte", "jobs_direct_fte"):
        base.quantities[name] = base.local_fte.sum(axis=1)
    volume = change(
        base,
        contract_volume=base.contract_volume * 1.1,
        local_volume=base.local_volume * 1.1,
        local_fte=base.local_fte * 1.1,
    )
    content = change(base, local_fte=base.local_fte * 0.9)
    relocated = change(base, local_volume=base.local_volume * 0.5, local_fte=base.local_fte * 0.5)
    for name, scenario in (("volume", volume), ("content", content), ("relocated", relocated)):
        terms = decompose(base, scenario, slice(None))
        expected = (scenario.local_fte - base.local_fte).mean(axis=0).sum()
        assert terms[name][-1] == pytest.approx(expected)
        for other in {"volume", "content", "relocated"} - {name}:
            assert terms[other][-1] == pytest.approx(0.0, abs=1e-9)


def test_spans_evaluated_together_are_those_evaluated_alone() -> None:
    base, scenario = random_records(3), random_records(4)
    spans = [slice(0, MONTHS), slice(0, 3), slice(3, 5), slice(5, 6)]
    levels = [evaluate_spans(records.quantities, spans) for records in (base, scenario)]
    levels[1] |= effect_ranges(*levels)
    terms = decompose_spans(base, scenario, spans)
    for t, span in enumerate(spans):
        first, second = (evaluate(records.quantities, span) for records in (base, scenario))
        second |= effect_ranges(first, second) | decompose(base, scenario, span)
        for key, values in (levels[1] | terms).items():
            np.testing.assert_array_equal(values[t], second[key], err_msg=key)
