"""A validation: what it finds over seeds, what it ships, what it keeps and refuses."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from model.errors import AncrageError
from scenarios.finished import Values
from scenarios.outlet import compact_json
from scenarios.pool import Interrupted
from scenarios.validation.effects import SCENARIOS
from scenarios.validation.outcome import ValidationOutlet
from scenarios.validation.patterns import load_patterns
from scenarios.validation.report import DOCUMENT, LIBRARY_COLUMNS, patterns_text
from scenarios.validation.results import SHIPPED, Validation, load_validation, read_validation
from scenarios.validation.run import SIZES, SeedTask, SizeTask, run_unit, validate

PATTERN = load_patterns()[0]


def fake_unit(task: SeedTask | SizeTask) -> tuple[str, Values]:
    """Every pattern at the middle of its range in the mean of odd and even seeds."""
    if isinstance(task, SizeTask):
        return task.unit, {"establishments": 10.0, "lm3": 1.5, "multiplier_full": 1.3}
    side = 1.0 if task.seed % 2 else -1.0
    return task.unit, {
        p.key: (p.low + p.high) / 2.0 + side * (p.high - p.low) / 4.0 for p in load_patterns()
    }


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def made_up(values: list[float]) -> Validation:
    """A validation in which every pattern has these values."""
    seeds = tuple(range(1, len(values) + 1))
    rows = {p.key: tuple(values) for p in load_patterns()}
    return Validation("cote-opale", seeds, False, rows, (), {}, {})


def test_the_document_says_what_the_shipped_figures_say() -> None:
    found = load_validation()
    assert f"<!-- generated: patterns -->\n\n{patterns_text(found)}\n\n<!-- end" in (
        DOCUMENT.read_text(encoding="utf-8")
    )
    written = compact_json(found.as_json()) + "\n"
    assert written == SHIPPED.read_text(encoding="utf-8")
    assert not found.central and len(found.seeds) >= 20


def test_the_first_seed_gives_the_shipped_values_again() -> None:
    found = load_validation()
    _, values = run_unit(SeedTask(found.territory, 1, found.central))
    for pattern in load_patterns():
        shipped = found.values[pattern.key][0]
        whole = pattern.form == "count" and shipped == round(shipped)
        tolerance = 0.0 if whole else 1e-6
        assert values[pattern.key] == pytest.approx(shipped, rel=tolerance, nan_ok=True), pattern


def test_enough_patterns_are_within_their_range() -> None:
    tally = load_validation().tally()
    assert tally["calibrated"][0] >= 8 and tally["predicted"][0] >= 4
    for finding in load_validation().findings:
        assert finding.within or finding.pattern.why, f"{finding.pattern.key}: a miss unexplained"


def test_the_verdict_is_on_the_mean_and_says_when_seeds_straddle_a_bound() -> None:
    low, high = PATTERN.low, PATTERN.high
    middle, step = (low + high) / 2.0, (high - low) / 100.0
    well_inside = made_up([middle - step, middle, middle + step] * 4).findings[0]
    assert well_inside.within and not well_inside.straddles
    assert well_inside.mean == pytest.approx(middle)
    at_the_edge = made_up([high - 4.0 * step, high + 2.0 * step] * 6).findings[0]
    assert at_the_edge.within and at_the_edge.straddles
    outside = made_up([high + 9.0 * step, high + 10.0 * step] * 6).findings[0]
    assert not outside.within and not outside.straddles
    few = made_up([middle, high * 2.0]).findings[0]
    assert few.low is None and not few.straddles
    none = made_up([math.nan] * 6).findings[0]
    assert none.mean is None and not none.within


def test_finished_units_are_taken_up_again(cache: Path) -> None:
    done: list[str] = []

    def stopping(task: SeedTask | SizeTask) -> tuple[str, Values]:
        if len(done) == 9:
            raise KeyboardInterrupt
        done.append(task.unit)
        return fake_unit(task)

    told: list[tuple[int, int]] = []

    def validated() -> Validation:
        return validate(
            seeds=6,
            workers=1,
            work=stopping,
            on_planned=lambda units, known: told.append((units, known)),
        )

    with pytest.raises(Interrupted):
        validated()
    kept = list(done)
    done.clear()
    found = validated()
    assert told == [(6 + len(SIZES), 0), (6 + len(SIZES), 9)]
    assert not set(kept) & set(done)
    assert found.findings[0].mean == pytest.approx((PATTERN.low + PATTERN.high) / 2.0)
    # more seeds go on from fewer
    done.clear()
    more = validate(seeds=8, workers=1, work=stopping)
    assert done == ["seed-7", "seed-8"]
    assert more.values[PATTERN.key][:6] == found.values[PATTERN.key]


def test_a_validation_is_written_and_read_again(tmp_path: Path) -> None:
    found = made_up([1.0, 2.0, math.nan])
    found = Validation(**{**vars(found), "sizes": load_validation().sizes})
    outlet = ValidationOutlet.chosen(tmp_path / "run", usual=True)
    record, document = outlet.write(found, {})
    again = read_validation(record)
    assert again.as_json() == found.as_json()
    assert patterns_text(found) in document.read_text(encoding="utf-8")
    assert math.isnan(again.values[PATTERN.key][2])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda plain: plain["values"].pop(PATTERN.key), f"no value of pattern '{PATTERN.key}'"),
        (lambda plain: plain.pop("seeds"), "is not a validation"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(
    tmp_path: Path, change: Callable[[dict[str, object]], object], expected: str
) -> None:
    plain = load_validation().as_json()
    change(plain)
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(AncrageError, match=expected):
        read_validation(path)
    with pytest.raises(AncrageError, match="cannot be read"):
        read_validation(tmp_path / "none.json")


def test_bad_questions_are_refused(cache: Path) -> None:
    with pytest.raises(AncrageError, match="did you mean 'dunkerque'"):
        validate(territory="dunkerqe", work=fake_unit)
    with pytest.raises(AncrageError, match="at least one seed"):
        validate(seeds=0, work=fake_unit)


def test_the_tables_of_the_library_are_parts_of_the_document() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    part = text[text.index("<!-- generated: library -->") : text.index("<!-- end: library -->")]
    assert all(f"| {heading} |" in part for heading, *_ in LIBRARY_COLUMNS)
    assert all(f"| `{name}` |" in part for name in SCENARIOS)
