"""Compliance calendar: what the law requires by when, of whom, and whether a run obeys it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.procurement.amendments import Amendments
from model.procurement.legal_calendar import SWITCH, LegalRule, load_rules
from viz.figures.figure import Cell, Column, Figure
from viz.numbers import number, rule_value
from viz.texts import Language, text
from viz.words import law_words

if TYPE_CHECKING:
    from model.territory.buyers import Buyers

_TABLE = "territory"
FIRST, LAST = dt.date(2024, 1, 1), dt.date(2031, 12, 31)
SPASER = "spaser_threshold"
_BY_SIZE = ("retention_cap_sme", "advance_minimum_sme_local", "advance_local_expenditure")
"""Rules that bind the large ones of some kinds: their number is not data."""
_INK = {"fontSize": 12, "color": "#1a1a1a"}
_SIMULATED, _STATED, _AMENDED = "#0072B2", "#4d4d4d", "#D55E00"


@dataclass(frozen=True)
class LegalDate:
    """A value that a rule takes on a date; ``before`` the one it replaces, None for the first.

    ``amended`` is what a scenario decides in place of the calendar.
    """

    rule: LegalRule
    day: dt.date
    value: float
    before: float | None
    amended: bool = False


def legal_dates(law: Amendments | None = None) -> tuple[LegalDate, ...]:
    """Return the dated values from 2024 to 2031, by date, with those that a scenario decides.

    A rule in force before 2024 that does not change since is left out, but for the SPASER duty.
    """
    found: list[LegalDate] = []
    changed = law.changed() if law else ()
    for key, dated in load_rules().items():
        steps = _steps(dated, law if key in changed else None)
        before: float | None = None
        for rule, day, value, amended in steps:
            moves = before is None or value != before
            kept = FIRST <= day <= LAST and moves
            if kept or (key == SPASER and day < FIRST and rule is dated[-1] and not amended):
                found.append(LegalDate(rule, day, value, before, amended))
            before = value
    return tuple(sorted(found, key=lambda entry: entry.day))


def _steps(
    dated: Sequence[LegalRule], law: Amendments | None
) -> list[tuple[LegalRule, dt.date, float, bool]]:
    """Return (rule, date, value, amended) in order; what a scenario decides replaces the rest."""
    standing = [(rule, rule.date_from, rule.value, False) for rule in dated]
    if law is None:
        return standing
    key = dated[0].key
    own = dict(law.steps)[key]
    until = own[0][0]
    kept = [step for step in standing if step[1] < until]
    return kept + [(dated[-1], day, value, True) for day, value in own]


def calendar(buyers: Buyers, language: Language, law: Amendments | None = None) -> Figure:
    """Return the compliance calendar of a territory's buyers, as a scenario amends the law.

    ``law`` None or empty shows the law as it stands.
    """
    entries = legal_dates(law)
    rows = tuple(_row(entry, buyers, language) for entry in entries)
    ahead = [entry for entry in entries if entry.day >= dt.date(2026, 1, 1)]
    duty = int(buyers.spaser_duty.sum())
    title = text(
        "calendar_title",
        language,
        table=_TABLE,
        count=len(ahead),
        simulated=sum(entry.rule.applied for entry in ahead),
        duty=duty,
        buyers=number(len(buyers), 0, language),
    )
    notes = [text("calendar_caption", language, table=_TABLE, kinds=_duty_kinds(buyers, language))]
    amended = sum(entry.amended for entry in entries)
    if amended:
        notes.append(text("calendar_amended", language, table=_TABLE, count=amended))
    return Figure(
        key="calendar",
        title=title,
        caption=" ".join(notes),
        option=_option(entries, language),
        columns=tuple(
            Column(key, text(f"law_{key}", language, table=_TABLE))
            for key in ("date", "rule", "value", "before", "binds", "bound", "article", "state")
        ),
        rows=rows,
        description=text(
            "calendar_description",
            language,
            table=_TABLE,
            count=len(entries),
            told=" ; ".join(
                f"{_day(e.day, language)} {_label(e, language)} {_value(e, language)}"
                for e in entries
                if e.rule.applied
            ),
        ),
        sources=tuple(dict.fromkeys(f"{_label(e, language)} · {e.rule.source}" for e in entries)),
        height=96 + 38 * len({entry.rule.key for entry in entries}),
    )


def _label(entry: LegalDate, language: Language) -> str:
    return str(getattr(entry.rule, f"label_{language}"))


def _day(day: dt.date, language: Language) -> str:
    return f"{day:%d/%m/%Y}" if language == "fr" else f"{day:%Y-%m-%d}"


def _word(rule: LegalRule, value: float, language: Language) -> str:
    if rule.unit == SWITCH:
        return text("rule_on" if value else "rule_off", language)
    return rule_value(value, rule.unit, language).replace("EUR", "€")


def _short(entry: LegalDate, language: Language) -> str:
    """Write a value for the chart: amounts in k€ or M€, without what the table adds."""
    if not entry.rule.unit.startswith("EUR"):
        return _value(entry, language)
    size, unit = (1e6, "M€") if entry.value >= 1e6 else (1e3, "k€")
    scaled = entry.value / size
    decimals = 0 if scaled == round(scaled) else 2
    return f"{number(scaled, decimals, language)}\u00a0{unit}"


def _value(entry: LegalDate, language: Language) -> str:
    return _word(entry.rule, entry.value, language)


def _bound(entry: LegalDate, buyers: Buyers) -> int | None:
    """Return how many buyers of the territory a rule binds, where data tell."""
    from model.territory.buyers import BUYER_KINDS

    if entry.rule.key.startswith("spaser_"):
        return int(buyers.spaser_duty.sum())
    if entry.rule.key == "formal_threshold_utilities":
        return int(buyers.contracting_entity.sum())
    if entry.rule.key in _BY_SIZE:
        return None
    if entry.rule.binds_kinds:
        kinds = [BUYER_KINDS.index(kind) for kind in entry.rule.binds_kinds]
        return sum(int((buyers.kind == kind).sum()) for kind in kinds)
    if entry.rule.binds_en.startswith("all buyers"):
        return len(buyers)
    return None


def _duty_kinds(buyers: Buyers, language: Language) -> str:
    """List the kinds of buyers with the SPASER duty and how many of each."""
    from model.territory.buyers import BUYER_KINDS

    told = []
    for k, kind in enumerate(BUYER_KINDS):
        count = int((buyers.spaser_duty & (buyers.kind == k)).sum())
        if count:
            told.append(f"{text(f'kind_{kind}', language)} {count}")
    return ", ".join(told)


def _state(entry: LegalDate, language: Language) -> str:
    words = [text("rule_simulated" if entry.rule.applied else "rule_not_simulated", language)]
    if entry.amended:
        words.insert(0, text("law_by_scenario", language, table=_TABLE))
    elif entry.rule.to_verify:
        words.append(text("rule_to_verify", language))
    return ", ".join(words)


def _row(entry: LegalDate, buyers: Buyers, language: Language) -> tuple[Cell, ...]:
    before = (
        ""
        if entry.before in (None, entry.value)
        else _word(entry.rule, float(entry.before or 0.0), language)
    )
    bound = _bound(entry, buyers)
    return (
        _day(entry.day, language),
        _label(entry, language),
        _value(entry, language),
        before,
        str(getattr(entry.rule, f"binds_{language}")),
        "" if bound is None else number(bound, 0, language),
        "" if entry.amended else law_words(entry.rule.article, language),
        _state(entry, language),
    )


def _option(entries: Sequence[LegalDate], language: Language) -> dict[str, object]:
    names = list(dict.fromkeys(_label(entry, language) for entry in entries))
    # on a narrow screen two values of one line would overlap: the last one is written
    last = {entry.rule.key: entry for entry in entries}
    groups = (
        ("law_simulated", "circle", _SIMULATED, [e for e in entries if e.rule.applied]),
        ("law_stated", "emptyRect", _STATED, [e for e in entries if not e.rule.applied]),
    )
    series: list[dict[str, object]] = [
        {
            "type": "scatter",
            "name": text(key, language, table=_TABLE),
            "symbol": symbol,
            "symbolSize": 11,
            "itemStyle": {"color": colour},
            "data": [_point(e, language, e is last[e.rule.key]) for e in chosen if not e.amended],
        }
        for key, symbol, colour, chosen in groups
    ]
    amended = [_point(e, language, e is last[e.rule.key]) for e in entries if e.amended]
    if amended:
        series.append(
            {
                "type": "scatter",
                "name": text("law_by_scenario", language, table=_TABLE),
                "symbol": "diamond",
                "symbolSize": 14,
                "itemStyle": {"color": _AMENDED},
                "data": amended,
            }
        )
    return {
        "animation": False,
        "grid": {"left": 4, "right": 16, "top": 64, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "left": 0, "itemGap": 12, "textStyle": {**_INK, "fontSize": 13}},
        "tooltip": {"trigger": "item", "confine": True, "textStyle": {"fontSize": 13}},
        "xAxis": {
            "type": "value",
            "min": FIRST.year - 1,
            "max": LAST.year + 1,
            "interval": 1,
            "position": "top",
            "axisLabel": {
                **_INK,
                "formatter": "@year",
                "hideOverlap": True,
                "showMinLabel": False,
            },
            "splitLine": {"lineStyle": {"color": "#e0e0e0"}},
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": names,
            "axisTick": {"show": False},
            "axisLabel": {
                **_INK,
                "interval": 0,
                "width": 150,
                "overflow": "break",
                "lineHeight": 13,
            },
            "splitLine": {"show": True, "lineStyle": {"color": "#f0f0f0"}},
        },
        "series": series,
    }


def _point(entry: LegalDate, language: Language, labelled: bool) -> dict[str, object]:
    start = dt.date(entry.day.year, 1, 1)
    place = entry.day.year + (entry.day - start).days / 365.25
    label, value = _label(entry, language), _value(entry, language)
    colon = "\u00a0: " if language == "fr" else ": "
    return {
        "value": [round(max(place, FIRST.year - 0.9), 3), label],
        "label": {
            "show": labelled,
            "formatter": _short(entry, language),
            "position": "left" if place > LAST.year - 1.5 else "right",
            **_INK,
        },
        "tooltip": {
            "formatter": f"<b>{_day(entry.day, language)}</b><br/>{label}{colon}{value}<br/>"
            f"{_state(entry, language)}"
        },
    }
