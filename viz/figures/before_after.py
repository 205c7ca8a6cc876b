"""One sentence on what a shock does under a scenario, and against current practice."""

from __future__ import annotations

from scenarios.resilience import Resilience, ResilienceRow
from scenarios.results import BASELINE
from viz.figures.loss_table import trade_offs
from viz.figures.struck import (
    SERVICE,
    between,
    felt,
    few,
    found_in,
    provisional_title,
    quoted,
    title_of_shock,
    words,
)
from viz.numbers import number
from viz.texts import Language, spaced


def before_after(study: Resilience, scenario: str, shock: str, language: Language) -> str:
    """Return one sentence: jobs lost at worst, months to regain them, services, and the difference
    from current practice where it was run; nothing is found under five pairs."""
    name = title_of_shock(study, shock, language)
    head = words("before_after", language, shock=name, scenario=quoted(scenario, language))
    if few(study):
        return spaced(f"{provisional_title(study, head, language)}.", language)
    parts = [_jobs(study, scenario, shock, language), _services(study, scenario, shock, language)]
    told = ", ".join(part for part in parts if part)
    against = _against(study, scenario, shock, language)
    sentence = words("before_after_told", language, head=head, told=told, against=against)
    return spaced(sentence, language)


def _jobs(study: Resilience, scenario: str, shock: str, language: Language) -> str:
    found = felt(study, scenario, shock)
    if found != "down":
        return words(f"before_after_{found}", language)
    lost = between(study.row(scenario, shock, "jobs_lost_worst"), language)
    back = study.row(scenario, shock, "recovery_months")
    regained = words("part_never", language)
    if back.value is not None:
        regained = words("part_regained", language, months=number(back.value, 0, language))
    return words("before_after_jobs", language, lost=lost, regained=regained)


def _services(study: Resilience, scenario: str, shock: str, language: Language) -> str:
    row = study.row(scenario, shock, "service_lost")
    if felt(study, scenario, shock, SERVICE) != "down" or found_in(row) != "sure":
        return ""
    return words("before_after_services", language, lost=between(row, language))


def _against(study: Resilience, scenario: str, shock: str, language: Language) -> str:
    row = trade_offs(study, shock).get((scenario, "loss_area"))
    if scenario == BASELINE or row is None:
        return ""
    return words("before_after_against", language, told=_difference(row, language))


def _difference(row: ResilienceRow, language: Language) -> str:
    found = found_in(row)
    if found in ("none", "zero"):
        return words(f"against_{found}", language)
    if found != "sure" or row.low is None or row.high is None:
        return words("note_undefined", language)
    less = row.high < 0.0
    ends = sorted((abs(row.low), abs(row.high)))
    values = [number(end, 0, language) for end in ends]
    key = "against_less" if less else "against_more"
    return words(key, language, low=values[0], high=values[1])
