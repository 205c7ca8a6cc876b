"""Channels of indicators: they add up, and each moves alone what it stands for."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from model.hypotheses import HypothesisValues
from model.indicators import Records, decompose_spans, evaluate
from model.indicators.channels import CHANNELS, JOBS, JOBS_CHANNELS, channel_names, channels_between
from model.indicators.decomposition import split_volume_spans

MONTHS = slice(1, 9)


@pytest.fixture(scope="module")
def records(fake_world: ModuleType) -> Records:
    world = fake_world.FakeWorld(1, HypothesisValues())
    world.run(10)
    return changed(world.records, called_n=40.0, bids_n=60.0, running_n=2.0)


def changed(records: Records, **factors: float) -> Records:
    quantities = dict(records.quantities)
    for name, factor in factors.items():
        quantities[name] = quantities[name] * factor
    return replace(records, quantities=quantities)


@pytest.mark.parametrize("seed", range(6))
def test_channels_add_up_to_the_difference(records: Records, seed: int) -> None:
    draw = np.random.default_rng(seed)
    other = changed(records, **{name: draw.uniform(0.2, 1.9) for name in records.quantities})
    if seed == 5:
        # nothing of the territory in one run
        none = dict.fromkeys(("bids_local_n", "awards_territory_n", "awards_territory_eur"), 0.0)
        other = changed(other, clauses_running_n=0.0, insertion_hours_due=0.0, **none)
    local = records.local_volume * draw.uniform(0.5, 1.5, records.local_volume.shape)
    value = records.contract_value * draw.uniform(0.8, 1.2, records.contract_value.shape)
    other = replace(other, local_volume=local, contract_value=value)
    found = channels_between(records, other, MONTHS)
    assert set(found) == set(channel_names())
    before, after = (evaluate(one.quantities, MONTHS) for one in (records, other))
    for key, parts in found.items():
        assert len(parts) == len(channel_names()[key])
        difference = after[key][-1] - before[key][-1]
        assert parts.sum() == pytest.approx(difference, rel=1e-9, abs=1e-9), key


def test_same_records_have_no_channel(records: Records) -> None:
    for key, parts in channels_between(records, records, MONTHS).items():
        assert (parts == 0.0).all(), key


@pytest.mark.parametrize(
    ("indicator", "factors", "channel"),
    [
        ("local_share_territory_number", {"able_local_n": 1.5}, ()),
        ("local_share_territory_number", {"awards_territory_n": 1.2}, ("won",)),
        ("local_share_territory_value", {"awards_territory_eur": 1.1}, ("price",)),
        ("bids_per_tender", {"tenders_n": 0.9}, ("without_bid",)),
        ("bids_per_tender", {"only_sounded_bids_n": 1.5, "bids_n": 1.0}, ("visibility",)),
        ("insertion_hours", {"insertion_hours_executed": 1.2}, ("execution",)),
        ("insertion_people", {"insertion_people_n": 1.2}, ("people_per_hour",)),
        ("insertion_exits_work", {"insertion_exits_work_n": 1.2}, ("work_per_exit",)),
        ("posts_filled", {"posts_filled_fte": 1.2}, ("filled",)),
    ],
)
def test_a_factor_that_moves_alone_is_its_channel_alone(
    records: Records, indicator: str, factors: dict[str, float], channel: tuple[str, ...]
) -> None:
    found = channels_between(records, changed(records, **factors), MONTHS)[indicator]
    names = tuple(CHANNELS[indicator].factors)
    moved = [name for name, part in zip(names, found, strict=True) if abs(part) > 1e-12]
    if not channel:
        # more able firms that do not bid more: one channel takes back what the other gives
        assert set(moved) == {"able", "bid"} and abs(found.sum()) < 1e-9
    elif channel == ("visibility",):
        assert found[0] > 0.0
    else:
        assert tuple(moved) == channel


def test_the_volume_of_purchases_is_budget_and_price(records: Records) -> None:
    spans = [MONTHS]
    richer = replace(
        records,
        contract_value=records.contract_value * 1.1,
        contract_volume=records.contract_volume * 1.1,
        local_volume=records.local_volume * 1.1,
        local_fte=records.local_fte * 1.1,
    )
    cheaper = replace(records, contract_value=records.contract_value / 1.1)
    for other in (richer, cheaper):
        parts = split_volume_spans(records, other, spans)
        volume = decompose_spans(records, other, spans)["volume"]
        assert parts["budget"] + parts["price"] == pytest.approx(volume, abs=1e-9)
    budget = split_volume_spans(records, richer, spans)
    assert (np.abs(budget["price"]) < 1e-9).all() and (budget["budget"] > 0.0).all()
    # less is paid for the same volume: the price lets buy as much more as the budget falls
    price = split_volume_spans(records, cheaper, spans)
    assert (price["price"] > 0.0).all()
    assert price["budget"] == pytest.approx(-price["price"], abs=1e-9)
    assert JOBS in channel_names() and set(parts) <= set(JOBS_CHANNELS)
