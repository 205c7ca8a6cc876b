"""Scenarios: schema, library, files and composition."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from model.errors import AncrageError
from model.procurement.amendments import Amendments
from model.procurement.levers import Levers, load_levers
from scenarios import Scenario, library_names, load_library, load_scenario


def write(folder: Path, text: str, name: str = "mine.toml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_library_holds_the_six_scenarios_each_with_its_why_in_two_lines() -> None:
    expected = (
        "baseline",
        "access",
        "insertion",
        "reserved",
        "environment",
        "lowest-price",
        "full-spaser",
    )
    assert library_names() == expected
    for name, scenario in load_library().items():
        assert scenario.name == name
        assert len(scenario.why.splitlines()) == len(scenario.why_en.splitlines()) == 2, name
        assert scenario.changes_nothing == (name == "baseline")


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
