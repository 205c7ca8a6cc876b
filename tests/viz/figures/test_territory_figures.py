"""Figures of the territory and of purchases: same numbers as the command, both languages, JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from model import load_territory
from model.errors import AncrageError
from model.procurement.amendments import Amendments
from model.procurement.legal_calendar import load_rules
from model.territory.buyers import load_communes
from scenarios.compared import Comparison
from scenarios.results import ResultRow
from scenarios.schema import Scenario
from viz.figures.addressable import addressable, addressable_by_group
from viz.figures.calendar import calendar, legal_dates
from viz.figures.epci_map import commune_map, epci_map, short_name
from viz.figures.figure import Figure, records
from viz.figures.network import network
from viz.figures.portfolio import portfolio
from viz.figures.territory_facts import data_status, territory_facts
from viz.outlines import schematic_outlines
from viz.purchases import PARTS
from viz.territory_views import TerritoryViews, territory_views
from viz.texts import Language

LANGUAGES: tuple[Language, Language] = ("fr", "en")


@pytest.fixture(scope="module")
def views() -> TerritoryViews:
    return territory_views("dunkerque")


def _made(views: TerritoryViews, language: Language) -> list[Figure]:
    territory = load_territory("dunkerque")
    return [
        portfolio(views, language),
        addressable(views.by_category, language),
        addressable_by_group(views.by_category, 2030, language),
        addressable_by_group(views.by_buyer_kind, 2027, language),
        calendar(territory.buyers, language),
        territory_facts(territory, language),
        data_status(language),
        network(views, "FZ", language),
        network(views, views.trade.buyer_codes[0], language, hops=2),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_are_complete_in_both_languages(views: TerritoryViews, language: Language) -> None:
    for figure in _made(views, language):
        assert figure.title and figure.description and figure.sources, figure.key
        assert "{" not in figure.title + figure.caption + figure.description, figure.key
        json.loads(figure.option_json())
        assert all(len(row) == len(figure.columns) for row in figure.rows), figure.key
        assert len({column.key for column in figure.columns}) == len(figure.columns)
        assert len(records(figure)) == len(figure.rows) > 0


def test_languages_differ_in_words_and_not_in_numbers(views: TerritoryViews) -> None:
    for french, english in zip(*(_made(views, lang) for lang in LANGUAGES), strict=True):
        assert french.title != english.title and french.description != english.description
        for a, b in zip(french.rows, english.rows, strict=True):
            for one, other in zip(a, b, strict=True):
                assert not isinstance(one, float) or one == other


def test_amounts_are_those_of_the_envelopes(views: TerritoryViews) -> None:
    envelope = float(load_territory("dunkerque").buyers.envelope_eur.sum()) / 1e6
    yearly = records(addressable(views.by_category, "fr"))
    assert [row["year"] for row in yearly] == [str(y) for y in range(2027, 2037)]
    for row in yearly:
        assert sum(float(str(row[part])) for part in PARTS) == pytest.approx(envelope)
    by_kind = records(addressable_by_group(views.by_buyer_kind, 2027, "fr"))
    renewed = sum(float(str(row["renewed"])) for row in by_kind)
    assert renewed == pytest.approx(float(str(yearly[0]["renewed"])))
    families = records(portfolio(views, "fr"))
    assert sum(float(str(row["yearly_meur"])) for row in families) == pytest.approx(envelope)
    total = records(territory_facts(load_territory("dunkerque"), "fr"))[-1]
    assert float(str(total["purchases"])) == pytest.approx(envelope)


def test_every_family_has_a_lever_with_its_reason(views: TerritoryViews) -> None:
    for row in records(portfolio(views, "fr")):
        assert row["fitting_lever"] and row["fitting_reason"] and row["legal_basis"]
        assert "decree" not in str(row["legal_basis"])


def test_the_calendar_tells_dates_and_what_a_scenario_amends() -> None:
    buyers = load_territory("dunkerque").buyers
    standing = legal_dates()
    assert {entry.rule.key for entry in standing} >= {"spaser_threshold", "environmental_criterion"}
    assert all(entry.day.year in range(2023, 2032) for entry in standing)
    assert legal_dates(Amendments()) == standing
    law = Amendments({"spaser_threshold": {"value": 20_000_000, "from": "2028-01-01"}})
    added = [entry for entry in legal_dates(law) if entry.amended]
    assert [(e.rule.key, e.value, e.before) for e in added] == [("spaser_threshold", 2e7, 5e7)]
    rows = records(calendar(buyers, "fr", law))
    assert any("scénario" in str(row["state"]) and "2028" in str(row["date"]) for row in rows)
    duty = next(row for row in rows if row["rule"] == load_rules()["spaser_threshold"][-1].label_fr)
    assert duty["bound"] == str(int(buyers.spaser_duty.sum()))


def _row(zone: str, difference: float, low: float | None, high: float | None) -> ResultRow:
    blank = dict.fromkeys(("mean_low", "mean_high", "relative"))
    return ResultRow(
        scenario="access",
        indicator="jobs_present",
        zone=zone,
        dimension="epci",
        group=zone,
        baseline=100.0,
        value=100.0 + difference,
        difference=difference,
        low=low,
        high=high,
        **blank,
    )


def _comparison(rows: dict[str, ResultRow], pairs: int) -> Comparison:
    stub = SimpleNamespace(
        zones=tuple(rows),
        pairs=pairs,
        months=24,
        central=False,
        territory="dunkerque",
        start="2027-01",
        seed=1,
        context=Scenario("baseline"),
        overrides=(),
        row=lambda scenario, indicator, zone: rows[zone],
    )
    return cast(Comparison, stub)


def _items(figure: Figure) -> list[dict[str, object]]:
    assert figure.option is not None
    return json.loads(figure.option_json())["series"][0]["data"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_zone_whose_interval_holds_zero_has_no_colour(language: Language) -> None:
    territory = load_territory("dunkerque")
    first, second = territory.zones.keys
    names = dict(zip(territory.zones.keys, territory.zones.names, strict=True))
    rows = {first: _row(first, 50.0, -10.0, 110.0), second: _row(second, -4.0, -8.0, -1.0)}
    outlines = schematic_outlines(territory.zones.keys)
    figure = epci_map(_comparison(rows, 30), "access", "jobs_present", names, outlines, language)
    unsure, sure = _items(figure)
    assert unsure["visualMap"] is False and "decal" in cast(dict, unsure["itemStyle"])
    assert "itemStyle" not in sure
    scale = json.loads(figure.option_json())["visualMap"]
    # the scale is centred on zero, on what is distinguishable from it
    assert scale["min"] == -scale["max"] == -4.0
    assert [row["epci"] for row in records(figure)] == list(territory.zones.names)
    assert set(figure.maps) == {"epci-schematic"}
    assert "chématique" in figure.caption or "chematic" in figure.caption


def test_under_five_pairs_a_map_finds_nothing() -> None:
    territory = load_territory("dunkerque")
    rows = {zone: _row(zone, 5.0, None, None) for zone in territory.zones.keys}
    names = dict(zip(territory.zones.keys, territory.zones.names, strict=True))
    outlines = schematic_outlines(territory.zones.keys)
    figure = epci_map(_comparison(rows, 2), "access", "jobs_present", names, outlines, "fr")
    assert "provisoire" in figure.title and "visualMap" not in json.loads(figure.option_json())
    assert {row["verdict"] for row in records(figure)} == {"provisoire"}


def test_communes_show_data() -> None:
    territory = load_territory("dunkerque")
    communes = load_communes()
    inside = [i for i, epci in enumerate(communes.epci) if epci in territory.zones.keys]
    values = {communes.code[i]: float(communes.population[i]) for i in inside}
    names = {communes.code[i]: communes.name[i] for i in inside}
    outlines = schematic_outlines(territory.zones.keys)
    figure = commune_map("Population", "", values, names, "", 0, outlines, "fr")
    assert figure is not None and len(figure.rows) == len(inside)
    assert commune_map("", "", values, names, "", 0, replace(outlines, communes=None), "fr") is None


def test_names_of_epci_are_short() -> None:
    assert short_name("CA du Boulonnais") == "Boulonnais"
    assert short_name("CC Pays d'Opale") == "Pays d'Opale"
    assert short_name("CC de la Terre des Deux Caps") == "Terre des Deux Caps"
    assert short_name("Zone 1") == "Zone 1"


def test_firms_of_a_network_have_synthetic_names(views: TerritoryViews) -> None:
    figure = network(views, "FZ-0001", "fr")
    assert "Entreprise FZ-0001" in figure.title
    with pytest.raises(AncrageError):
        network(views, "ZZ-1", "fr")
