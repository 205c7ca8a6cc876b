"""Findings in words: numbers with their unit, intervals, horizon, and how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from model.indicators import Indicator, load_indicators
from scenarios.compared import Comparison
from scenarios.results import ResultRow
from scenarios.schema import Scenario
from scenarios.statistics import PAIRS_FOR_A_BAND
from viz.figures.figure import Column, Figure
from viz.numbers import ABSENT, decimals_for, number, percent
from viz.sentences import edited_words, readiness
from viz.tables import SHARES
from viz.texts import Language, semicolon_in, spaced, text, words_of

Verdict = Literal["provisional", "undefined", "none", "zero", "up", "down"]

PUBLIC_COST = "public_cost"
"""Indicators of net public cost start so; their relative is a share of purchases."""

_UNITLESS = ("ratio", "index")
_THOUSANDS = 1e5
"""From this on, differences of what is not euros are written in thousands."""
_STEPS = ((1e6, "M€", "€M"), (1e3, "k€", "€k"), (1.0, "€", "€"))


words = words_of("figures")
"""Texts of the figures."""


class Study(Protocol):
    """What captions say of pairs of runs: a comparison, or a study of resilience."""

    @property
    def territory(self) -> str: ...
    @property
    def start(self) -> str: ...
    @property
    def months(self) -> int: ...
    @property
    def pairs(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def central(self) -> bool: ...
    @property
    def context(self) -> Scenario: ...
    @property
    def overrides(self) -> tuple[tuple[str, float], ...]: ...


@dataclass(frozen=True, slots=True)
class Measure:
    """How the numbers of an indicator are written: divided by ``scale``, so many decimals."""

    unit: str
    scale: float
    decimals: int
    level_unit: str
    level_scale: float
    level_decimals: int
    language: Language

    def change(self, value: float | None) -> str:
        """Write a difference, with its sign and without its unit."""
        return number(_over(value, self.scale), self.decimals, self.language, signed=True)

    def level(self, value: float | None) -> str:
        """Write a level, without its unit."""
        return number(_over(value, self.level_scale), self.level_decimals, self.language)

    def scaled(self, value: float | None) -> float | None:
        """Return a difference in the unit written."""
        return _over(value, self.scale)

    def level_scaled(self, value: float | None) -> float | None:
        """Return a level in the unit written."""
        return _over(value, self.level_scale)

    def change_column(self, key: str, label: str, more_decimals: int = 0) -> Column:
        """Return a column of differences."""
        return Column(key, label, self.unit, self.decimals + more_decimals, signed=True)

    def level_column(self, key: str, label: str) -> Column:
        """Return a column of levels."""
        return Column(key, label, self.level_unit, self.level_decimals)

    @property
    def suffix(self) -> str:
        """Unit of a difference after a number, with its no-break space."""
        return f"\u00a0{self.unit}" if self.unit else ""


def _over(value: float | None, scale: float) -> float | None:
    return None if value is None else value / scale


def _amount(values: Sequence[float | None], language: Language) -> tuple[float, str]:
    """Return the step of euros that fits the largest value, and its name."""
    size = max((abs(v) for v in values if v is not None), default=0.0)
    for scale, french, english in _STEPS:
        if size >= scale or scale == 1.0:
            return scale, french if language == "fr" else english
    raise AssertionError


def _change_decimals(rows: Sequence[ResultRow], scale: float) -> int:
    """Return decimals for two significant digits of the largest number of some rows.

    One more where the end of an interval that excludes zero would be written as zero.
    """
    values = [v / scale for r in rows for v in (r.difference, r.low, r.high) if v is not None]
    decimals = max(0, decimals_for(list(values)) - 1)
    sure = [row for row in rows if verdict(row) in ("up", "down")]
    ends = [abs(v) / scale for row in sure for v in (row.low, row.high) if v is not None]
    return decimals + any(end < 0.5 * 10.0**-decimals for end in ends)


def _thousands(unit: str, language: Language) -> str:
    """Return the unit of numbers written in thousands: "milliers d'heures"."""
    key = "thousands_elided" if unit[0].lower() in "aehiouyé" else "thousands"
    return words(key, language, unit=unit)


def measure(entry: Indicator, rows: Sequence[ResultRow], language: Language) -> Measure:
    """Return how an indicator is written where these rows are shown together."""
    changes = [v for row in rows for v in (row.difference, row.low, row.high)]
    levels = [v for row in rows for v in (row.baseline, row.value)]
    scale = level_scale = 1.0
    if entry.unit.startswith("EUR"):
        scale, unit = _amount(changes, language)
        level_scale, level_unit = _amount(levels, language)
    else:
        level_unit = unit = entry.unit_fr if language == "fr" else entry.unit
        if entry.unit in _UNITLESS:
            level_unit = unit = ""
        elif entry.unit == "%":
            unit = text("points", language, table="figures")
        elif max((abs(v) for v in changes if v is not None), default=0.0) >= _THOUSANDS:
            scale, unit = 1e3, _thousands(unit, language)
    decimals = max(_change_decimals(rows, scale), 1 if entry.unit in SHARES else 0)
    level_decimals = entry.decimals
    if entry.unit.startswith("EUR"):
        level_decimals = min(1, decimals_for([_over(v, level_scale) for v in levels]))
    return Measure(unit, scale, decimals, level_unit, level_scale, level_decimals, language)


def label_of(indicator: str, language: Language) -> str:
    """Return the label of an indicator."""
    return str(getattr(load_indicators()[indicator], f"label_{language}"))


def lowered(label: str) -> str:
    """Return a label as it stands within a sentence; acronyms keep their capitals."""
    return label if label[1:2].isupper() else label[0].lower() + label[1:]


def measure_of_rows(rows: Sequence[ResultRow], language: Language) -> Measure:
    """Return how rows of indicators of one unit are written together."""
    return measure(load_indicators()[rows[0].indicator], rows, language)


def inline(label: str) -> str:
    """Return a label as one of a list: lower case, what follows a comma in brackets."""
    head, _, tail = lowered(label).partition(", ")
    return f"{head} ({tail})" if tail else head


def verdict(row: ResultRow, *, of_mean: bool = False) -> Verdict:
    """Say what the interval of a row allows to say, of one simulation or of the mean."""
    low, high = (row.mean_low, row.mean_high) if of_mean else (row.low, row.high)
    if row.difference is None:
        return "undefined"
    if low is None or high is None:
        return "provisional"
    if low == high == 0.0:
        return "none"
    if low <= 0.0 <= high:
        return "zero"
    return "up" if low > 0.0 else "down"


def plain_relative(row: ResultRow) -> float | None:
    """Return the relative difference of a row in per cent, where its baseline is a level."""
    entry = load_indicators()[row.indicator]
    if entry.unit in SHARES or entry.difference_only or row.relative is None:
        return None
    return 100.0 * row.relative


def verdict_text(row: ResultRow, language: Language, *, of_mean: bool = False) -> str:
    """Write the verdict for a table; a dash where there is none."""
    found = verdict(row, of_mean=of_mean)
    keys = {"up": "up", "down": "down", "zero": "zero_short", "none": "none"}
    return words(keys[found], language) if found in keys else ABSENT


def between(row: ResultRow, written: Measure) -> str:
    """Write the interval of one simulation: "entre +120 et +310 ETP"."""
    ends = {"low": written.change(row.low), "high": written.change(row.high)}
    return words("between", written.language, unit=written.suffix, **ends)


def interval(low: float | None, high: float | None, written: Measure) -> str:
    """Write an interval in brackets; a dash where there is none."""
    if low is None or high is None:
        return ABSENT
    # never cut between its ends
    return f"[{written.change(low)}\u00a0;\u00a0{written.change(high)}]"


def relative_of(comparison: Comparison, row: ResultRow) -> float | None:
    """Return the relative difference; of net public cost, the difference over all purchases."""
    entry = load_indicators()[row.indicator]
    if entry.key.startswith(PUBLIC_COST):
        paid = [
            comparison.row(row.scenario, key).baseline
            for key in ("paid_local_holders", "paid_outside_holders")
        ]
        total = sum(p or 0.0 for p in paid)
        return None if row.difference is None or total <= 0.0 else row.difference / total
    if entry.unit in SHARES or entry.difference_only:
        return None
    return row.relative


def relative_text(comparison: Comparison, row: ResultRow, language: Language) -> str:
    """Write the relative difference; a dash where it has no meaning."""
    share = relative_of(comparison, row)
    if share is None:
        return ABSENT
    decimals = max(1, min(2, decimals_for([100.0 * share]) - 1))
    return percent(share, language, decimals, signed=True)


def effect(row: ResultRow, written: Measure) -> str:
    """Write what a row says in a few words, never beyond its interval."""
    language = written.language
    found = verdict(row)
    if found in ("undefined", "none"):
        return words(found, language)
    mean = f"{written.change(row.difference)}{written.suffix}"
    if found == "provisional":
        return mean
    spread = interval(row.low, row.high, written)
    if found == "zero":
        return f"{words('zero', language)}, {mean} {spread}"
    return f"{mean} {spread}"


def finding(comparison: Comparison, rows: Sequence[ResultRow], language: Language) -> str:
    """State the effect of each scenario on one indicator, with its uncertainty.

    Parameters
    ----------
    rows
        One row a scenario, all of one indicator.
    """
    entry = load_indicators()[rows[0].indicator]
    label: str = getattr(entry, f"label_{language}")
    written = measure(entry, rows, language)
    if comparison.pairs < PAIRS_FOR_A_BAND:
        return words("provisional", language, label=label, pairs=pairs_text(comparison, language))
    if len(rows) == 1:
        row = rows[0]
        found = verdict(row)
        if found in ("undefined", "provisional"):
            return f"{label}{' : ' if language == 'fr' else ': '}{words('undefined', language)}"
        key = {"none": "one_none", "zero": "one_zero"}.get(found, "one")
        share = relative_text(comparison, row, language)
        kind = "relative_purchases" if entry.key.startswith(PUBLIC_COST) else "relative"
        relative = "" if share == ABSENT else words(kind, language, relative=share)
        low_high = between(row, written)
        return words(key, language, label=label, low_high=low_high, relative=relative)
    parts: list[str] = []
    for row in rows:
        found = verdict(row)
        low_high = between(row, written)
        if found in ("undefined", "provisional"):
            low_high = words("undefined", language)
        key = {"none": "part_none", "zero": "part_zero"}.get(found, "part")
        parts.append(words(key, language, scenario=row.scenario, low_high=low_high))
    joint = semicolon_in(language)
    return words("several", language, label=label, parts=joint.join(parts))


def pairs_text(study: Study, language: Language) -> str:
    """Write the number of pairs."""
    key = "pairs_one" if study.pairs == 1 else "pairs_many"
    return text(key, language, pairs=study.pairs)


def period(study: Study, language: Language) -> str:
    """Write the months that were simulated: whole years, or first and last month."""
    year, month = (int(part) for part in study.start.split("-"))
    last = year * 12 + month - 1 + study.months - 1
    if month == 1 and study.months % 12 == 0:
        if study.months == 12:
            return str(year)
        return words("period_years", language, first=year, last=last // 12)
    ends = {"first": f"{month:02d}/{year}", "last": f"{last % 12 + 1:02d}/{last // 12}"}
    return words("period_months", language, **ends)


def seeds_text(study: Study, language: Language) -> str:
    """Write the seeds: the first and the last."""
    last = study.seed + study.pairs - 1
    if last == study.seed:
        return str(last)
    return f"{study.seed}{' à ' if language == 'fr' else ' to '}{last}"


def caption(study: Study, language: Language, *notes: str) -> str:
    """Say the horizon, the pairs, how far figures carry, and how marks are read."""
    values = {
        "period": period(study, language),
        "months": study.months,
        "pairs": pairs_text(study, language),
        "seeds": seeds_text(study, language),
    }
    parts = [words("caption", language, **values)]
    if not study.context.changes_nothing:
        parts.append(words("context", language, name=study.context.name))
    if study.overrides:
        parts.append(edited_words(study.overrides, language))
    parts += readiness(study.pairs, study.months, study.central, language)
    return " ".join([*parts, *notes])


def is_provisional(study: Study) -> bool:
    """Whether there are too few pairs for an interval or a finding."""
    return study.pairs < PAIRS_FOR_A_BAND


def spaced_figure(figure: Figure, language: Language) -> Figure:
    """Return a figure whose sentences are spaced as French asks."""
    return replace(
        figure,
        title=spaced(figure.title, language),
        caption=spaced(figure.caption, language),
        description=spaced(figure.description, language),
        why=tuple(spaced(line, language) for line in figure.why),
        sources=tuple(spaced(line, language) for line in figure.sources),
    )
