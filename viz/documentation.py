"""The tables of the documentation, drawn from the registers.

``python -m viz.documentation`` rewrites the tables of `docs/odd.md` in place. A table stands
between ``<!-- table: name -->`` and ``<!-- end -->``; a test fails when one is stale.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from model.errors import AncrageError, nearest_name
from model.hypotheses import Hypothesis, load_register
from model.indicators import Indicator, load_indicators, load_themes
from model.indicators.register import NO_BASE
from model.procurement.categories import load_categories
from model.procurement.legal_calendar import load_rules
from model.procurement.levers import load_levers
from model.shocks.register import load_shock_kinds
from model.structure.register import Measure, load_measures
from model.structure.register import load_themes as load_structure_themes
from scenarios.library import load_library
from scenarios.resilience.register import load_resilience_measures
from viz.numbers import lever_bounds, lever_value
from viz.readme import sources
from viz.sentences import what_changes

DOCUMENT = Path(__file__).parents[1] / "docs" / "odd.md"

_BLOCK = re.compile(r"(<!-- table: (?P<name>\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
_MARKS = re.compile(r"<!-- (?:table: (?P<name>\S+)|end) -->")
_LONG_NUMBER = 1e4
"""From here on whole numbers are written with thousands apart."""


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; bars and line ends in cells are made harmless."""
    lines = [list(headings), ["---"] * len(headings), *rows]
    cells = (" | ".join(_cell(cell) for cell in line) for line in lines)
    return "".join(f"| {line} |\n" for line in cells)


def _cell(written: str) -> str:
    return " ".join(written.replace("|", "\\|").split())


def _plain(value: float) -> str:
    """Write a number as it stands in a register."""
    if value == int(value) and abs(value) >= _LONG_NUMBER:
        return f"{value:,.0f}"
    return f"{value:.10g}"


def _code(name: str) -> str:
    return f"`{name}`"


def levers_table() -> str:
    """Return the levers: bounds, current practice, lag, payer, legal basis."""
    headings = ["Lever", "Meaning", "Bounds", "Current practice", "Lag, months", "Payer"]
    rows = [
        [
            _code(lever.key),
            lever.sentence_en,
            lever_bounds(lever.low, lever.high, lever.unit, "en"),
            lever_value(lever.current, lever.unit, "en"),
            str(lever.lag_months),
            lever.payer,
            lever.legal_basis,
        ]
        for lever in load_levers().values()
    ]
    return markdown_table([*headings, "Legal basis"], rows)


def _hypotheses_table(acts: str) -> str:
    headings = ["Hypothesis", "Meaning", "Value", "Bounds", "Unit", "Grade", "By pair", "Source"]
    return markdown_table(
        headings, (_hypothesis_row(h) for h in load_register().values() if h.acts == acts)
    )


def _hypothesis_row(entry: Hypothesis) -> list[str]:
    return [
        _code(entry.key),
        entry.label_en,
        _plain(entry.value),
        f"{_plain(entry.low)} to {_plain(entry.high)}",
        entry.unit,
        entry.grade,
        _by_pair(entry),
        entry.source,
    ]


def _by_pair(entry: Hypothesis) -> str:
    """Say how pairs of runs draw a hypothesis: not at all, within bounds, or as calibrated."""
    if not entry.varies:
        return ""
    left = entry.posterior
    if left is None:
        return entry.distribution
    drawn = f"calibrated, {_plain(left.low)} to {_plain(left.high)}"
    moved = entry.value != left.prior_value
    return f"{drawn} (value before: {_plain(left.prior_value)})" if moved else drawn


def build_hypotheses_table() -> str:
    """Return the hypotheses that shape the territory."""
    return _hypotheses_table("build")


def run_hypotheses_table() -> str:
    """Return the hypotheses of behaviour in a month, with those that vary from pair to pair."""
    return _hypotheses_table("run")


def _weighted_sum(terms: Sequence[tuple[str, float]]) -> str:
    """Write a signed sum of quantities."""
    written = ""
    for name, sign in terms:
        factor = "" if abs(sign) == 1.0 else f"{_plain(abs(sign))} × "
        mark = (" − " if sign < 0 else " + ") if written else ("−" if sign < 0 else "")
        written += f"{mark}{factor}{_code(name)}"
    return written


_SPREADS = {
    "variation": "coefficient of variation between EPCI of",
    "effect_range": "largest less smallest relative effect between EPCI on",
}


def indicator_formula(entry: Indicator) -> str:
    """Write how an indicator follows from the recorded quantities."""
    if entry.kind == "stock":
        return f"mean over months of {_weighted_sum(entry.terms)}"
    if entry.kind == "flow":
        return f"sum over months of {_weighted_sum(entry.terms)}"
    if entry.kind == "ratio":
        scale = "" if entry.scale == 1.0 else f"{_plain(entry.scale)} × "
        top, bottom = _weighted_sum(entry.numerator), _weighted_sum(entry.denominator)
        return f"{scale}Σ({top}) / Σ({bottom})"
    if entry.kind == "gap":
        return " − ".join(_code(key) for key in entry.of)
    if entry.kind == "spread":
        return f"{_SPREADS[entry.measure]} {_code(entry.of[0])}"
    return f"term `{entry.decomposition_term}` of the decomposition"


def indicators_table() -> str:
    """Return the indicators by theme."""
    headings = ["Indicator", "Label", "Unit", "Formula", "Wished for", "Perimeter", "Base"]
    headings.append("Definition")
    themes = load_themes()
    order = list(themes)
    ordered = sorted(load_indicators().values(), key=lambda entry: order.index(entry.theme))
    rows = [
        [
            _code(entry.key),
            f"{themes[entry.theme].label_en}: {entry.label_en}",
            entry.unit,
            indicator_formula(entry),
            {"up": "up", "down": "down"}.get(entry.direction, ""),
            entry.perimeter,
            "" if entry.base == NO_BASE else entry.base,
            entry.definition_en,
        ]
        for entry in ordered
    ]
    return markdown_table(headings, rows)


def structure_table() -> str:
    """Return the measures of structure: units, where they are given, who reads them."""
    headings = ["Measure", "Theme", "Label", "Unit", "Wished for", "By EPCI", "Read by"]
    rows = (_structure_row(entry) for entry in load_measures().values())
    return markdown_table([*headings, "Definition"], rows)


def _structure_row(entry: Measure) -> list[str]:
    return [
        _code(entry.key),
        load_structure_themes()[entry.theme].label_en,
        entry.label_en,
        entry.unit,
        "" if entry.direction == "none" else entry.direction,
        "yes" if entry.by_zone else "",
        entry.audience,
        entry.definition_en,
    ]


def categories_table() -> str:
    """Return the purchase categories and what the engine reads of each."""
    headings = ["Category", "Label", "Kind", "Produced by", "Sold by traders", "Labour share"]
    headings += ["Direct FTE a M EUR", "Structures supply it", "Months", "Over-dispersion"]
    yes = {True: "yes", False: ""}
    rows = [
        [
            _code(c.key),
            c.label_en,
            c.kind,
            c.product_sector,
            yes[c.traded],
            _plain(c.labour_share),
            "" if c.direct_fte_per_meur is None else _plain(c.direct_fte_per_meur),
            yes[c.siae_supplied],
            f"{c.duration_months[0]} to {c.duration_months[1]}",
            _plain(c.bid_overdispersion),
            yes[c.splittable],
        ]
        for c in load_categories()
    ]
    return markdown_table([*headings, "Divisible"], rows)


def legal_calendar_table() -> str:
    """Return every dated value of every rule."""
    headings = ["Rule", "Value", "Unit", "From", "Article", "Binds", "Meaning", "Bounds"]
    headings += ["Applied", "Still to verify"]
    rows = [
        [
            _code(rule.key),
            _plain(rule.value),
            rule.unit,
            rule.date_from.isoformat(),
            rule.article,
            rule.binds_en,
            rule.meaning_en if rule is dated[0] else "",
            f"{_plain(rule.low)} to {_plain(rule.high)}" if rule is dated[0] else "",
            "yes" if rule.applied else "",
            "yes" if rule.to_verify else "",
        ]
        for dated in load_rules().values()
        for rule in dated
    ]
    return markdown_table(headings, rows)


def scenarios_table() -> str:
    """Return the library of scenarios."""
    rows = [
        [_code(name), scenario.why_en, what_changes(scenario, "en")]
        for name, scenario in load_library().items()
    ]
    return markdown_table(["Scenario", "Why", "What it changes"], rows)


def data_table() -> str:
    """Return the embedded tables with source, year, licence and status."""
    keys = ("file", "source", "year", "licence", "status")
    rows = [
        [_code(str(entry["file"])), *(str(entry[key]) for key in keys[1:])] for entry in sources()
    ]
    return markdown_table(["Table of `model/data`", "Source", "Year", "Licence", "Status"], rows)


def shocks_table() -> str:
    """Return the kinds of shock."""
    headings = ["Kind", "Depth", "Narrowed by", "Adds up", "Can be known ahead", "Lasts, months"]
    headings += ["Recovery", "How it acts", "Source"]
    yes = {True: "yes", False: ""}
    rows = [
        [
            _code(kind.key),
            f"{_plain(kind.low)} to {_plain(kind.high)} {kind.unit}",
            ", ".join(kind.reach),
            yes[kind.adds_up],
            yes[kind.announced],
            str(kind.duration_months),
            f"{kind.recovery}, {kind.recovery_months} months"
            if kind.recovery_months
            else kind.recovery,
            kind.acts,
            kind.source,
        ]
        for kind in load_shock_kinds().values()
    ]
    return markdown_table(headings, rows)


def resilience_table() -> str:
    """Return the measures of resilience."""
    headings = ["Measure", "Label", "Unit", "Over pairs", "By EPCI", "Read by", "Definition"]
    rows = [
        [
            _code(one.key),
            one.label_en,
            one.unit,
            one.statistic,
            "yes" if one.zones else "",
            one.audience,
            one.definition_en,
            one.source,
        ]
        for one in load_resilience_measures().values()
    ]
    return markdown_table([*headings, "Source"], rows)


TABLES: Mapping[str, Callable[[], str]] = {
    "levers": levers_table,
    "hypotheses-build": build_hypotheses_table,
    "hypotheses-run": run_hypotheses_table,
    "indicators": indicators_table,
    "structure": structure_table,
    "shocks": shocks_table,
    "resilience": resilience_table,
    "categories": categories_table,
    "legal-calendar": legal_calendar_table,
    "scenarios": scenarios_table,
    "data": data_table,
}
"""Tables by the name that stands in the marker."""


def with_tables(document: str) -> str:
    """Return a document with all its tables drawn anew; the rest is untouched.

    Raises
    ------
    AncrageError
        A marker names no table, is not closed, or closes nothing.
    """
    opened: str | None = None
    for mark in _MARKS.finditer(document):
        name = mark["name"]
        line = document.count("\n", 0, mark.start()) + 1
        if (name is None) == (opened is None):
            raise AncrageError(
                f"line {line}: each '<!-- table: name -->' needs one '<!-- end -->' after it."
            )
        if name is not None and name not in TABLES:
            raise AncrageError(f"line {line}: unknown table '{name}'{nearest_name(name, TABLES)}")
        opened = name
    if opened is not None:
        raise AncrageError(f"table '{opened}' has no '<!-- end -->'.")
    return _BLOCK.sub(lambda found: f"{found[1]}{TABLES[found['name']]()}{found[3]}", document)


def rewrite(path: Path = DOCUMENT) -> bool:
    """Draw the tables of a document anew, in place; return whether it changed.

    Raises
    ------
    AncrageError
        The document cannot be read, or a marker is wrong (see `with_tables`).
    """
    try:
        before = path.read_text(encoding="utf-8")
    except OSError as error:
        raise AncrageError(
            f"{path}: cannot be read ({error.strerror}); run from a clone, docs are not packaged."
        ) from error
    after = with_tables(before)
    if after == before:
        return False
    aside = path.with_suffix(".md.writing")
    aside.write_text(after, encoding="utf-8")
    os.replace(aside, path)
    return True


def main() -> int:
    """Rewrite `docs/odd.md`; return the exit code."""
    try:
        changed = rewrite()
    except AncrageError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    print(f"{DOCUMENT.name}: {'tables rewritten' if changed else 'up to date'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
