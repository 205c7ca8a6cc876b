"""What strikes, in words: every kind and ready shock, in both languages."""

from __future__ import annotations

import pytest

from model.procurement.levers import Levers
from model.shocks.register import load_shock_kinds
from model.shocks.shock import Shocks
from scenarios import Scenario
from scenarios.library.reading import load_shock, shock_names
from viz.sentences import what_changes
from viz.shocks import epci_names, shock_label
from viz.texts import Language


def told(language: Language, **fields: object) -> str:
    return what_changes(Scenario("s", shocks=Shocks([fields])), language).replace("\u00a0", " ")


def test_a_closure_and_a_cut_are_told_whole() -> None:
    assert told("fr", kind="firm-closure") == (
        "Choc : fermeture d'une entreprise (la plus grande du territoire), au mois 37, sans "
        "préavis."
    )
    assert told("fr", kind="budget-cut", depth=0.08, duration_months=24, recovery_months=12) == (
        "Choc : baisse des budgets publics de 8 % pendant 24 mois à partir du mois 37, retour en "
        "12 mois."
    )
    assert "announced 6 months ahead" in told(
        "en", kind="import-interruption", depth=0.25, announced_months=6
    )
    assert "identifiant synthétique CH-0001" in told("fr", kind="firm-closure", firm="CH-0001")
    assert "sans retour" in told("fr", kind="recession", depth=0.05, recovery="none")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_kind_has_words(language: Language) -> None:
    for key, kind in load_shock_kinds().items():
        sentence = told(language, kind=key, depth=kind.high)
        assert sentence.endswith(".") and "{" not in sentence and "None" not in sentence
        assert ("notice" in sentence or "préavis" in sentence) is kind.announced


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_ready_shock_has_a_short_label_and_names_its_places(language: Language) -> None:
    for name in shock_names():
        shock = load_shock(name)
        label = shock_label(shock, language)
        assert label and "\n" not in label and not label.endswith(".") and len(label) < 90
        sentence = what_changes(shock, language)
        assert not any(code in sentence for code in epci_names()), sentence
    assert shock_label(Scenario("bare", shocks=Shocks([])), language) == "bare"


def test_levers_and_shocks_of_one_scenario_are_both_told() -> None:
    levers = Scenario("a", levers=Levers({"allotment": 0.5}))
    both = what_changes(levers | load_shock("budgets"), "fr")
    assert what_changes(levers, "fr") in both and both.endswith("retour en 12 mois.")
    assert "ne change rien" in what_changes(Scenario("nothing"), "fr")
