"""The baseline stays within the published ranges that must hold (`docs/validation.md`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from model import TerritoryModel
from model.errors import AncrageError
from scenarios.validation.award_log import AwardLog, measure_awards, price_slope
from scenarios.validation.patterns import load_patterns
from scenarios.validation.report import replace_block

DOCUMENT = Path(__file__).parents[2] / "docs" / "validation.md"


@pytest.fixture(scope="module")
def log() -> AwardLog:
    return AwardLog.of(TerritoryModel("cote-opale", rng=1, keep_awards=True).run(36))


@pytest.fixture(scope="module")
def figures(log: AwardLog) -> dict[str, float]:
    return measure_awards(log)


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        ("bids_mean", 3.0, 6.0),
        ("single_bid", 0.15, 0.25),
        ("sme_number", 0.55, 0.70),
        ("considerations_number", 0.10, 0.16),
        ("territory_number", 0.45, 0.70),
        ("territory_value", 0.45, 0.70),
    ],
)
def test_the_baseline_is_within_published_ranges(
    figures: dict[str, float], key: str, low: float, high: float
) -> None:
    assert low <= figures[key] <= high


def test_the_price_falls_with_bidders(log: AwardLog) -> None:
    assert price_slope(log, log.awarded & log.competed & (log.bids >= 1)) < 0.0


def test_every_figure_of_the_log_is_a_pattern_or_feeds_one(figures: dict[str, float]) -> None:
    keys = {pattern.key for pattern in load_patterns()}
    parts = {
        "bids_building_40k",
        "sme_number_local",
        "sme_number_national",
        "sme_value_national",
        "epci_value",
        "insertion_hours_due",
        "census_value_eur",
    }
    assert set(figures) - keys == parts


def test_every_pattern_is_in_the_document() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for pattern in load_patterns():
        assert f"| {pattern.label} | {pattern.filter} |" in text


def test_a_model_without_a_log_is_refused() -> None:
    with pytest.raises(ValueError, match="keep_awards"):
        AwardLog.of(TerritoryModel("cote-opale", burn_in=False))


def test_only_the_generated_part_is_replaced() -> None:
    text = "a\n<!-- generated: x -->\nold\n<!-- end: x -->\nb"
    assert replace_block(text, "x", "new") == (
        "a\n<!-- generated: x -->\n\nnew\n\n<!-- end: x -->\nb"
    )
    with pytest.raises(AncrageError, match="no part"):
        replace_block(text, "y", "new")
