"""The part of `docs/validation.md` that a calibration writes."""

from __future__ import annotations

from collections.abc import Callable

from model.hypotheses import load_register
from scenarios.calibration.results import Calibration, TargetFit
from scenarios.validation.patterns import Pattern, load_patterns

MOST_RIDGES = 12


def calibration_text(found: Calibration) -> str:
    """Return tables of ranges, of figures before and after, and of what stays unknown."""
    patterns = {pattern.key: pattern for pattern in load_patterns()}
    return "\n".join(
        [
            _what_was_run(found),
            "",
            "| Hypothesis | Prior value and range | Calibrated value and range | Ratio of ranges | "
            "Identified | Moves most | Held known truths |",
            "|---|---|---|---|---|---|---|",
            *_range_rows(found, patterns),
            "",
            f"Ranges hold nine cases out of ten. A ratio under {found.identified_under} counts as "
            f"identified: {len(found.identified)} of {len(found.hypotheses)} hypotheses that a "
            "figure sees. Ensembles draw all of these from their calibrated range; the central "
            "value is its median where it is identified, and stays the register's elsewhere. No "
            f"figure sees {len(found.screened)} further run-time assumptions, of "
            f"{found.candidates}: nothing here speaks for or against them.",
            "",
            _coverage_sentence(found),
            "",
            "| Figure | Published, ± error | Over the prior | Over calibrated ranges | "
            "Explained by the emulator |",
            "|---|---|---|---|---|",
            *(_target_row(fit, patterns[fit.key]) for fit in found.targets),
            "",
            *_ridge_lines(found),
        ]
    )


def _what_was_run(found: Calibration) -> str:
    first, second, check = found.points
    return (
        f"`{found.territory}`: {first} worlds over the prior, {second} where the first do not rule "
        f"it out ({100.0 * found.left:.0f} % of it), {check} with independent draws of the "
        f"calibrated ranges; {found.months} months after burn-in each. {found.effective:,.0f} "
        "effective draws."
    )


def _range_rows(found: Calibration, patterns: dict[str, Pattern]) -> list[str]:
    held = {one.key: one for one in found.coverage}
    register = load_register()
    rows: list[str] = []
    for one in found.hypotheses:
        known = held.get(one.key)
        share = "" if known is None or not known.truths else f"{100.0 * known.share:.0f} %"
        rows.append(
            f"| `{one.key}`: {register[one.key].label_en} | "
            f"{_interval(one.prior_value, one.prior_low, one.prior_high)} | "
            f"{_interval(one.value, one.low, one.high)} | {one.ratio:.2f} | "
            f"{'yes' if one.identified else ''} | {patterns[one.moves].label} "
            f"({100.0 * one.share:.0f} %) | {share} |"
        )
    return rows


def _interval(value: float, low: float, high: float) -> str:
    """Write a value and a range, each with three significant digits."""
    written = [f"{v:,.0f}" if abs(v) >= 1000.0 else f"{v:.3g}" for v in (value, low, high)]
    return f"{written[0]} [{written[1]}; {written[2]}]"


def _coverage_sentence(found: Calibration) -> str:
    truths = max((one.truths for one in found.coverage), default=0)
    if not truths:
        return "Known truths: none could be tried."
    return (
        f"Known truths: {truths} worlds of the first wave, whose hypotheses are known, stood for "
        "the data, with an error drawn as published figures err; emulators that never saw them "
        f"gave ranges at 90 %, which held {100.0 * found.covered:.0f} % of the true values."
    )


def _target_row(fit: TargetFit, pattern: Pattern) -> str:
    shown: Callable[[float], str] = pattern.shown
    before = f"{shown(fit.before)} [{shown(fit.before_low)}; {shown(fit.before_high)}]"
    after = f"{shown(fit.after)} [{shown(fit.after_low)}; {shown(fit.after_high)}]"
    return (
        f"| {pattern.label} | {shown(fit.value)} ± {shown(fit.error)} | {before} | {after} | "
        f"{100.0 * fit.fit:.0f} % |"
    )


def _ridge_lines(found: Calibration) -> list[str]:
    """Say which pairs the figures leave tied."""
    if not found.ridges:
        return ["No two hypotheses are left tied."]
    pairs = [
        f"`{ridge.first}` and `{ridge.second}` ({ridge.correlation:+.2f})"
        for ridge in found.ridges[:MOST_RIDGES]
    ]
    return [
        "Tied (correlation that the figures leave; ensembles draw each by itself, which widens "
        "what they give): " + ", ".join(pairs) + "."
    ]
