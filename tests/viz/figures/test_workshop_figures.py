"""Figures of the workshop: guesses, target, votes, replay of a change."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from scenarios.compared import Comparison
from viz.figures.guesses import asked_unit, guesses
from viz.figures.replay import replay, what_moved
from viz.figures.target import SERIES, reached, target_figure
from viz.figures.votes import votes
from viz.texts import Language
from viz.workshop.guesses import Guess
from viz.workshop.narrow import narrowed, rebased

Shifted = Callable[..., Comparison]
ANSWERS = (Guess("DUNE", 90.0, 110.0), Guess("QUAI", 300.0, 300.0), Guess("PORT", 105.0, 400.0))


def test_guesses_stand_beside_the_simulated_interval(shifted: Shifted) -> None:
    comparison = shifted(jobs_present=(100.0, 10.0))
    figure = guesses(comparison, "jobs_present", ANSWERS, "fr")
    row = comparison.row("more-lots", "jobs_present")
    assert figure.rows[-1][1:] == pytest.approx((row.low, row.difference, row.high))
    assert [line[0] for line in figure.rows] == ["DUNE", "QUAI", "PORT", "Simulation"]
    assert "2 sur 3" in figure.why[0] and figure.why[0].endswith("\u00a0: 1.")
    assert "9 simulations sur 10" in figure.title
    json.dumps(figure.option, allow_nan=False)


def test_guesses_meet_a_point_alone_under_five_pairs(early_comparison: Comparison) -> None:
    part = narrowed(early_comparison, ["more-lots"])
    figure = guesses(part, "jobs_present", ANSWERS, "fr")
    assert "rovisoire" in figure.title and figure.why == ()
    assert "markArea" not in figure.option_json()


def test_amounts_are_asked_in_millions_whatever_comes_out() -> None:
    assert asked_unit("public_cost", "fr") == ("M€", 1e6)
    assert asked_unit("public_cost", "en") == ("€M", 1e6)
    assert asked_unit("jobs_present", "fr") == ("ETP", 1.0)


def test_a_target_counts_the_pairs_that_reach_it(shifted: Shifted) -> None:
    comparison = shifted(jobs_present=(100.0, 10.0))
    differences = (
        comparison.quarterly_values[:, 1, -1, 0] - comparison.quarterly_values[:, 0, -1, 0]
    )
    middle = float(np.median(differences))
    count, of = reached(comparison, "jobs_present", middle, "differences")
    assert (count, of) == (int((differences >= middle).sum()), 8) and 0 < count < 8
    assert reached(comparison, "jobs_present", 1e6, "differences") == (0, 8)
    figure = target_figure(comparison, "jobs_present", middle, "fr", "differences")
    assert f"dans {count} simulations sur 8" in figure.title
    assert "aucune des 8" in target_figure(comparison, "jobs_present", 9e6, "fr", "levels").title
    lines = [one for one in json.loads(figure.option_json())["series"] if one.get("id") == SERIES]
    assert len(lines) == 1 and set(lines[0]["data"]) == {middle}


def test_less_is_better_for_costs(shifted: Shifted) -> None:
    comparison = shifted(public_cost=(-2e6, 1e5))
    assert reached(comparison, "public_cost", -1e5, "differences")[0] > 0
    assert reached(comparison, "public_cost", -1e9, "differences")[0] == 0


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_target_is_found_under_five_pairs(
    early_comparison: Comparison, language: Language
) -> None:
    part = narrowed(early_comparison, ["more-lots"])
    figure = target_figure(part, "jobs_present", 1.0, language, "differences")
    assert "rovis" in figure.title and "(3 pair" in figure.title


def test_parts_of_a_comparison_come_from_the_same_runs(fake_comparison: Comparison) -> None:
    for name in ("more-lots", "nothing"):
        part = narrowed(fake_comparison, [name])
        assert part.row(name, "jobs_present") == fake_comparison.row(name, "jobs_present")
        assert part.monthly.shape[0] == 2
    with pytest.raises(KeyError):
        narrowed(fake_comparison, ["unknown"])


def test_a_change_is_told_of_the_differences_between_both(fake_comparison: Comparison) -> None:
    change = rebased(fake_comparison, "nothing", "more-lots").row("more-lots", "jobs_present")
    direct = fake_comparison.row("more-lots", "jobs_present")
    # a scenario that changes nothing is the baseline
    assert (change.difference, change.low) == pytest.approx((direct.difference, direct.low))
    figure = replay(fake_comparison, "nothing", "more-lots", "jobs_present", "fr")
    assert "réglage précédent" in figure.title and len(figure.rows) == 3
    back = replay(fake_comparison, "more-lots", "more-lots", "jobs_present", "fr")
    assert "aucune différence avec le réglage précédent" in back.title
    before, after = what_moved(*reversed(fake_comparison.scenarios), "fr")
    assert before == "Les pratiques actuelles." and "50" in after


def test_votes_keep_those_who_think_otherwise() -> None:
    figure = votes("Que faire ?", ("Oui", "Non"), (7, 5), "Trop tôt.", "fr")
    assert "7 voix sur 12" in figure.title and "5 pensent autrement" in figure.title
    assert "Trop tôt." in figure.caption and len(figure.rows) == 2
    assert "galité" in votes("?", ("Oui", "Non"), (5, 5), "", "fr").title
    assert "unanimité" in votes("?", ("Oui", "Non"), (5, 0), "", "fr").title
    assert votes("?", ("Oui", "Non"), (0, 0), "", "fr").title == "Aucun vote encore"
