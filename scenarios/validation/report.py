"""The generated parts of `docs/validation.md`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from model.errors import AncrageError
from model.indicators import load_indicators
from model.toml_tables import check_fields, read_toml
from scenarios.comparison import Comparison
from scenarios.validation.effects import INDICATORS, SCENARIOS, VARIANCE_YEARS, VarianceRow

TAGS = ("input", "calibrated", "predicted")
FORMS = ("number", "count", "percent", "raw-percent", "points")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A published figure: its source's filter, the range accepted, and what explains a miss."""

    key: str
    label: str
    filter: str
    source: str
    low: float
    high: float
    form: str
    tag: str
    why: str

    def shown(self, value: float) -> str:
        """Return a value of this figure as it is printed."""
        if math.isnan(value):
            return "none"
        if self.form in ("percent", "points"):
            return f"{100.0 * value:.1f}" + (" %" if self.form == "percent" else "")
        if self.form == "raw-percent":
            return f"{value:.2f} %"
        return f"{value:,.0f}" if self.form == "count" else f"{value:.2f}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the model gives for a pattern: mean and standard deviation across seeds."""

    pattern: Pattern
    mean: float
    spread: float

    @property
    def within(self) -> bool:
        """Whether the mean is in the accepted range."""
        return self.pattern.low <= self.mean <= self.pattern.high

    def as_json(self) -> dict[str, object]:
        """Return plain values."""
        p = self.pattern
        return {
            "key": p.key,
            "label": p.label,
            "filter": p.filter,
            "source": p.source,
            "low": p.low,
            "high": p.high,
            "tag": p.tag,
            "mean": None if math.isnan(self.mean) else self.mean,
            "spread": None if math.isnan(self.spread) else self.spread,
            "within": self.within,
        }


@cache
def load_patterns() -> tuple[Pattern, ...]:
    """Return the patterns, in the order of `patterns.toml`.

    Raises
    ------
    AncrageError
        A field is missing, a tag or a form is unknown, or bounds are out of order.
    """
    found: list[Pattern] = []
    for table in read_toml(Path(__file__).with_name("patterns.toml"))["pattern"]:
        where = f"patterns.toml, pattern '{table.get('key', '?')}'"
        check_fields(table, [field.name for field in fields(Pattern)], (), where)
        values: dict[str, Any] = dict(table)
        pattern = Pattern(**values)
        if pattern.tag not in TAGS or pattern.form not in FORMS or pattern.low >= pattern.high:
            raise AncrageError(f"{where}: unknown tag or form, or bounds out of order.")
        found.append(pattern)
    return tuple(found)


def findings(worlds: Sequence[Mapping[str, float]]) -> list[Finding]:
    """Return what several seeds give for every pattern."""
    found: list[Finding] = []
    for pattern in load_patterns():
        values = np.array([world[pattern.key] for world in worlds])
        spread = float(values.std(ddof=1)) if len(values) > 1 else float("nan")
        found.append(Finding(pattern, float(values.mean()), spread))
    return found


def patterns_text(
    found: Sequence[Finding], multipliers: Sequence[tuple[str, int, float, float]], seeds: int
) -> str:
    """Return the table of patterns, the misses explained, and multipliers by size."""
    lines = [
        f"Côte d'Opale, {seeds} seeds, 36 months after burn-in; value ± standard deviation between "
        "seeds.",
        "",
        _summary(found),
        "",
        "| Pattern | Filter of the source | Source and published figure | Accepted | Model | Tag | "
        "Verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    for item in found:
        p = item.pattern
        spread = "" if math.isnan(item.spread) else f" ± {p.shown(item.spread)}"
        lines.append(
            f"| {p.label} | {p.filter} | {p.source} | {p.shown(p.low)} to {p.shown(p.high)} | "
            f"{p.shown(item.mean)}{spread} | {p.tag} | {'within' if item.within else '**miss**'} |"
        )
    lines += ["", "### Misses, and why", ""]
    for item in found:
        if not item.within:
            lines.append(
                f"- **{item.pattern.label}**: {item.pattern.shown(item.mean)}. "
                f"{item.pattern.why or 'No explanation yet.'}"
            )
    lines += ["", "### Notes on figures within their range", ""]
    lines += [
        f"- {item.pattern.label}: {item.pattern.why}"
        for item in found
        if item.within and item.pattern.why and not item.pattern.why.startswith("As ")
    ]
    lines += [
        "",
        "### Multiplier by size of the territory",
        "",
        "| Territory | Establishments | LM3 | Full multiplier |",
        "|---|---|---|---|",
    ]
    lines += [f"| {name} | {n:,} | {lm3:.2f} | {full:.2f} |" for name, n, lm3, full in multipliers]
    lines += ["", _size_verdict(multipliers)]
    return "\n".join(lines)


def _summary(found: Sequence[Finding]) -> str:
    parts = [
        f"{tag} {sum(f.within for f in found if f.pattern.tag == tag)} of "
        f"{sum(f.pattern.tag == tag for f in found)}"
        for tag in TAGS
    ]
    return "Within their range: " + ", ".join(parts) + "."


def _size_verdict(multipliers: Sequence[tuple[str, int, float, float]]) -> str:
    """Say whether the full multiplier rises, apart for made-up and for real territories."""
    parts: list[str] = []
    for name, made_up in (("generated territories", True), ("embedded ones", False)):
        rows = [row for row in multipliers if row[0].startswith("generated") == made_up]
        full = [round(row[3], 2) for row in sorted(rows, key=lambda row: row[1])]
        rising = all(after >= before for before, after in pairwise(full))
        sign = "never falls" if rising else "does not rise at every step"
        parts.append(f"in {name} it {sign} ({full[0]:.2f} to {full[-1]:.2f})")
    return (
        "From the smallest to the largest, the full multiplier should rise (predicted): "
        + "; ".join(parts)
        + "."
    )


def effects_text(comparison: Comparison, variances: Sequence[VarianceRow]) -> str:
    """Return the table of effects, and that of paired variance."""
    c = comparison
    head = [f"`{name}`" for name in SCENARIOS]
    lines = [
        f"{c.pairs} pairs, {c.months} months, Côte d'Opale; mean difference with the baseline over "
        "the whole period and 90 % interval of that mean; in italics when the interval holds 0.",
        "",
        "| Indicator | Baseline | " + " | ".join(head) + " |",
        "|---|---|" + "---|" * len(head),
    ]
    for key in INDICATORS:
        entry = load_indicators()[key]
        cells: list[str] = []
        for name in SCENARIOS:
            row = c.row(name, key)
            cells.append(_cell(row.difference, row.mean_low, row.mean_high, entry.decimals))
        base = c.row(SCENARIOS[0], key).baseline
        shown = "" if base is None else f"{base:,.{entry.decimals}f}"
        lines.append(f"| {entry.label_en} ({entry.unit}) | {shown} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "Variance of the paired difference of jobs present over that of an unpaired one, with "
        "hypotheses at their central values (at most 0.20 asked for the ten-year mean):",
        "",
        "| Scenario | " + " | ".join(f"year {y}" for y in VARIANCE_YEARS) + " | ten years |",
        "|---|" + "---|" * (len(VARIANCE_YEARS) + 1),
    ]
    for name in SCENARIOS:
        ratios = [f"{row.ratio:.3f}" for row in variances if row.scenario == name]
        lines.append(f"| `{name}` | " + " | ".join(ratios) + " |")
    return "\n".join(lines)


def _cell(value: float | None, low: float | None, high: float | None, decimals: int) -> str:
    if value is None:
        return ""
    text = f"{value:+,.{decimals}f}"
    if low is None or high is None:
        return text
    text = f"{text} [{low:+,.{decimals}f}; {high:+,.{decimals}f}]"
    return text if low > 0 or high < 0 else f"*{text}*"


def replace_block(text: str, name: str, block: str) -> str:
    """Return a document with the generated part between its markers replaced.

    Raises
    ------
    AncrageError
        The markers are not there, in order.
    """
    start, end = f"<!-- generated: {name} -->", f"<!-- end: {name} -->"
    first, last = text.find(start), text.find(end)
    if first < 0 or last < first:
        raise AncrageError(f"the document has no part between '{start}' and '{end}'.")
    return text[: first + len(start)] + "\n\n" + block + "\n\n" + text[last:]
