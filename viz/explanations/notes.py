"""How an explanation was computed, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viz.explanations.words import ENABLING, label_of_player, words
from viz.figures.wording import lowered
from viz.texts import Language, semicolon_in

if TYPE_CHECKING:
    from scenarios.attribution import Explanation


def method_notes(study: Explanation, language: Language) -> list[str]:
    """Say how parts were computed, what they mean, and which levers are special."""
    coalitions = max(pair.coalitions for pair in study.runs)
    if study.orders:
        notes = [words("sampled", language, orders=study.orders)]
    else:
        notes = [words("exact", language, coalitions=coalitions)]
    notes.append(words("shares", language))
    for key, chosen in (
        ("enabling", [player for player in study.players if player.key in ENABLING]),
        ("never_acts", [player for player in study.players if player.first_month is None]),
    ):
        labels = [lowered(label_of_player(player, language)) for player in chosen]
        if labels:
            joined = semicolon_in(language).join(labels)
            joined = joined[0].upper() + joined[1:] if key == "enabling" else joined
            notes.append(words(key, language, labels=joined))
    return notes
