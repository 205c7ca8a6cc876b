"""Sentences that state in words what a scenario changes and what a comparison finds."""

from __future__ import annotations

from collections.abc import Sequence

from model.hypotheses import load_register
from model.procurement.amendments import Amendments
from model.procurement.categories import load_categories
from model.procurement.legal_calendar import SWITCH, LegalRule, load_rules
from model.procurement.lever_paths import LeverPath
from model.procurement.levers import Lever, Levers, load_levers
from model.procurement.scopes import EVERYWHERE, Scope
from scenarios.schema import Scenario
from viz.numbers import decimals_for, lever_value, number, rule_value, shortest
from viz.shocks import shocks_told
from viz.texts import Language, colon_in, semicolon_in, text


def _course(levers: Levers, key: str, language: Language) -> str:
    """Say how one lever moves: from current practice to its targets, and when."""
    lever = load_levers()[key]
    label: str = getattr(lever, f"label_{language}")
    colon = colon_in(language)
    courses = [_course_of(lever, path, language) for path in levers.paths_of(key)]
    return f"{label[0].lower()}{label[1:]}{colon}{', '.join(courses)}"


def _course_of(lever: Lever, path: LeverPath, language: Language) -> str:
    """Say how a lever moves along one path, and where if not everywhere."""
    words = [lever_value(lever.current, lever.unit, language)]
    for start, value, ramp in path.segments:
        target = lever_value(value, lever.unit, language)
        months = "mois" if language == "fr" else "months"
        if ramp:
            when = f"en {ramp} {months}" if language == "fr" else f"over {ramp} {months}"
        elif start:
            when = f"au mois {start}" if language == "fr" else f"at month {start}"
        else:
            when = ""
        words.append(f"{target} ({when})" if when else target)
    course = " → ".join(words)
    return course if path.scope == EVERYWHERE else f"{course} [{_place(path.scope, language)}]"


def _place(scope: Scope, language: Language) -> str:
    """Name the buyers and categories that a scope holds."""
    known = {c.key: c for c in load_categories()}
    names = [*scope.buyers, *scope.epci]
    names += [text(f"kind_{kind}", language) for kind in scope.kinds]
    names += [str(getattr(known[key], f"label_{language}")) for key in scope.categories]
    if scope.spaser:
        names.append(text(f"spaser_{scope.spaser.replace('-', '_')}", language))
    return ", ".join(names)


def _law_course(law: Amendments, key: str, language: Language) -> str:
    """Say how one legal rule moves: its value at the start, and what follows at which date."""
    rule = load_rules()[key][-1]
    standing = Amendments().course(key)[0][1]
    words = [_rule_word(rule, standing, language)]
    for day, value in law.course(key):
        if value == standing and len(words) == 1:
            continue
        when = f"au {day:%d/%m/%Y}" if language == "fr" else f"on {day:%Y-%m-%d}"
        words.append(f"{_rule_word(rule, value, language)} ({when})")
    label: str = getattr(rule, f"label_{language}")
    colon = colon_in(language)
    note = "" if rule.applied else f" [{text('rule_not_simulated', language)}]"
    # an acronym keeps its capitals
    first = label[0] if label[1].isupper() else label[0].lower()
    return f"{first}{label[1:]}{colon}{' → '.join(words)}{note}"


def _rule_word(rule: LegalRule, value: float, language: Language) -> str:
    if rule.unit == SWITCH:
        return text("rule_on" if value else "rule_off", language)
    return rule_value(value, rule.unit, language)


def why_of(scenario: Scenario, language: Language) -> str:
    """Return what a scenario is for; in French where there is no English."""
    return scenario.why if language == "fr" else scenario.why_en or scenario.why


def what_changes(scenario: Scenario, language: Language) -> str:
    """Return a sentence on what a scenario changes against current practice, on the law, and on
    what strikes; that nothing changes only where nothing strikes either."""
    changed, amended = scenario.levers.changed(), scenario.law.changed()
    if scenario.changes_nothing:
        return text("changes_nothing", language)
    parts = semicolon_in(language)
    told: list[str] = []
    if changed:
        in_order = [key for key in load_levers() if key in changed]
        changes = parts.join(_course(scenario.levers, key, language) for key in in_order)
        told.append(text("changes", language, changes=changes))
    if amended:
        rules = [key for key in load_rules() if key in amended]
        changes = parts.join(_law_course(scenario.law, key, language) for key in rules)
        told.append(text("changes_law", language, changes=changes))
    if not scenario.shocks.changes_nothing:
        told.append(shocks_told(scenario.shocks, language))
    return " ".join(told)


def edited_words(overrides: Sequence[tuple[str, float]], language: Language) -> str:
    """Say which hypotheses are edited, their value in the register and the one given."""
    register = load_register()
    parts = [
        text(
            "edited_hypothesis",
            language,
            label=getattr(register[key], f"label_{language}"),
            registered=number(register[key].value, shortest(register[key].value), language),
            value=number(value, shortest(value), language),
        )
        for key, value in overrides
    ]
    joint = semicolon_in(language)
    return text("edited_hypotheses", language, n=len(parts), changes=joint.join(parts))


def jobs_finding(low: float | None, high: float | None, language: Language) -> str:
    """State the effect on jobs present with its uncertainty; nothing under five pairs."""
    if low is None or high is None:
        return ""
    if low == high == 0.0:
        return text("changes_nothing_in_jobs", language)
    key = "finding_zero" if low <= 0.0 <= high else "finding"
    ends = _ends(low, high, language)
    return text(key, language, low=ends[0], high=ends[1])


def mirror_finding(
    mirror: tuple[float | None, float | None],
    net: tuple[float | None, float | None],
    language: Language,
) -> str:
    """State the effect on outside holders' jobs, and on both together; nothing under five pairs."""
    if mirror[0] is None or mirror[1] is None or net[0] is None or net[1] is None:
        return ""
    outside, together = _ends(mirror[0], mirror[1], language), _ends(net[0], net[1], language)
    return text(
        "finding_mirror",
        language,
        mirror_low=outside[0],
        mirror_high=outside[1],
        net_low=together[0],
        net_high=together[1],
    )


def _ends(low: float, high: float, language: Language) -> list[str]:
    decimals = min(1, decimals_for([low, high]))
    return [number(end, decimals, language, signed=True) for end in (low, high)]


def readiness(pairs: int, months: int, central: bool, language: Language) -> list[str]:
    """Say how far the figures carry: number of pairs, horizon, hypotheses."""
    notes = [text("interval_name", language)]
    if pairs < 5:
        notes = [text("provisional", language)]
    elif pairs < 30:
        notes.append(text("first_estimate", language, pairs=pairs))
    if months <= 24:
        notes.append(text("early", language))
    if central:
        notes.append(text("central_note", language))
    return notes
