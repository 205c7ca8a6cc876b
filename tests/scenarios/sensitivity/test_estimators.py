"""Screening and shares on functions whose answer is known exactly."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from model.random_streams import normal, uniform
from scenarios.sensitivity.screening import largest, screen, within_blocks
from scenarios.sensitivity.shares import indices, shares

Array = NDArray[np.float64]
SOURCES = ("draws", "run", "build")


def positions(runs: int, hypotheses: int) -> Array:
    """Return places of hypotheses in their ranges, all different."""
    keys = np.arange(runs)[:, None], np.arange(hypotheses)[None, :]
    return uniform(3, "positions", *keys) - 0.5


def test_a_linear_model_is_found_exactly_with_more_hypotheses_than_runs() -> None:
    x = positions(80, 200)
    true = np.zeros((200, 2))
    true[[4, 90, 150], 0] = (5.0, -3.0, 2.0)
    true[17, 1] = 1.0
    seeds = np.arange(80) % 4
    found = screen(x, x @ true + 100.0 * seeds[:, None], seeds)
    for key, r in ((4, 0), (90, 0), (150, 0), (17, 1)):
        assert found.swing[key, r] == pytest.approx(true[key, r], rel=1e-9)
    inert = np.ones(200, dtype=bool)
    inert[[4, 90, 150]] = False
    assert np.abs(found.swing[inert, 0]).max() < 1e-6
    assert set(largest(found, [str(k) for k in range(200)], 4)) == {"4", "90", "150", "17"}


def test_the_standard_error_is_that_of_ordinary_regression() -> None:
    x = positions(60, 1)
    y = 4.0 * x + 0.5 * normal(1, "noise", np.arange(60))[:, None]
    found = screen(x, y, np.zeros(60, dtype=np.int64))
    centred, of_y = x[:, 0] - x[:, 0].mean(), y[:, 0] - y[:, 0].mean()
    slope = float(centred @ of_y) / float(centred @ centred)
    rest = of_y - slope * centred
    error = np.sqrt(float(rest @ rest) / 58 / float(centred @ centred))
    assert found.swing[0, 0] == pytest.approx(slope)
    assert found.error[0, 0] == pytest.approx(error)


def test_an_inert_hypothesis_is_rarely_taken_for_an_active_one() -> None:
    x = positions(100, 250)
    y = normal(2, "noise alone", np.arange(100))[:, None]
    ratio = np.abs(screen(x, y, np.arange(100) % 5).ratio[:, 0])
    assert 0.02 < np.mean(ratio > 1.645) < 0.20


def test_what_runs_of_one_seed_share_is_taken_off() -> None:
    values = np.array([[1.0], [3.0], [10.0], [20.0], [7.0]])
    blocks = np.array([0, 0, 1, 1, 2])
    assert within_blocks(values, blocks)[:, 0].tolist() == [-1.0, 1.0, -5.0, 5.0, 0.0]


def rows_of(first: Array, second: Array, function: object) -> Array:
    """Return the five values of each row for inputs (n, 3) of a function of three columns."""
    assert callable(function)
    columns = [function(first), function(second)]
    for k in range(3):
        mixed = first.copy()
        mixed[:, k] = second[:, k]
        columns.append(function(mixed))
    return np.stack(columns, axis=1)


def inputs(rows: int, name: str) -> Array:
    return normal(5, name, np.arange(rows)[:, None], np.arange(3)[None, :])


def test_shares_of_a_sum_are_those_of_its_parts_and_add_up_to_one() -> None:
    scale = np.array([2.0, 1.0, 0.0])
    values = rows_of(inputs(20_000, "a"), inputs(20_000, "b"), lambda x: x @ scale)
    alone, total = indices(values)
    assert alone == pytest.approx([0.8, 0.2, 0.0], abs=0.03)
    assert total == pytest.approx([0.8, 0.2, 0.0], abs=0.03)
    assert total[2] == 0.0  # what is inert changes nothing, exactly
    assert alone.sum() == pytest.approx(1.0, abs=0.03)


def test_what_two_sources_do_together_is_counted_with_both() -> None:
    values = rows_of(
        inputs(20_000, "c"), inputs(20_000, "d"), lambda x: x[:, 0] * x[:, 1] + x[:, 2]
    )
    alone, total = indices(values)
    assert alone == pytest.approx([0.0, 0.0, 0.5], abs=0.05)
    assert total == pytest.approx([0.5, 0.5, 0.5], abs=0.05)


def test_intervals_of_shares_hold_the_truth_and_few_rows_are_said_to_be_uncertain() -> None:
    scale = np.array([2.0, 1.0, 1.0])
    many = shares(rows_of(inputs(400, "e"), inputs(400, "f"), lambda x: x @ scale), SOURCES)
    for share, truth in zip(many, (4 / 6, 1 / 6, 1 / 6), strict=True):
        assert share.part_low <= truth <= share.part_high
        assert share.alone_low <= share.alone <= share.alone_high
        assert not share.uncertain
    assert sum(share.part for share in many) == pytest.approx(1.0)
    few = shares(rows_of(inputs(4, "g"), inputs(4, "h"), lambda x: x @ scale), SOURCES)
    assert few[0].uncertain


def test_a_result_that_never_varies_has_no_shares() -> None:
    found = shares(np.ones((6, 5)), SOURCES)
    assert all(np.isnan(share.part) and not share.uncertain for share in found)
