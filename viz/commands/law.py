"""``ancrage law``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from viz.options import json_option, language_option
from viz.texts import Language

if TYPE_CHECKING:
    from model.procurement.legal_calendar import LegalRule


@click.command()
@click.argument("key", required=False)
@json_option
@language_option
def command(key: str | None, as_json: bool, language: Language) -> None:
    """List the legal rules and their dated values, or show all about one KEY.

    A scenario file may amend a rule from January 2027 on, in its table [law]:
    spaser_threshold = { value = 20000000, from = "2028-01-01" }.
    """
    from dataclasses import asdict

    from model.procurement.legal_calendar import load_rules
    from viz.console import chosen_entries, output, print_json
    from viz.numbers import rule_bounds
    from viz.texts import text

    chosen = chosen_entries(load_rules(), key, "legal rule")
    if as_json:
        rows = [asdict(rule) for dated in chosen for rule in dated]
        print_json([{**row, "date_from": row["date_from"].isoformat()} for row in rows])
        return
    console = output()
    for dated in chosen:
        last = dated[-1]
        label, binds = (getattr(last, f"{name}_{language}") for name in ("label", "binds"))
        applied = text("rule_simulated" if last.applied else "rule_not_simulated", language)
        console.print(f"[bold]{last.key}[/bold]  {label} · {binds} · {applied}")
        if key:
            console.print(f"  {getattr(last, f'meaning_{language}')}", markup=False)
        for rule in dated:
            console.print(_line(rule, last, language), markup=False)
            if key:
                console.print(f"    {rule.source}", markup=False)
    if key:
        bounds = rule_bounds(chosen[0][-1].low, chosen[0][-1].high, chosen[0][-1].unit, language)
        console.print(f"  {text('rule_amendable', language, bounds=bounds)}", markup=False)


def _line(rule: LegalRule, last: LegalRule, language: Language) -> str:
    """Write one dated value: date, value, article, and what sets it apart from the last one."""
    from viz.numbers import rule_value
    from viz.texts import text

    notes = [rule.article]
    binds = getattr(rule, f"binds_{language}")
    if binds != getattr(last, f"binds_{language}"):
        notes.append(binds)
    if rule.to_verify:
        notes.append(text("rule_to_verify", language))
    value = rule_value(rule.value, rule.unit, language)
    return f"  {rule.date_from}  {value:>24}  {' · '.join(notes)}"
