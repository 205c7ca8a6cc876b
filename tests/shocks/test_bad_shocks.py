"""Bad shocks: each is refused in one sentence that names what is wrong and what is possible."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from model.errors import AncrageError
from model.hypotheses import HypothesisValues
from model.shocks.plan import ShockPlan, row_to_close
from model.shocks.shock import Shocks, parse_shock
from scenarios.library.reading import load_scenario, load_shock, load_shocks, parse_scenario

if TYPE_CHECKING:
    from model.territory.territory import Territory
    from tests.conftest import MakeTerritory

RECESSION = {"kind": "recession", "depth": 0.1}
IMPORTS = {"kind": "import-interruption", "depth": 0.5}


def refusal(raw: object) -> str:
    with pytest.raises(AncrageError) as caught:
        parse_shock(raw)
    said = str(caught.value)
    assert "\n" not in said
    assert said.endswith((".", "?")) or "known names" in said, said
    return said


MALFORMED: list[tuple[object, str]] = [
    ("recession", "A shock must be a table with a 'kind', got 'recession'."),
    (3, "A shock must be a table with a 'kind', got 3."),
    ({}, "Unknown kind of shock 'None'; give its 'kind'."),
    ({"kind": "recesion", "depth": 0.1}, "'recesion'; did you mean 'recession'?"),
    ({"kind": 7, "depth": 0.1}, "Unknown kind of shock '7'"),
    ({**RECESSION, "dept": 0.1}, "'recession': unknown field 'dept'; did you mean 'depth'?"),
    ({"kind": "recession"}, "'recession': give its 'depth' (share of private demand)."),
    ({**RECESSION, "depth": "0.1"}, "depth '0.1' is not a number."),
    ({**RECESSION, "depth": True}, "depth True is not a number."),
    ({**RECESSION, "depth": math.nan}, "depth nan is not a number."),
    ({**RECESSION, "depth": math.inf}, "depth inf is not a number."),
    ({**RECESSION, "depth": 1.01}, "depth = 1.01 is out of bounds: 0 to 1 (share of private"),
    ({**RECESSION, "depth": -0.01}, "depth = -0.01 is out of bounds: 0 to 1"),
    ({"kind": "budget-cut", "depth": 0.6}, "out of bounds: 0 to 0.5 (share of envelopes)."),
    ({"kind": "firm-closure", "depth": 0.5}, "out of bounds: 1 to 1 (share of the firm)."),
    ({"kind": "large-site", "depth": 6000}, "out of bounds: 0 to 5000 (FTE)."),
    ({**RECESSION, "duration_months": 0}, "duration_months must be a whole number from 1 to 600"),
    ({**RECESSION, "duration_months": -3}, "whole number from 1 to 600, got -3."),
    ({**RECESSION, "duration_months": 2.5}, "whole number from 1 to 600, got 2.5."),
    ({**RECESSION, "duration_months": 601}, "whole number from 1 to 600, got 601."),
    ({**RECESSION, "duration_months": True}, "whole number from 1 to 600, got True."),
    ({**RECESSION, "duration_months": "3"}, "whole number from 1 to 600, got '3'."),
    ({**RECESSION, "duration_months": math.nan}, "whole number from 1 to 600, got nan."),
    ({**RECESSION, "recovery_months": -1}, "recovery_months must be a whole number from 0 to 600"),
    ({**RECESSION, "recovery_months": 1.5}, "whole number from 0 to 600, got 1.5."),
    ({**RECESSION, "recovery": "slow"}, "one of sudden, linear, exponential, none, got 'slow'."),
    ({**RECESSION, "start_month": -1}, "start_month must be a whole number from 0 to 600"),
    ({**RECESSION, "start_month": 1.0}, "whole number from 0 to 600, got 1.0."),
    ({**RECESSION, "start": "2026-12"}, "'2026-12' is not within the 600 months from 2027-01 on"),
    ({**RECESSION, "start": "2080-01"}, "'2080-01' is not within the 600 months from 2027-01 on"),
    ({**RECESSION, "start": "2030-13"}, "must be a month such as '2030-01', got '2030-13'."),
    ({**RECESSION, "start": "2030"}, "must be a month such as '2030-01', got '2030'."),
    ({**RECESSION, "start": 2030}, "must be a month such as '2030-01', got 2030."),
    ({**RECESSION, "start": "2030-01", "start_month": 3}, "either 'start' or 'start_month', not"),
    ({**RECESSION, "announced_months": 3}, "an announcement would change nothing; leave"),
    ({**IMPORTS, "announced_months": -1}, "announced_months must be a whole number from 0 to 600"),
    ({**IMPORTS, "announced_months": 0.5}, "whole number from 0 to 600, got 0.5."),
    ({**RECESSION, "sectors": ["CA"]}, "cannot be narrowed by 'sectors'; it can by nothing"),
    ({**IMPORTS, "epci": ["1"]}, "cannot be narrowed by 'epci'; it can by sectors, origin."),
    ({**IMPORTS, "firm": "CA-0001"}, "cannot be narrowed by 'firm'; it can by sectors, origin."),
    ({"kind": "budget-cut", "depth": 0.1, "sectors": ["CA"]}, "it can by buyers, kinds."),
    ({**IMPORTS, "sectors": []}, "'sectors' must be a list of at least one name, got []."),
    ({**IMPORTS, "sectors": "CA"}, "'sectors' must be a list of at least one name, got 'CA'."),
    ({**IMPORTS, "sectors": ["CA", 3]}, "must be a list of at least one name"),
    ({**IMPORTS, "origin": "mars"}, "origin must be one of abroad, outside, got 'mars'."),
    ({"kind": "firm-closure", "firm": ""}, "'firm' must be 'largest', 'systemic' or the identif"),
    ({"kind": "firm-closure", "firm": 12}, "'firm' must be 'largest', 'systemic' or the identif"),
    (
        {"kind": "budget-cut", "depth": 0.1, "kinds": ["comune"]},
        "unknown kind of buyer 'comune'; did you mean 'commune'?",
    ),
]


@pytest.mark.parametrize(("raw", "said"), MALFORMED)
def test_malformed_shocks_are_refused_in_a_sentence(raw: object, said: str) -> None:
    assert said in refusal(raw)
    with pytest.raises(AncrageError):
        Shocks([raw])


# --- Names that the territory does not have -----------------------------------------------------

UNKNOWN: list[tuple[dict[str, object], str]] = [
    ({**IMPORTS, "sectors": ["CAA"]}, "Shock 'import-interruption': there is no sector 'CAA'"),
    ({"kind": "disaster", "depth": 0.1, "epci": ["900000009"]}, "there is no EPCI '900000009'"),
    ({"kind": "budget-cut", "depth": 0.1, "buyers": ["me"]}, "there is no buyer 'me'"),
    ({"kind": "firm-closure", "firm": "CA-9999"}, "CA-9999"),
    ({"kind": "firm-closure", "firm": "nobody"}, "nobody"),
    (
        {
            "kind": "payment-freeze",
            "depth": 0.5,
            "buyers": ["commune-900000001-0001"],
            "kinds": ["hospital", "epci"],
        },
        "no buyer of the territory is both among commune-900000001-0001 and of the kinds epci, "
        "hospital; name others.",
    ),
]


@pytest.mark.parametrize(("raw", "said"), UNKNOWN)
def test_names_that_a_territory_does_not_have_are_refused(
    generated_territory: MakeTerritory, raw: dict[str, object], said: str
) -> None:
    with pytest.raises(AncrageError) as caught:
        ShockPlan(Shocks([raw]), generated_territory(), HypothesisValues())
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_a_firm_is_closed_where_it_is(
    generated_territory: MakeTerritory, code_of_firm: Callable[[Territory, int], str]
) -> None:
    t = generated_territory()
    row = int(np.flatnonzero(t.firms.output_eur)[0])
    closure = parse_shock({"kind": "firm-closure", "firm": code_of_firm(t, row)})
    assert row_to_close(closure, t) == row
    here = t.zones.keys[int(t.firms.zone[row_to_close(closure, t)])]
    elsewhere = next(key for key in t.zones.keys if key != here)
    there = {**closure.canonical(), "epci": [elsewhere]}
    with pytest.raises(AncrageError, match=r"is in Zone \d, not in the EPCI named; leave 'epci'"):
        ShockPlan(Shocks([there]), t, HypothesisValues())
    both = {**closure.canonical(), "epci": [elsewhere, here]}
    assert row_to_close(parse_shock(both), t) == row_to_close(closure, t)


def test_who_makes_nothing_cannot_close(
    generated_territory: MakeTerritory, code_of_firm: Callable[[Territory, int], str]
) -> None:
    t = generated_territory()
    idle = code_of_firm(t, int(np.flatnonzero(t.firms.output_eur == 0.0)[0]))
    closure = Shocks([{"kind": "firm-closure", "firm": idle}])
    with pytest.raises(AncrageError, match=f"'{idle}' makes nothing at the opening; name another"):
        ShockPlan(closure, t, HypothesisValues())


def test_a_sector_without_firms_is_refused_where_firms_are_meant(
    generated_territory: MakeTerritory,
) -> None:
    t = generated_territory()
    absent = sorted({"AZ", "CA", "CD", "OZ", "TZ"} - set(t.sectors.codes))
    if not absent:
        pytest.skip("every sector has firms")
    fall = {"kind": "export-fall", "depth": 0.2, "sectors": [absent[0]]}
    with pytest.raises(AncrageError, match=f"sector '{absent[0]}' has no firm here; name others"):
        ShockPlan(Shocks([fall]), t, HypothesisValues())
    # products of such sectors can lack, or become dearer
    bought = [{**IMPORTS, "sectors": [absent[0]]}]
    bought.append({"kind": "input-price-rise", "depth": 1.0, "sectors": [absent[0]]})
    ShockPlan(Shocks(bought), t, HypothesisValues())


# --- Together -----------------------------------------------------------------------------------

FALL = {"kind": "export-fall", "depth": 0.6, "start_month": 4, "duration_months": 3}
OVER: list[tuple[str, list[dict[str, object]], str]] = [
    ("everywhere", [FALL, {**FALL, "depth": 0.5}], "take 110 % of one target in month 5, over 100"),
    (
        "one in the other",
        [FALL, {**FALL, "sectors": ["CA"]}],
        "take 120 % of one target in month 5",
    ),
    ("later", [FALL, {**FALL, "start_month": 6, "depth": 0.5}], "target in month 7, over 100 %"),
    ("recovering", [FALL, {**FALL, "start_month": 8, "depth": 0.5}], "target in month 9"),
    (
        "names in common",
        [{**FALL, "sectors": ["CA", "CB"]}, {**FALL, "sectors": ["CB", "CC"]}],
        "take 120 % of one target",
    ),
    (
        "sectors and zones",
        [{**FALL, "sectors": ["CA"]}, {**FALL, "epci": ["900000001"]}],
        "take 120 % of one target",
    ),
    (
        "three",
        [
            {**FALL, "depth": 0.4 + 0.01 * k, "sectors": ["CA", f"C{x}"]}
            for k, x in enumerate("BCD")
        ],
        "take 123 % of one target",
    ),
    (
        "budgets",
        [{"kind": "budget-cut", "depth": 0.3}, {"kind": "budget-cut", "depth": 0.25}],
        "take 55 % of one target in month 37, over 50 %",
    ),
]


@pytest.mark.parametrize(("tables", "said"), [one[1:] for one in OVER], ids=[o[0] for o in OVER])
def test_depths_that_add_up_to_more_than_all_are_refused(
    tables: list[dict[str, object]], said: str
) -> None:
    with pytest.raises(AncrageError) as caught:
        Shocks(tables)
    assert said in str(caught.value) and "\n" not in str(caught.value)
    first, *others = (Shocks([table]) for table in tables)
    with pytest.raises(AncrageError, match="that overlap take"):
        for other in others:
            first |= other


@pytest.mark.parametrize(
    "tables",
    [
        [FALL, {**FALL, "depth": 0.4}],
        [FALL, {**FALL, "start_month": 40}],
        [{**FALL, "sectors": ["CA"]}, {**FALL, "sectors": ["CB"]}],
        [{**FALL, "epci": ["1"]}, {**FALL, "epci": ["2"]}],
        [{**FALL, "recovery": "sudden"}, {**FALL, "start_month": 7}],
        [FALL, {**FALL, "kind": "visitor-fall"}, {"kind": "recession", "depth": 1.0}],
        [{"kind": "input-price-rise", "depth": 2.0}, {"kind": "input-price-rise", "depth": 1.0}],
        [{"kind": "failure-wave", "depth": 5.0}, {"kind": "failure-wave", "depth": 3.0}],
    ],
)
def test_what_does_not_overlap_or_add_up_passes(tables: list[dict[str, object]]) -> None:
    assert len(Shocks(tables)) == len(tables)


# --- Files --------------------------------------------------------------------------------------


def write(folder: Path, name: str, text: str) -> str:
    path = folder / f"{name}.toml"
    path.write_text(f'name = "{name}"\nwhy = "why"\n{text}')
    return str(path)


STRIKE = '[[shocks]]\nkind = "recession"\ndepth = 0.2\n'

FILES: list[tuple[str, str]] = [
    ("", r"bad\.toml: nothing strikes in it; write its \[\[shocks\]\]"),
    ('[[shocks]]\nkind = "recession"\ndepth = 0.0\n', "nothing strikes in it"),
    (f"[levers]\nallotment = 0.5\n{STRIKE}", r"bad\.toml: a shock only strikes; put what it decid"),
    ('[shocks]\nkind = "recession"\ndepth = 0.2\n', r"bad\.toml: 'shocks' must be a list of table"),
    ('[[shocks]]\nkind = "reccesion"\ndepth = 0.2\n', r"bad\.toml: .*did you mean 'recession'\?"),
    ('[[shocks]]\nkind = "recession"\ndepth = nan\n', r"bad\.toml: .*depth nan is not a number"),
    (f'{STRIKE}[[shocks]]\nkind = "recession"\ndepth = 0.9\n', r"bad\.toml: .*take 110 % of one"),
    ("[[shock]]\n", r"bad\.toml.*shock"),
    ("[[shocks]\n", r"bad\.toml"),
]


@pytest.mark.parametrize(("text", "said"), FILES)
def test_files_that_are_no_shock_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(AncrageError, match=said) as caught:
        load_shock(write(tmp_path, "bad", text))
    assert "\n" not in str(caught.value)


def test_a_good_file_is_read_and_a_scenario_may_hold_shocks(tmp_path: Path) -> None:
    found = load_shock(write(tmp_path, "mine", STRIKE))
    assert found.shocks == Shocks([{"kind": "recession", "depth": 0.2}])
    both = load_scenario(write(tmp_path, "both", f"[levers]\nallotment = 0.5\n{STRIKE}"))
    assert both.levers.changed() and both.shocks == found.shocks
    text = f'name = "x"\nwhy = "y"\nincludes = ["access"]\n{STRIKE}'
    assert parse_scenario(text, "x").shocks == found.shocks


def test_a_shock_and_a_scenario_are_not_taken_for_each_other(tmp_path: Path) -> None:
    with pytest.raises(AncrageError, match="'recession' is a shock, not a scenario: give it with"):
        load_scenario("recession")
    with pytest.raises(AncrageError, match="'access' is a scenario, not a shock"):
        load_shock("access")
    with pytest.raises(AncrageError, match="Unknown shock 'recesion'; did you mean 'recession'"):
        load_shock("recesion")
    with pytest.raises(AncrageError, match=r"absent\.toml"):
        load_shock(str(tmp_path / "absent.toml"))


def test_two_shocks_of_one_name_are_refused(tmp_path: Path) -> None:
    mine = write(tmp_path, "recession", STRIKE)
    with pytest.raises(AncrageError, match="Two shocks are named 'recession'; give each its own"):
        load_shocks(["recession", mine])
    assert [one.name for one in load_shocks(["recession", "tourisme"])] == ["recession", "tourisme"]
