"""The sectors of activity: codes, labels and which of them have firms in a territory."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Sector:
    """One activity of the A38 nomenclature, with its labels in both languages.

    ``skills`` is the family of skills that its staff have (`SKILL_FAMILIES`). ``essential_input``:
    firms that lack its products stop, under the rule ``mixed`` of systemic risk.
    """

    code: str
    label_fr: str
    label_en: str
    in_model: bool = True
    skills: str = "services"
    essential_input: bool = False


SKILL_FAMILIES = ("building", "services", "industry")
"""Families of skills: people seldom pass from one to another without training."""


def _read() -> tuple[Sector, ...]:
    table = tomllib.loads(files(__package__).joinpath("sectors.toml").read_text(encoding="utf-8"))
    return tuple(Sector(**row) for row in table["sector"])


ALL_SECTORS: tuple[Sector, ...] = _read()
"""The 36 activities of the embedded table, in its order."""

SECTORS: tuple[str, ...] = tuple(s.code for s in ALL_SECTORS if s.code != "UZ")
"""Codes of the 35 sectors that have output in France (extraterritorial bodies have none)."""

MODEL_SECTORS: tuple[str, ...] = tuple(s.code for s in ALL_SECTORS if s.in_model)
"""Codes of the 32 sectors that have firms in a simulated territory."""

SECTOR_INDEX: dict[str, int] = {code: i for i, code in enumerate(MODEL_SECTORS)}
"""Position of each code in `MODEL_SECTORS`."""


def skills_of(code: str) -> str:
    """Return the family of skills of a sector's staff; services for codes of other tables."""
    return next((s.skills for s in ALL_SECTORS if s.code == code), "services")


def essential_input(code: str) -> bool:
    """Return whether firms that lack a sector's products stop; False for codes of other tables."""
    return any(s.code == code and s.essential_input for s in ALL_SECTORS)


def sector(code: str) -> Sector:
    """Return the sector of a code.

    Raises
    ------
    KeyError
        If no sector has this code.
    """
    for one in ALL_SECTORS:
        if one.code == code:
            return one
    raise KeyError(code)
