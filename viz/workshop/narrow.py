"""Parts of a comparison, from the same runs: fewer scenarios, or one against another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scenarios.compared import Comparison
from scenarios.resilience import Resilience


def narrowed(comparison: Comparison, names: Sequence[str]) -> Comparison:
    """Return the comparison of some of its scenarios with the baseline.

    Raises
    ------
    KeyError
        One of them is not in it.
    """
    return _kept(comparison, [0, *(_place(comparison, name) for name in names)])


def rebased(comparison: Comparison, before: str, after: str) -> Comparison:
    """Return one scenario against another in place of the baseline.

    Raises
    ------
    KeyError
        One of them is not in it.
    """
    return _kept(comparison, [_place(comparison, before), _place(comparison, after)])


def _place(comparison: Comparison, name: str) -> int:
    """Return the place of a scenario among runs, where the baseline is at 0."""
    names = [scenario.name for scenario in comparison.scenarios]
    if name not in names:
        raise KeyError(name)
    return names.index(name) + 1


def _kept(comparison: Comparison, places: list[int]) -> Comparison:
    return replace(
        comparison,
        scenarios=tuple(comparison.scenarios[place - 1] for place in places[1:]),
        runs=tuple(tuple(pair[place] for place in places) for pair in comparison.runs),
        monthly=comparison.monthly[places],
        group_monthly={key: cells[places] for key, cells in comparison.group_monthly.items()},
    )


def narrowed_study(study: Resilience, names: Sequence[str]) -> Resilience:
    """Return the study of shocks under some of its scenarios, from the same runs.

    Raises
    ------
    KeyError
        One of them is not in it.
    """
    known = [scenario.name for scenario in study.scenarios]
    if missing := set(names).difference(known):
        raise KeyError(min(missing))
    places = [known.index(name) for name in names]
    runs = tuple(
        replace(
            run,
            calm=tuple(run.calm[s] for s in places),
            struck=tuple(run.struck[s] for s in places),
            structure=tuple(run.structure[s] for s in places),
            details=tuple(run.details[s] for s in places) if run.details else (),
        )
        for run in study.runs
    )
    scenarios = tuple(study.scenarios[s] for s in places)
    return replace(study, scenarios=scenarios, runs=runs)
