"""Establishments: exact margins, keyed draws, plausible totals."""

from __future__ import annotations

import time
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from model.errors import AncrageError
from model.territory import establishments as module
from model.territory.establishments import Establishments, build_establishments
from model.territory.generated import generated_tables, generated_zones_establishments
from model.territory.sectors import MODEL_SECTORS
from model.territory.structures import supplied_categories
from model.territory.tables import (
    ENTERPRISE_CLASSES,
    FIRST_INCLUSIVE_KIND,
    KINDS,
    TERRITORY_FILES,
    TerritoryTables,
    load_sector_tables,
    load_territory_tables,
    read_rows,
    tables_from_rows,
)

DATA = Path(module.__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def tables() -> TerritoryTables:
    return load_territory_tables("cote-opale")


@pytest.fixture(scope="module")
def rows(tables: TerritoryTables, h: dict[str, float]) -> Establishments:
    return build_establishments(tables, h)


def margins(rows: Establishments, zones: int) -> np.ndarray:
    counts = np.zeros((zones, 9), dtype=int)
    np.add.at(counts, (rows.zone[rows.market], rows.size_class[rows.market]), 1)
    return counts


def same(a: Establishments, b: Establishments) -> bool:
    return all(np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))


@pytest.mark.parametrize("name", ["cote-opale", "dunkerque"])
def test_counts_by_zone_and_size_band_are_the_published_ones(name: str, h: dict[str, float]):
    tables = load_territory_tables(name)
    rows = build_establishments(tables, h)
    assert np.array_equal(margins(rows, len(tables.names)), tables.bands)
    if name == "cote-opale":
        assert rows.market.sum() == 34_715


def test_broad_sectors_follow_comparable_territories(rows: Establishments):
    from model.territory.sector_size import COARSE_BAND, _group_mix  # pyright: ignore

    sectors = load_sector_tables()
    market = rows.market & (rows.size_class < 8)
    counts = np.zeros((5, 5))
    np.add.at(counts, (sectors.group[rows.sector[market]], COARSE_BAND[rows.size_class[market]]), 1)
    share = counts / counts.sum(axis=0)
    assert np.abs(share - _group_mix(sectors, 0.6)).max() < 0.04


def test_rows_are_sorted_and_entities_unique(rows: Establishments):
    order = np.lexsort((rows.slot, rows.sector, rows.zone))
    assert np.array_equal(order, np.arange(order.size))
    assert np.unique(rows.key).size == rows.key.size


def test_order_of_input_lines_changes_nothing(tables: TerritoryTables, h: dict[str, float]):
    rng = np.random.default_rng(5)
    shuffled = {name: read_rows(name) for name in TERRITORY_FILES}
    for lines in shuffled.values():
        rng.shuffle(lines)  # pyright: ignore[reportArgumentType]
    codes = [str(code) for code in rng.permutation(tables.codes)]
    again = tables_from_rows("cote-opale", codes, shuffled)
    assert same(build_establishments(tables, h), build_establishments(again, h))


def test_seed_decides_all(tables: TerritoryTables, h: dict[str, float], rows: Establishments):
    assert same(rows, build_establishments(tables, h))
    other = build_establishments(tables, h, seed=7)
    assert np.array_equal(margins(other, 12), tables.bands)
    assert not np.array_equal(other.technical[:100], rows.technical[:100])


def test_one_cell_more_leaves_entities_of_other_zones_as_they_were(h: dict[str, float]):
    tables = generated_tables(600, 3)
    more = replace(tables, bands=tables.bands + np.eye(3, 9, k=1, dtype=np.int64))
    one, two = build_establishments(tables, h), build_establishments(more, h)
    shared = np.isin(one.key, two.key)
    assert shared.mean() > 0.9
    place = np.searchsorted(np.sort(two.key), one.key[shared])
    two_rows = np.argsort(two.key)[place]
    for name in ("technical", "dormant", "visibility"):
        assert np.array_equal(getattr(one, name)[shared], getattr(two, name)[two_rows])


def test_heads_stay_in_their_band(rows: Establishments, h: dict[str, float]):
    heads = rows.fte / h["fte_per_head"]
    ordinary = (rows.size_class > 0) & (rows.kind < FIRST_INCLUSIVE_KIND)
    low = np.array([0, 1, 6, 10, 20, 50, 100, 200, 500])[rows.size_class]
    high = np.array([1, 5, 9, 19, 49, 99, 199, 499, 5_000])[rows.size_class]
    assert (heads[ordinary] > low[ordinary] - 1e-9).all()
    assert (heads[ordinary] < high[ordinary] + 1e-9).all()
    none = rows.owner_operated
    assert set(np.unique(rows.fte[none])) == {0.0, h["owner_fte"]}
    assert rows.dormant[none].mean() == pytest.approx(h["dormant_share"], abs=0.02)
    assert not rows.dormant[~none].any()


def test_totals_are_plausible(rows: Establishments):
    fte = np.bincount(rows.sector, weights=rows.fte, minlength=len(MODEL_SECTORS))
    share = dict(zip(MODEL_SECTORS, fte / fte.sum(), strict=True))
    assert 150_000 < fte.sum() < 180_000
    assert 0.07 < share["FZ"] < 0.09
    assert 0.14 < share["GZ"] < 0.20
    assert sum(share[s] for s in MODEL_SECTORS[:16]) == pytest.approx(0.26, abs=0.05)


def test_local_profile_shows(rows: Establishments, tables: TerritoryTables):
    def first(zone: str, sector: str) -> bool:
        zones = tables.codes == int(zone)
        here = np.bincount(
            rows.zone[rows.sector == MODEL_SECTORS.index(sector)],
            weights=rows.fte[rows.sector == MODEL_SECTORS.index(sector)],
            minlength=12,
        )
        return bool(zones[int(np.argmax(here))])

    assert first("245900428", "CH")
    assert first("245900428", "DZ")
    assert first("246200729", "CA")
    assert first("200069037", "CG")
    lace = rows.zone[rows.sector == MODEL_SECTORS.index("CB")]
    assert tables.codes[np.argmax(np.bincount(lace))] == 200090751


def test_enterprises_are_plausible(rows: Establishments):
    staffed = rows.size_class > 0
    n = np.bincount(rows.enterprise_class[staffed], minlength=4)
    fte = np.bincount(rows.enterprise_class, weights=rows.fte, minlength=4)
    micro_sme = ENTERPRISE_CLASSES.index("sme") + 1
    assert n[:micro_sme].sum() / n.sum() > 0.85
    assert 0.45 < fte[:micro_sme].sum() / fte.sum() < 0.65
    assert (rows.enterprise_multiple >= 1.0).all()
    large = rows.size_class >= 5
    assert (rows.enterprise_multiple[large] > 1.0).mean() > 0.5
    assert (rows.enterprise_multiple[rows.size_class == 1] > 1.0).mean() < 0.25
    ends = np.array([10.0, 250.0, 5_000.0, np.inf])[rows.enterprise_class]
    heads = np.maximum(rows.fte / 0.9, 1.0) * rows.enterprise_multiple
    assert (heads[rows.market] < ends[rows.market] + 1e-6).all()


def test_social_economy_holds_its_share_of_salaried_jobs(
    rows: Establishments, tables: TerritoryTables, h: dict[str, float]
):
    salaried = rows.fte[~rows.owner_operated].sum() / h["fte_per_head"]
    social = rows.fte[rows.kind > 0].sum() / h["fte_per_head"]
    public = tables.public_jobs_per_1000 @ tables.population / 1000
    assert social / (salaried + public) == pytest.approx(h["ess_share_of_jobs"], abs=0.01)


def test_inclusive_structures(rows: Establishments, tables: TerritoryTables):
    count = np.bincount(rows.kind, minlength=len(KINDS))
    listed = np.bincount(tables.structure_kind, tables.structure_count, minlength=len(KINDS))
    integration = slice(FIRST_INCLUSIVE_KIND, FIRST_INCLUSIVE_KIND + 4)
    assert np.array_equal(count[integration], listed[integration].astype(int))
    assert count[KINDS.index("EA")] == 9
    assert count[KINDS.index("ESAT")] == 16
    inclusive = rows.kind >= FIRST_INCLUSIVE_KIND
    assert not rows.market[inclusive].any()
    assert not rows.supplies[~inclusive].any()
    assert supplied_categories(rows.supplies)[inclusive].any(axis=1).mean() > 0.9
    assert (rows.insertion_posts_fte <= rows.fte + 1e-9).all()
    assert not rows.insertion_posts_fte[~inclusive].any()
    assert (rows.users_fte > 0).sum() == 16


def test_scores_do_not_depend_on_the_zone(rows: Establishments):
    for name in ("technical", "social", "environmental"):
        score = getattr(rows, name)
        assert ((score > 0) & (score < 1)).all()
        small = rows.size_class == 0
        mean = np.bincount(rows.zone[small], score[small]) / np.bincount(rows.zone[small])
        assert np.ptp(mean) < 0.04
    assert rows.technical[rows.size_class >= 5].mean() > rows.technical[rows.size_class == 1].mean()


def test_too_many_named_sites_are_refused(tables: TerritoryTables, h: dict[str, float]):
    bands = tables.bands.copy()
    bands[:, 8] = 0
    with pytest.raises(AncrageError, match=r"large_sites\.csv"):
        build_establishments(replace(tables, bands=bands), h)


def test_unknown_territory_names_the_nearest():
    with pytest.raises(AncrageError, match="did you mean 'dunkerque'"):
        load_territory_tables("dunkirk-dunkerque")


@pytest.mark.parametrize(("firms", "zones"), [(300, 3), (2_000, 5)])
def test_generated_territories(firms: int, zones: int, h: dict[str, float]):
    made, rows = generated_zones_establishments(firms, zones, 3, h)
    assert rows.market.sum() == firms
    assert len(made.keys) == zones
    assert set(range(len(KINDS))) - set(rows.kind.tolist()) <= {2, 3, 4, 9, 10}
    assert np.allclose(made.commuting.sum(axis=1), 1.0)


def test_generated_territory_too_small_is_refused(h: dict[str, float]):
    with pytest.raises(AncrageError, match="too small"):
        generated_zones_establishments(30, 5, 1, h)


@pytest.mark.benchmark
def test_building_takes_under_a_second(tables: TerritoryTables, h: dict[str, float]):
    start = time.perf_counter()
    build_establishments(tables, h)
    assert time.perf_counter() - start < 1.0


def test_mean_heads_by_band_are_those_of_the_nearest_territory(
    rows: Establishments, h: dict[str, float]
):
    near = [row for row in read_rows("sector_size") if row["geo"] == "EPCI-200044618"]

    def total(measure: str, column: str) -> float:
        return sum(float(row[column]) for row in near if row["measure"] == measure)

    heads = rows.fte / h["fte_per_head"]
    for jobs, establishments, classes in (
        ("b1", "b2", (1, 2)),
        ("b2", "b3", (3,)),
        ("b3", "b4", (4,)),
    ):
        ours = heads[rows.market & np.isin(rows.size_class, classes)].mean()
        theirs = total("jobs", jobs) / total("establishments", establishments)
        assert ours == pytest.approx(theirs, rel=0.08)


def test_every_table_names_its_source():
    sources = tomllib.loads((DATA / "SOURCES.toml").read_text("utf-8"))
    named = {entry["file"] for entry in sources["table"]}
    folder = DATA / "territory"
    assert {f"territory/{path.name}" for path in folder.glob("*.csv")} <= named
