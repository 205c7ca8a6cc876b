"""Words of references that data hold in one language."""

from __future__ import annotations

from viz.texts import Language

_FRENCH = (
    ("annex 2 of the code", "annexe 2 du code"),
    ("anticipated by the State", "anticipé par l'État"),
    (
        "made permanent on 2026-01-01 by decree 2025-1386",
        "pérennisé au 1er janvier 2026 par le décret 2025-1386",
    ),
    ("decree 2025-1386 of 29 December 2025", "décret 2025-1386 du 29 décembre 2025"),
    ("decree ", "décret "),
    (" and ", " et "),
)
_ENGLISH = (("loi Industrie verte", "green industry act"), ("loi ", "act "))


def law_words(reference: str, language: Language) -> str:
    """Return a legal reference of the registers in the reader's language."""
    for old, new in _FRENCH if language == "fr" else _ENGLISH:
        reference = reference.replace(old, new)
    return reference
