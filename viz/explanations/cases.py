"""The three followed cases in short sentences and small tables, without any name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from viz.explanations.words import buyer_kind, words
from viz.figures.network import sector_label
from viz.numbers import ABSENT, number
from viz.texts import Language

if TYPE_CHECKING:
    from scenarios.attribution.cases import Array, Case

MEASURES = {
    "buyer": ("awards_n", "local_n", "awards_eur", "bids_each", "payment_days"),
    "firm": ("won_n", "won_eur", "jobs_fte", "cash_eur", "payment_days"),
    "structure": ("won_n", "won_eur", "jobs_fte", "posts_fte", "cash_eur", "payment_days"),
}
_COUNTS = ("awards_n", "local_n", "won_n")


def write_measure(name: str, value: float, language: Language) -> str:
    """Write a measure of a case with its unit; a dash where there is none."""
    if not np.isfinite(value):
        return ABSENT
    if name.endswith("_eur"):
        scale, unit = (1e6, "M") if abs(value) >= 1e6 else (1e3, "k")
        sign = f"{unit}€" if language == "fr" else f"€{unit}"
        return f"{number(value / scale, 1 if value else 0, language)}\u00a0{sign}"
    return number(value, 0 if name in _COUNTS else 1, language)


def _change(before: float, after: float, name: str, language: Language) -> str:
    """Write both runs: "12 → 14", once where they are the same."""
    first, second = write_measure(name, before, language), write_measure(name, after, language)
    return first if first == second else f"{first} → {second}"


def _sum(values: Array) -> float:
    return float(values.sum())


def _last(values: Array) -> float:
    return float(values[-1])


def _mean(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def case_sentence(case: Case, zones: Mapping[str, str], language: Language) -> str:
    """Return what a case lived in both runs, in a sentence."""
    if case.kind == "buyer":
        how = {
            "awards": ("awards_n", _sum),
            "local": ("local_n", _sum),
            "bids": ("bids_each", _mean),
            "days": ("payment_days", _mean),
        }
        what = buyer_kind(case.what, language)
    else:
        how = {
            "won": ("won_n", _sum),
            "amount": ("won_eur", _sum),
            "jobs": ("jobs_fte", _last),
            "posts": ("posts_fte", _last),
            "cash": ("cash_eur", _last),
            "days": ("payment_days", _mean),
        }
        what = sector_label(case.what, language)
    told = {
        key: _change(of(case.baseline[name]), of(case.scenario[name]), name, language)
        for key, (name, of) in how.items()
    }
    if "won" in told:
        key = "won_one" if told["won"] in ("0", "1") else "won_many"
        told["won"] = words(key, language, won=told["won"])
    zone = zones.get(case.zone, case.zone)
    return words(f"case_{case.kind}", language, what=what, zone=zone, **told)


def case_rule(case: Case, language: Language) -> str:
    """Say how a case was chosen."""
    key = "rule" if case.touched else "untouched"
    return words(
        f"case_{key}_{case.kind}", language, touched=case.touched, considered=case.considered
    )


def case_table(case: Case, language: Language) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the heading and the rows of a case: a year a line, a measure a column."""
    names = MEASURES[case.kind]
    heading = (words("year", language), *(words(f"measure_{name}", language) for name in names))
    rows: list[tuple[str, ...]] = []
    for place, (year, months) in enumerate(case.years):
        whole = months == 12
        label = str(year) if whole else words("year_months", language, year=year, months=months)
        cells = (
            _change(
                float(case.baseline[name][place]), float(case.scenario[name][place]), name, language
            )
            for name in names
        )
        rows.append((label, *cells))
    return heading, rows
