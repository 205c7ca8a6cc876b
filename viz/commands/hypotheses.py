"""``ancrage hypotheses``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from viz.options import json_option, language_option
from viz.texts import Language

if TYPE_CHECKING:
    from model.hypotheses import Hypothesis


@click.command()
@click.argument("key", required=False)
@json_option
@language_option
def command(key: str | None, as_json: bool, language: Language) -> None:
    """List the hypotheses, or show all about one KEY.

    Grade A: measured in France; B: literature; C: assumption. Those that act in the run and have
    grade B or C are drawn anew for each pair, unless --central: within their bounds, or from what
    calibration on published figures leaves of them where it says enough (posterior).
    """
    from dataclasses import asdict

    from model.hypotheses import load_register
    from viz.console import chosen_entries, output, print_fields, print_json, table

    chosen = chosen_entries(load_register(), key, "hypothesis")
    if as_json:
        print_json([asdict(entry) for entry in chosen])
        return
    if key:
        print_fields(_fields(chosen[0]))
        return
    console = output()
    columns = [("key", "left"), ("value", "right"), ("low", "right"), ("high", "right")]
    columns += [("posterior", "right")]
    columns += [("unit", "left"), ("grade", "left"), ("acts", "left"), ("source", "left")]
    made = table("Hypothèses" if language == "fr" else "Hypotheses", columns)
    for entry in chosen:
        values = (f"{v:g}" for v in (entry.value, entry.low, entry.high))
        left = entry.posterior
        known = "" if left is None else f"{left.low:g} – {left.high:g}"
        made.add_row(entry.key, *values, known, entry.unit, entry.grade, entry.acts, entry.source)
    console.print(made)


def _fields(entry: Hypothesis) -> dict[str, object]:
    """Return the fields of an entry, and of what calibration leaves of it."""
    from dataclasses import asdict

    plain: dict[str, object] = asdict(entry)
    del plain["posterior"]
    if entry.posterior is not None:
        plain |= {
            "value_before_calibration": entry.posterior.prior_value,
            "posterior": f"{entry.posterior.low:g} to {entry.posterior.high:g} "
            "(nine cases out of ten; ancrage calibrate)",
        }
    return plain
