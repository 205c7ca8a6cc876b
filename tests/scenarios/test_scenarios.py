"""Scenarios: schema, library, files and composition."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from model.errors import AncrageError
from model.feasibility import check_levers
from model.procurement.amendments import Amendments
from model.procurement.levers import Levers, load_levers
from model.territory import load_territory
from scenarios import Scenario, compare, library_names, load_library, load_scenario
from scenarios.library.reading import context_names, load_context


def write(folder: Path, text: str, name: str = "mine.toml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_library_answers_practitioners_questions_each_with_its_why_in_two_lines() -> None:
    expected = {
        *("baseline", "access", "insertion", "reserved", "lowest-price", "full-spaser"),
        *("dialogue-filieres", "spaser-conjoint", "filieres", "parcours", "reserved-ambitieux"),
        *("coordination-sourcing", "coordination-achats", "coordination-achats-lots"),
        *("climat", "egalim", "dunkerque", "objectifs-sans-moyens", "formal-only"),
        *("austerite", "seuil-20M", "systemique"),
    }
    assert set(library_names()) == expected and library_names()[0] == "baseline"
    for name, scenario in load_library().items():
        assert scenario.name == name
        assert len(scenario.why.splitlines()) == len(scenario.why_en.splitlines()) == 2, name
        assert scenario.changes_nothing == (name == "baseline")


def test_contexts_pair_with_any_scenario() -> None:
    assert set(context_names()) == {"grand-chantier", "baisse-IAE-10", "baisse-IAE-20"}
    register = load_levers()
    for name in context_names():
        context = load_context([name])
        assert not context.changes_nothing and len(context.why.splitlines()) == 2
        for scenario in load_library().values():
            both = context | scenario
            assert set(both.levers.changed()) == {
                *context.levers.changed(),
                *scenario.levers.changed(),
            }
        assert all(key in register for key in context.levers.changed())
    together = load_context(["grand-chantier", "baisse-IAE-10"])
    assert set(together.levers.changed()) == {"large_site_fte", "agreed_posts_change"}
    assert load_context([]).changes_nothing
    with pytest.raises(AncrageError, match="did you mean 'grand-chantier'"):
        load_context(["grand-chantiers"])


def test_targets_without_means_are_those_of_the_full_scheme_without_its_means() -> None:
    full = load_scenario("full-spaser").levers
    bare = load_scenario("objectifs-sans-moyens").levers
    means = {"training", "dedicated_staff", "facilitators_fte"}
    assert set(full.changed()) - set(bare.changed()) == means
    for key in bare.changed():
        assert bare.paths_of(key) == full.paths_of(key)


@pytest.mark.parametrize("name", ["cote-opale", "dunkerque"])
def test_every_scenario_of_the_library_can_be_carried_out(name: str) -> None:
    territory = load_territory(name)
    for scenario in load_library().values():
        elsewhere = {"spaser-conjoint"} if name == "dunkerque" else set()
        if scenario.name in elsewhere:
            with pytest.raises(AncrageError, match="has no EPCI"):
                check_levers(territory, scenario.levers)
        else:
            check_levers(territory, scenario.levers)


IMPOSSIBLE: list[tuple[dict[str, object], str]] = [
    ({"joint_purchase": {"value": 1, "scope": {"buyers": ["epci-245900428"]}}}, "one buyer only"),
    ({"shared_sourcing": {"value": 1, "scope": {"buyers": ["epci-0"]}}}, "no buyer 'epci-0'"),
    (
        {"filiere_capacity": {"value": 9000000, "scope": {"epci": ["200069235"]}}},
        "exceed its purchases",
    ),
]


@pytest.mark.parametrize(("changes", "expected"), IMPOSSIBLE)
def test_what_the_territory_cannot_carry_out_is_refused_before_anything_runs(
    changes: dict[str, object], expected: str
) -> None:
    scenario = Scenario("mine", levers=Levers(changes))
    with pytest.raises(AncrageError, match=f"Scenario 'mine': Lever.*{expected}"):
        compare([scenario], pairs=1, months=1)


CONTRADICTORY: list[tuple[dict[str, object], str]] = [
    ({"joint_purchase_lots": 1}, "there are none"),
    ({"sourcing_depth": 0.5, "sourcing_breadth": 0}, "sounds none"),
    ({"environmental_control": 0.5, "environmental_coverage": 0}, "leaves none"),
]


@pytest.mark.parametrize(("changes", "expected"), CONTRADICTORY)
def test_levers_that_contradict_each_other_are_refused(
    changes: dict[str, object], expected: str
) -> None:
    with pytest.raises(AncrageError, match=expected):
        Levers(changes)


def test_library_levers_are_as_announced() -> None:
    access = load_scenario("access").levers
    for month, days in ((0, 50), (23, 50), (24, 30)):
        assert access.value("payment_days_hospital", month) == days
    assert access.value("payment_days_region", 0) == 20
    assert access.value("advance_rate_sme", 0) == 0.30
    assert access.value("required_turnover", 0) == 0.0
    assert load_scenario("insertion").levers.value("social_coverage", 24) == 0.30
    reserved = load_scenario("reserved").levers
    assert reserved.value("reserved_share", 0) == 0.002
    assert reserved.value("reserved_share", 48) == 0.01
    assert load_scenario("lowest-price").levers.value("price_weight", 0) == 0.80


def test_full_spaser_is_the_three_together() -> None:
    library = load_library()
    together = library["insertion"] | library["access"] | library["reserved"]
    assert together.digest() == library["full-spaser"].digest()
    assert together.name == "insertion+access+reserved"


def test_composition_lets_the_right_one_win_even_back_to_current_practice() -> None:
    wide = Scenario("wide", levers=Levers({"sourcing_breadth": 0.5, "allotment": 0.5}))
    back = Scenario("back", levers=Levers({"allotment": load_levers()["allotment"].current}))
    assert (wide | back).levers.changed() == ("sourcing_breadth",)
    assert (back | wide).digest() == wide.digest()


def test_hash_depends_on_what_is_done_not_on_texts() -> None:
    one = Scenario("one", "why", Levers({"allotment": 0.5}))
    two = Scenario("two", "another why", Levers({"allotment": {"value": 0.5}}))
    assert one.digest() == two.digest() != Scenario("one").digest()
    assert json.loads(one.canonical_json()) == {"levers": {"allotment": 0.5}}
    assert pickle.loads(pickle.dumps(one)) == one
    assert hash(one) == hash(pickle.loads(pickle.dumps(one)))


def test_law_is_part_of_what_is_done_and_composes() -> None:
    change = {"turnover_cap": {"value": 1.0, "from": "2028-01-01"}}
    one = Scenario("one", law=Amendments(change))
    other = Scenario(
        "other",
        levers=Levers({"allotment": 0.5}),
        law=Amendments({"turnover_cap": {"value": 2.0, "from": "2028-01-01"}}),
    )
    assert not one.changes_nothing and one.digest() != Scenario("x").digest()
    steps = [["2027-01-01", 1.5], ["2028-01-01", 1.0]]
    assert one.canonical() == {"levers": {}, "law": {"turnover_cap": {"steps": steps}}}
    assert (one | other).law == other.law and (other | one).law == one.law
    assert (other | one).levers == other.levers


def test_the_law_of_a_file_is_read_and_joins_that_of_its_parts(tmp_path: Path) -> None:
    text = """name = "mine"
why = ""
includes = ["access"]
[law]
spaser_threshold = { value = 20_000_000, from = "2028-01-01" }
social_execution_above_formal = { from = 2029-01-01 }
"""
    scenario = load_scenario(write(tmp_path, text))
    assert scenario.law.changed() == ("social_execution_above_formal", "spaser_threshold")
    assert scenario.levers == load_scenario("access").levers


def test_a_users_file_is_read(tmp_path: Path) -> None:
    text = 'name = "mine"\nwhy = "to see"\n[levers]\nallotment = 0.3\n'
    scenario = load_scenario(write(tmp_path, text))
    assert (scenario.name, scenario.why) == ("mine", "to see")
    assert scenario.levers.changed() == ("allotment",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('name = "x"', "missing field 'why'"),
        ('name = "x"\nwhy = ""\nlever = 1', "unknown field 'lever'; did you mean 'levers'"),
        ('name = "x"\nwhy = ""\n[levers]\nallotement = 1', "did you mean 'allotment'"),
        ('name = "x"\nwhy = ""\n[levers]\nallotment = 3', "out of bounds: 0 to 1"),
        ('name = "x"\nwhy = ""\n[levers]\nlocal_bonus = 1', "Ventenac"),
        ('name = "x"\nwhy = ""\nlevers = 3', "'levers' must be a table"),
        ('name = "x"\nwhy = ""\nlaw = 3', "'law' must be a table with one key a rule"),
        ('name = "x"\nwhy = ""\n[law]\nturnover_cape = 3', "did you mean 'turnover_cap'"),
        ('name = 3\nwhy = ""', "'name' must be a text"),
        ('name = ""\nwhy = ""', "must be one line"),
        ('name = "x"\nwhy = ""\nincludes = ["acess"]', "did you mean 'access'"),
        ('name = "baseline"\nwhy = ""\n[levers]\nallotment = 1', "kept for current practice"),
        ("name = [", "not valid TOML"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(AncrageError, match=expected) as refusal:
        load_scenario(write(tmp_path, text))
    assert "\n" not in str(refusal.value)


def test_unknown_names_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AncrageError, match="Unknown scenario 'acces'; did you mean 'access'"):
        load_scenario("acces")
    with pytest.raises(AncrageError, match="cannot be read"):
        load_scenario(str(tmp_path / "none.toml"))
