"""Names of the parts of a scenario and of channels, and how their numbers are written."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from model.indicators import load_indicators
from model.procurement.legal_calendar import load_rules
from model.procurement.levers import load_levers
from model.shocks.register import load_shock_kinds
from scenarios.attribution.players import WEIGHTS, Player
from scenarios.results import ResultRow
from scenarios.statistics import PAIRS_FOR_QUANTILES
from viz.figures.wording import Measure, between, lowered, measure, verdict
from viz.texts import Language, text, texts, words_of

if TYPE_CHECKING:
    from scenarios.attribution import Explanation

words = words_of("explain")

HEADLINES = (
    "jobs_present",
    "local_share_territory_value",
    "sme_share_value",
    "bids_per_tender",
    "insertion_hours",
    "public_cost",
)
"""Indicators that are explained first: printed, and in reports."""

ENABLING = ("training", "dedicated_staff")
"""Levers that change nothing alone but what others do."""


def label_of_player(player: Player, language: Language) -> str:
    """Return the name of a part of a scenario."""
    if player.key == WEIGHTS:
        return words("award_weights", language)
    if player.kind == "lever":
        entry: object = load_levers()[player.key]
    elif player.kind == "law":
        entry = load_rules()[player.key][-1]
    else:
        entry = load_shock_kinds()[player.key]
    return str(getattr(entry, f"label_{language}"))


def labels_of_players(study: Explanation, language: Language) -> dict[str, str]:
    """Return the label of each player by its name; numbered where two would be the same."""
    found: dict[str, str] = {}
    for name, player in zip(study.player_names, study.players, strict=True):
        label = label_of_player(player, language)
        again = sum(other in (label, f"{label} (2)") for other in found.values())
        found[name] = f"{label} ({again + 1})" if again else label
    return found


def channel_label(indicator: str, channel: str, language: Language) -> str:
    """Return the name of a channel of an indicator."""
    own = f"channel_{indicator}_{channel}"
    return words(own if own in texts("explain", language) else f"channel_{channel}", language)


def is_first_estimate(study: Explanation) -> bool:
    """Whether there are pairs for signs and orders of magnitude, not for full intervals."""
    return study.pairs < PAIRS_FOR_QUANTILES


def _outward(value: float, up: bool) -> float:
    """Round to one significant digit, away from the inside of an interval."""
    if value == 0.0:
        return value
    step = 10.0 ** math.floor(math.log10(abs(value)))
    rounded = math.ceil(value / step - 1e-9) if up else math.floor(value / step + 1e-9)
    return rounded * step


def told(row: ResultRow, study: Explanation) -> ResultRow:
    """Return a row as far as its pairs carry: under 30 of them, orders of magnitude."""
    if row.low is None or row.high is None or not is_first_estimate(study):
        return row
    return replace(row, low=_outward(row.low, up=False), high=_outward(row.high, up=True))


def spread_of(row: ResultRow, study: Explanation, language: Language) -> str:
    """Write the interval of a sure row; the verdict in words of any other, and no number."""
    found = verdict(row)
    if found in ("up", "down"):
        rounded = told(row, study)
        written = written_as([rounded], language)
        if is_first_estimate(study):
            written = replace(written, decimals=_needed(rounded, written.scale))
        return between(rounded, written)
    known = {"zero": "zero", "none": "none"}
    return words(known.get(found, "undefined"), language)


def _needed(row: ResultRow, scale: float) -> int:
    """Return the decimals that ends of one significant digit need."""
    ends = [abs(end) / scale for end in (row.low, row.high) if end]
    return max(0, *(-math.floor(math.log10(end) + 1e-9) for end in ends)) if ends else 0


def written_as(rows: list[ResultRow], language: Language) -> Measure:
    """Return how rows of one indicator are written together."""
    return measure(load_indicators()[rows[0].indicator], rows, language)


def spoken(label: str) -> str:
    """Return a label as it is said within a sentence: what follows its colon is left out."""
    return lowered(label.partition(":")[0].strip())


def sure_parts(rows: dict[str, ResultRow], study: Explanation, language: Language) -> list[str]:
    """Return what surely moves an indicator, the largest first: "label (between a and b)"."""
    sure = [(name, row) for name, row in rows.items() if verdict(row) in ("up", "down")]
    sure.sort(key=lambda pair: -abs(pair[1].difference or 0.0))
    return [
        words(
            "part_with",
            language,
            label=spoken(name),
            low_high=spread_of(row, study, language),
        )
        for name, row in sure
    ]


def contribution_rows(
    study: Explanation, indicator: str, language: Language
) -> dict[str, ResultRow]:
    """Return the contributions to an indicator of the territory by label of player."""
    labels = labels_of_players(study, language)
    return {labels[name]: study.contribution(name, indicator).row for name in study.player_names}


def channel_rows(study: Explanation, indicator: str, language: Language) -> dict[str, ResultRow]:
    """Return the channels of an indicator by label."""
    return {
        channel_label(indicator, row.group, language): row for row in study.channel_rows(indicator)
    }


def buyer_kind(kind: str, language: Language) -> str:
    """Return the name of one buyer of a kind."""
    own = f"buyer_{kind}"
    if own in texts("explain", language):
        return words(own, language)
    return text(f"kind_{kind}", language)
