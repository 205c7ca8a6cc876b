"""Numbers for people, in French or English writing."""

from __future__ import annotations

import math

from viz.texts import Language

_MINUS = "−"
_NARROW = "\u202f"
ABSENT = "–"
_NEGLIGIBLE = 0.005
"""What rounds to zero at two decimals."""


def number(value: float | None, decimals: int, language: Language, *, signed: bool = False) -> str:
    """Write a number with so many decimals; a dash where there is none.

    French: narrow spaces between thousands and a decimal comma; English: commas and a point.
    """
    if value is None or not math.isfinite(value):
        return ABSENT
    written = f"{abs(value):,.{decimals}f}"
    if language == "fr":
        written = written.replace(",", _NARROW).replace(".", ",")
    is_zero = not any(c in "123456789" for c in written)
    if value < 0 and not is_zero:
        return _MINUS + written
    return ("+" if signed and not is_zero else "") + written


def decimals_for(values: list[float | None], least: int = 0) -> int:
    """Return how many decimals show three significant digits of the largest value."""
    sizes = [abs(v) for v in values if v is not None and math.isfinite(v)]
    size = max(sizes, default=0.0)
    if size < _NEGLIGIBLE:
        return least
    return max(least, min(4, 2 - math.floor(math.log10(size))), 0)


def percent(
    share: float | None, language: Language, decimals: int = 1, *, signed: bool = False
) -> str:
    """Write a share of 1 as per cent."""
    if share is None or not math.isfinite(share):
        return ABSENT
    space = "\u00a0"
    return number(100.0 * share, decimals, language, signed=signed) + f"{space}%"


def _shortest(value: float) -> int:
    """Return how many decimals, up to two, write the value without loss."""
    return next((d for d in (0, 1) if abs(value - round(value, d)) < 1e-9), 2)


def shortest(value: float, most: int = 6) -> int:
    """Return how many decimals write a hypothesis without loss, six significant digits at most."""
    written = f"{value:.{most}g}"
    digits = f"{float(written):.12f}".rstrip("0")
    return len(digits.partition(".")[2])


def shown_scale(unit: str) -> float:
    """Return by what a value in this unit is multiplied to be shown: shares are per cent."""
    return 100.0 if unit.startswith("share") else 1.0


def lever_value(value: float, unit: str, language: Language) -> str:
    """Write the value of a lever with its unit."""
    if unit.startswith("share"):
        return percent(value, language, _shortest(100.0 * value))
    if unit == "0 or 1":
        yes, no = ("oui", "non") if language == "fr" else ("yes", "no")
        return yes if value > 0.5 else no
    written = number(value, _shortest(value), language)
    french = {
        "days": "jours",
        "FTE": "ETP",
        "x estimated lot value": "× valeur du lot",
        "EUR a year": "EUR par an",
        "places a year": "places par an",
        "FTE for 50 M EUR of purchases": "ETP pour 50 M€ d'achats",
        "months of notice": "mois de préavis",
    }
    english = {"x estimated lot value": "× lot value"}
    name = french.get(unit, unit) if language == "fr" else english.get(unit, unit)
    return f"{written}\u00a0{name}"


def lever_bounds(low: float, high: float, unit: str, language: Language) -> str:
    """Write the bounds of a lever, the unit once."""
    scale = shown_scale(unit)
    first = number(scale * low, _shortest(scale * low), language)
    return f"{first}–{lever_value(high, unit, language)}"


def rule_bounds(low: float, high: float, unit: str, language: Language) -> str:
    """Write the bounds of a legal rule, the unit once."""
    scale = shown_scale(unit)
    first = number(scale * low, _shortest(scale * low), language)
    return f"{first}–{rule_value(high, unit, language)}"


def rule_value(value: float, unit: str, language: Language) -> str:
    """Write the value of a legal rule with its unit."""
    if unit.startswith("share"):
        return percent(value, language, _shortest(100.0 * value))
    french = {
        "EUR excl. VAT": "EUR HT",
        "EUR excl. VAT a year": "EUR HT par an",
        "EUR a year": "EUR par an",
        "EUR an invoice": "EUR par facture",
        "days": "jours",
        "months": "mois",
        "years": "ans",
        "x estimated lot value": "× valeur du lot",
        "points above the ECB rate": "points au-dessus du taux BCE",
        "product families": "familles de produits",
    }
    english = {"x estimated lot value": "× lot value", "0 or 1": ""}
    names = french | {"0 or 1": ""} if language == "fr" else english
    return f"{number(value, _shortest(value), language)}\u00a0{names.get(unit, unit)}".strip()
