"""The generated part of `docs/validation.md` on sensitivity."""

from __future__ import annotations

from model.hypotheses import load_register
from model.indicators import load_indicators
from scenarios.sensitivity.design import SOURCES
from scenarios.sensitivity.results import ResultSensitivity, Sensitivity, Swing
from scenarios.sensitivity.shares import Share

SOURCE_LABELS = {
    "draws": "draws of chance",
    "run": "run-time hypotheses",
    "build": "build-time hypotheses",
}


def sensitivity_block(study: Sensitivity) -> str:
    """Return the tables of swings and of shares of the interval."""
    trial = " **A small trial**, fewer runs than the default." if study.trial else ""
    lines = [
        f"`{study.scenario}` less the baseline, {study.territory}, {study.months} months, "
        f"{study.runs} pairs of runs, {study.written}.{trial} {study.hypotheses} hypotheses of "
        "grade B and C vary, those that act at build too: "
        f"{study.screening} pairs on {study.screening_seeds} seeds in which all vary at once and "
        f"{study.rows} rows of five pairs (both feed the screening), then {study.largest} "
        f"hypotheses one at a time on {study.repeats} seeds, from the 5 % to the 95 % point of "
        "what ensembles draw, others central.",
        "",
        "### What moves the main results",
        "",
        "Swings from low to high with the 90 % interval of their mean; only those that can be "
        "told from zero (one in ten of the others would be, by chance alone).",
        "",
        "| Result | Mean, and 9 of 10 pairs | Hypothesis | From | To | Swing |",
        "|---|---|---|---|---|---|",
    ]
    for result in study.results:
        head = f"{_label(result)} | {_mean(result)}"
        for swing in result.told:
            lines.append(f"| {head} | {_swing_cells(result, swing)} |")
            head = " | "
        if not result.told:
            lines.append(f"| {head} | none of those tried can be told from zero | | | |")
    lines += ["", *_not_told(study), "", "### Where the interval comes from", ""]
    lines += [
        "Share of the variance of one pair in which draws, run-time and build-time hypotheses all "
        "vary: total index of each source over their sum, so that shares add up, with its 90 % "
        "interval from rows drawn again; then the first-order and the total index.",
        "",
        "| Result | " + " | ".join(SOURCE_LABELS[source] for source in SOURCES) + " |",
        "|---|" + "---|" * len(SOURCES),
    ]
    for result in study.results:
        cells = " | ".join(_share_cell(share) for share in result.shares)
        lines.append(f"| {_label(result)} | {cells} |")
    lines += [
        "",
        "In italics: too uncertain to be read (the interval is wider than 50 points). "
        "Intervals that `compare` prints hold the first two sources, build-time hypotheses being "
        "central there.",
    ]
    return "\n".join(lines)


def _label(result: ResultSensitivity) -> str:
    entry = load_indicators()[result.indicator]
    unit = "" if entry.unit == "index" else f" ({entry.unit})"
    return f"{entry.label_en}{unit}"


def _number(result: ResultSensitivity, value: float) -> str:
    entry = load_indicators()[result.indicator]
    size = max(abs(result.low), abs(result.high), 1e-12)
    # an effect is smaller than the level that the register writes
    decimals = entry.decimals if size >= 10.0 ** (1 - entry.decimals) else entry.decimals + 1
    return f"{value:+,.{decimals}f}"


def _mean(result: ResultSensitivity) -> str:
    low, high = (_number(result, end) for end in (result.low, result.high))
    return f"{_number(result, result.mean)} [{low}; {high}]"


def _swing_cells(result: ResultSensitivity, swing: Swing) -> str:
    entry = load_register()[swing.key]
    low, high = (_number(result, end) for end in (swing.low, swing.high))
    return (
        f"{entry.label_en} (`{swing.key}`, {entry.grade}, {entry.acts}) | "
        f"{swing.low_value:.3g} | {swing.high_value:.3g} {entry.unit} | "
        f"{_number(result, swing.swing)} [{low}; {high}]"
    )


def _not_told(study: Sensitivity) -> list[str]:
    """Say which hypotheses were tried in vain, and what screening could not have seen."""
    tried = {swing.key for result in study.results for swing in result.swings}
    told = {swing.key for result in study.results for swing in result.told}
    names = ", ".join(f"`{key}`" for key in sorted(tried - told))
    lines = [f"Moved alone, told from zero for no result: {names or 'none'}."]
    seen = "; ".join(
        f"{_label(one)}, {_number(one, one.smallest_seen)[1:]}" for one in study.results
    )
    lines += [
        "",
        f"The other {study.hypotheses - study.largest} were not moved alone: smaller "
        f"swings than these may be there without being seen: {seen}.",
    ]
    return lines


def _share_cell(share: Share) -> str:
    text = (
        f"{_percent(share.part)} [{_percent(share.part_low)}; {_percent(share.part_high)}]; "
        f"{share.alone:.2f}, {share.in_all:.2f}"
    )
    return f"*{text}*" if share.uncertain else text


def _percent(value: float) -> str:
    return f"{100.0 * value:.0f} %"
