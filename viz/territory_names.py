"""Names of embedded territories as readers know them."""

from __future__ import annotations

from viz.texts import Language, text


def territory_name(key: str, language: Language) -> str:
    """Return the name of a territory; its key where none is known."""
    try:
        return text(f"territory_{key}", language, table="report")
    except KeyError:
        return key
