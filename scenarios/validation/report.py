"""The generated parts of `docs/validation.md`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from model.errors import AncrageError
from model.indicators import load_indicators
from scenarios.comparison import Comparison
from scenarios.validation.effects import INDICATORS, SCENARIOS, VARIANCE_YEARS, VarianceRow
from scenarios.validation.results import Finding, SizeRow, Validation

RELATIVE = 0.0
"""In place of a factor: the difference in percent of the baseline."""

LIBRARY_COLUMNS = (
    ("Jobs present, FTE", "jobs_present", 1.0, 0),
    ("Territory and outside, FTE", "jobs_net", 1.0, 0),
    ("Insertion hours, thousands", "insertion_hours", 1e-3, 0),
    ("Local share by value, points", "local_share_territory_value", 1.0, 1),
    ("SME share, points", "sme_share_number", 1.0, 1),
    ("Bids", "bids_per_tender", 1.0, 2),
    ("Price index", "price_index", 1.0, 2),
    ("Footprint of purchases, %", "footprint_purchases", RELATIVE, 1),
    ("Net public cost, M EUR", "public_cost", 1e-6, 0),
)
"""Columns of the table of the whole library: heading, indicator, factor and decimals."""

DOCUMENT = Path(__file__).parents[2] / "docs" / "validation.md"
"""The document, in a clone; an installed package has none beside it."""


def write_blocks(document: Path, blocks: Mapping[str, str]) -> None:
    """Rewrite the generated parts of a document.

    Raises
    ------
    AncrageError
        It cannot be read or written, or has no such part.
    """
    try:
        text = document.read_text(encoding="utf-8")
        for name, block in blocks.items():
            text = replace_block(text, name, block)
        document.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AncrageError(f"{document.name} cannot be written ({error.strerror}).") from error


def patterns_text(found: Validation) -> str:
    """Return the table of patterns, the misses explained, and multipliers by size."""
    hypotheses = (
        "hypotheses at their central values"
        if found.central
        else "each with its own draw of every hypothesis of grade B and C, at build and in the run"
    )
    lines = [
        f"`{found.territory}`, {len(found.seeds)} seeds, {hypotheses}; mean over seeds and, in "
        "brackets, the interval in which nine simulations out of ten lie. The verdict is on the "
        'mean; "straddles" means that a bound of the accepted range is inside the interval.',
        "",
        summary(found),
        "",
        "| Pattern | Filter of the source | Source and published figure | Accepted | Model | Tag | "
        "Verdict |",
        "|---|---|---|---|---|---|---|",
        *(_row(item) for item in found.findings),
        "",
        "### Misses, and why",
        "",
    ]
    for item in found.findings:
        if not item.within:
            lines.append(
                f"- **{item.pattern.label}**: {_shown(item, item.mean)}. "
                f"{item.pattern.why or 'No explanation yet.'}"
            )
    lines += ["", "### Notes on figures within their range", ""]
    lines += [
        f"- {item.pattern.label}: {item.pattern.why}"
        for item in found.findings
        if item.within and item.pattern.why and not item.pattern.why.startswith("As ")
    ]
    lines += [
        "",
        "### Multiplier by size of the territory",
        "",
        "| Territory | Establishments | LM3 | Full multiplier |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {row.territory} | {row.establishments:,} | {row.lm3:.2f} | {row.multiplier_full:.2f} |"
        for row in found.sizes
    ]
    lines += ["", _size_verdict(found.sizes)]
    return "\n".join(lines)


def _row(item: Finding) -> str:
    p = item.pattern
    return (
        f"| {p.label} | {p.filter} | {p.source} | {p.shown(p.low)} to {p.shown(p.high)} | "
        f"{measured(item)} | {p.tag} | {verdict(item)} |"
    )


def measured(item: Finding) -> str:
    """Write what the model gives: the mean, and the interval over seeds if there is one."""
    interval = "" if item.low is None else f" [{_shown(item, item.low)}; {_shown(item, item.high)}]"
    return _shown(item, item.mean) + interval


def verdict(item: Finding) -> str:
    """Write whether the mean is within the accepted range, and the interval across a bound."""
    return ("within" if item.within else "**miss**") + (", straddles" if item.straddles else "")


def _shown(item: Finding, value: float | None) -> str:
    return item.pattern.shown(float("nan") if value is None else value)


def summary(found: Validation) -> str:
    """Say how many patterns of each tag are within their range."""
    parts = [f"{tag} {within} of {whole}" for tag, (within, whole) in found.tally().items()]
    return "Within their range: " + ", ".join(parts) + "."


def _size_verdict(sizes: Sequence[SizeRow]) -> str:
    """Say whether the full multiplier rises, apart for made-up and for real territories."""
    parts: list[str] = []
    for name, made_up in (("generated territories", True), ("embedded ones", False)):
        rows = [row for row in sizes if row.territory.startswith("generated") == made_up]
        in_order = sorted(rows, key=lambda row: row.establishments)
        full = [round(row.multiplier_full, 2) for row in in_order]
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


def library_text(comparison: Comparison) -> str:
    """Return the table of every scenario of the library."""
    c = comparison
    lines = [
        f"{c.pairs} pairs, {c.months} months, Côte d'Opale: mean difference with the baseline, in "
        "italics when the interval of the mean holds 0.",
        "",
        "| Scenario | " + " | ".join(heading for heading, *_ in LIBRARY_COLUMNS) + " |",
        "|---" * (len(LIBRARY_COLUMNS) + 1) + "|",
    ]
    for scenario in c.scenarios:
        cells: list[str] = []
        for _, key, factor, decimals in LIBRARY_COLUMNS:
            row = c.row(scenario.name, key)
            if factor == RELATIVE:
                factor = 100.0 / abs(row.baseline) if row.baseline else 0.0
            cells.append(_sign_cell(row.difference, row.mean_low, row.mean_high, factor, decimals))
        lines.append(f"| `{scenario.name}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _sign_cell(
    value: float | None, low: float | None, high: float | None, factor: float, decimals: int
) -> str:
    if value is None:
        return ""
    text = f"{value * factor:+,.{decimals}f}".replace("-", "−")
    if low is None or high is None or low > 0 or high < 0:
        return text
    return f"*{text}*"


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
