"""Tables that a territory is built from: read from `model/data/territory`, checked, as arrays.

Two values come out: `TerritoryTables`, what is known of the zones of one territory, and
`SectorTables`, what is known of sectors, sizes and kinds anywhere. Both are sorted by code, so the
order of lines in a file never matters.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError, nearest_name
from model.territory.sectors import MODEL_SECTORS, SECTOR_INDEX

Row = Mapping[str, str]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDER = Path(__file__).parent.parent / "data" / "territory"
TERRITORY_FILES = ("zones", "labour", "local_profile", "large_sites", "structures", "outside_poles")
BANDS = ("ts0nd", "ts1", "ts6", "ts10", "ts20", "ts50", "ts100", "ts200", "ts500")
NEAREST_GEO = "EPCI-200044618"
"""CA Douaisis, the nearest in profile of the territories of `sector_size.csv`."""
JOBS_PER_INHABITANT = 0.34
"""Jobs of a known neighbouring zone, only to weigh it among places of work outside."""
GROUPS = ("BE", "FZ", "G", "SV", "OQ")
KINDS = (
    "ordinary",
    "association",
    "cooperative",
    "mutual",
    "foundation",
    "ACI",
    "EI",
    "ETTI",
    "AI",
    "EA",
    "ESAT",
)
"""Kinds of employers; the position is the code of `Establishments.kind`."""
FIRST_INCLUSIVE_KIND = KINDS.index("ACI")
STRUCTURE_KINDS = KINDS[FIRST_INCLUSIVE_KIND:]
ENTERPRISE_CLASSES = ("micro", "sme", "eti", "large")
SUPPLY_CATEGORIES = (
    "green_spaces",
    "cleaning",
    "waste_sorting",
    "laundry",
    "catering",
    "packing",
    "building_finishing",
    "removals",
    "archives",
    "temporary_staff",
)
"""What inclusive structures supply, apart from their NAF class (model.md 1)."""
ACTIVITIES = (*SUPPLY_CATEGORIES, "other", "unspecified")


@dataclass(frozen=True, slots=True)
class TerritoryTables:
    """What is known of Z zones, sorted by code.

    ``bands`` (Z, 9) counts market, non-farm establishments by size; ``local_factor`` (Z, S) tilts
    the national jobs of a sector; ``site_*`` (L,) are the named large sites, ``structure_*`` (K,)
    the listed work-integration structures, ``pole_*`` (P,) places of work outside.
    """

    name: str
    codes: Ints
    names: tuple[str, ...]
    population: Floats
    lat: Floats
    lon: Floats
    radius_km: Floats
    bands: Ints
    labour_force_rate: Floats
    unemployment_rate: Floats
    public_jobs_per_1000: Floats
    farm_jobs_per_1000: Floats
    income_factor: Floats
    local_factor: Floats
    site_zone: Ints
    site_sector: Ints
    site_heads: Floats
    site_class: Ints
    site_kind: Ints
    site_labels: tuple[str, ...]
    structure_zone: Ints
    structure_kind: Ints
    structure_activity: Ints
    structure_count: Ints
    pole_lat: Floats
    pole_lon: Floats
    pole_jobs: Floats


@dataclass(frozen=True, slots=True)
class SectorTables:
    """What is known of S sectors, 9 size classes and 6 structure kinds, in any territory."""

    group: Ints
    """(S,) position in `GROUPS`."""
    persons_k: Floats
    """(S,) persons engaged in France, 2014, thousands."""
    self_employed_k: Floats
    """(S,) of which not employees."""
    size_tilt: Floats
    group_shift: Floats
    kind_share: Floats
    """(S, 4) shares of associations, cooperatives, mutuals, foundations among staffed ones."""
    nearest_profile: Floats
    """(5 groups, 5 bands) market establishments of the nearest comparable territory."""
    other_profiles: Floats
    """(n, 5 groups, 5 bands) those of the other comparable territories."""
    dependent_share: Floats
    """(9,) share of establishments that belong to a larger enterprise, by size class."""
    dependent_class: Floats
    """(9, 3) shares of SME, mid-size and large among these enterprises."""
    kind_heads: Floats
    """(6,) mean insertion employees, disabled employees or users of a structure."""
    kind_fte_per_head: Floats
    kind_permanent: Floats
    """(6,) permanent FTE for each insertion FTE."""
    kind_per_million: Floats
    """(6,) structures for a million inhabitants, 0 where the list is real."""
    activity_sector: Ints
    """(11,) sector of each activity but the unspecified."""
    activity_weight: Floats
    """(6, 10) weights of the supply categories of unspecified structures, by kind."""
    association_sector: Floats
    """(S,) shares of the associations beside the market."""
    association_size: Floats
    """(9,) shares of size classes among them."""


def read_rows(name: str) -> list[dict[str, str]]:
    """Read one embedded table as a list of rows."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def territory_names() -> tuple[str, ...]:
    """Return the names of the embedded territories."""
    return tuple(dict.fromkeys(row["territory"] for row in read_rows("territories")))


def load_territory_tables(name: str) -> TerritoryTables:
    """Return the tables of an embedded territory.

    Raises
    ------
    AncrageError
        If no embedded territory has this name.
    """
    codes = [row["epci"] for row in read_rows("territories") if row["territory"] == name]
    if not codes:
        hint = nearest_name(name, territory_names())
        raise AncrageError(f"No embedded territory is named '{name}'{hint}.")
    return tables_from_rows(name, codes, {key: read_rows(key) for key in TERRITORY_FILES})


def tables_from_rows(
    name: str, codes: Sequence[str], rows: Mapping[str, Sequence[Row]]
) -> TerritoryTables:
    """Arrange rows of the files of `TERRITORY_FILES` as the tables of the zones of ``codes``.

    Rows of other zones are left aside, save that the other zones become places of work outside.

    Raises
    ------
    AncrageError
        If a zone has no row in ``zones`` or ``labour``.
    """
    order = sorted(codes, key=int)
    place = {code: z for z, code in enumerate(order)}
    zones = _one_row_each(order, rows["zones"], "zones.csv")
    labour = _one_row_each(order, rows["labour"], "labour.csv")
    sites = sorted(
        (row for row in rows["large_sites"] if row["epci"] in place),
        key=lambda row: (place[row["epci"]], SECTOR_INDEX[row["sector"]], row["label"]),
    )
    listed = _sorted_structures(rows["structures"], place)
    poles = _poles(rows, place)
    return TerritoryTables(
        name=name,
        codes=np.array([int(code) for code in order], dtype=np.int64),
        names=tuple(row["name"] for row in zones),
        population=_floats(zones, "population"),
        lat=_floats(zones, "lat"),
        lon=_floats(zones, "lon"),
        radius_km=_floats(zones, "radius_km"),
        bands=np.array([[int(r[f"est_{b}"]) for b in BANDS] for r in zones], dtype=np.int64),
        labour_force_rate=_floats(labour, "labour_force_rate"),
        unemployment_rate=_floats(labour, "unemployment_rate"),
        public_jobs_per_1000=_floats(labour, "public_jobs_per_1000"),
        farm_jobs_per_1000=_floats(labour, "farm_jobs_per_1000"),
        income_factor=_floats(labour, "income_factor"),
        local_factor=_local_factor(rows["local_profile"], place),
        site_zone=_ints([place[row["epci"]] for row in sites]),
        site_sector=_ints([SECTOR_INDEX[row["sector"]] for row in sites]),
        site_heads=_floats(sites, "heads"),
        site_class=_ints([ENTERPRISE_CLASSES.index(row["enterprise_class"]) for row in sites]),
        site_kind=_ints([KINDS.index(row["kind"]) for row in sites]),
        site_labels=tuple(row["label"] for row in sites),
        structure_zone=listed[:, 0],
        structure_kind=listed[:, 1],
        structure_activity=listed[:, 2],
        structure_count=listed[:, 3],
        pole_lat=poles[:, 0],
        pole_lon=poles[:, 1],
        pole_jobs=poles[:, 2],
    )


@cache
def load_sector_tables() -> SectorTables:
    """Return the tables of sectors, sizes and kinds; the nearest territory is CA Douaisis."""
    jobs = {row["sector"]: row for row in read_rows("sector_jobs")}
    profile = {row["sector"]: row for row in read_rows("sector_profile")}
    jobs_rows = [jobs[sector] for sector in MODEL_SECTORS]
    rows = [profile[sector] for sector in MODEL_SECTORS]
    persons = _floats(jobs_rows, "persons_engaged_k")
    profiles = _profiles()
    group_rows = sorted(read_rows("group_distribution"), key=lambda row: int(row["size_class"]))
    kinds = {row["kind"]: row for row in read_rows("structure_kinds")}
    kind_rows = [kinds[kind] for kind in STRUCTURE_KINDS]
    activities = {row["activity"]: row for row in read_rows("structure_activities")}
    structures = _floats(kind_rows, "structures")
    weights = [
        [float(activities[category][kind]) for category in SUPPLY_CATEGORIES]
        for kind in STRUCTURE_KINDS
    ]
    return SectorTables(
        group=_ints([GROUPS.index(row["group"]) for row in rows]),
        persons_k=persons,
        self_employed_k=persons - _floats(jobs_rows, "employees_k"),
        size_tilt=_floats(rows, "size_tilt"),
        group_shift=_floats(rows, "group_shift"),
        kind_share=np.array([[float(r[kind]) for kind in KINDS[1:5]] for r in rows]),
        nearest_profile=profiles[NEAREST_GEO],
        other_profiles=np.stack([v for k, v in profiles.items() if k != NEAREST_GEO]),
        dependent_share=_floats(group_rows, "dependent"),
        dependent_class=np.stack([_floats(group_rows, c) for c in ENTERPRISE_CLASSES[1:]], axis=1),
        kind_heads=_floats(kind_rows, "employees_k") * 1000 / structures,
        kind_fte_per_head=_floats(kind_rows, "fte_per_head"),
        kind_permanent=_floats(kind_rows, "permanent_per_post"),
        kind_per_million=structures / 68.0 * _floats(kind_rows, "national_count_pro_rata"),
        activity_sector=_ints([SECTOR_INDEX[activities[a]["sector"]] for a in ACTIVITIES[:-1]]),
        activity_weight=np.array(weights),
        association_sector=_shares("sector", MODEL_SECTORS),
        association_size=_shares("size", tuple(str(b) for b in range(len(BANDS)))),
    )


def _floats(rows: Sequence[Row], column: str) -> Floats:
    return np.array([float(row[column]) for row in rows], dtype=np.float64)


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _one_row_each(codes: Sequence[str], rows: Sequence[Row], file: str) -> list[Row]:
    found = {row["epci"]: row for row in rows}
    missing = [code for code in codes if code not in found]
    if missing:
        raise AncrageError(f"{file} has no row for the EPCI {', '.join(missing)}: add it.")
    return [found[code] for code in codes]


def _sorted_structures(rows: Sequence[Row], place: Mapping[str, int]) -> Ints:
    listed = sorted(
        (
            place[row["epci"]],
            KINDS.index(row["kind"]),
            ACTIVITIES.index(row["activity"]),
            int(row["count"]),
        )
        for row in rows
        if row["epci"] in place
    )
    return np.array(listed, dtype=np.int64).reshape(-1, 4)


def _poles(rows: Mapping[str, Sequence[Row]], place: Mapping[str, int]) -> Floats:
    """Places of work outside: the listed ones, and the known zones left out of the territory."""
    far = [(float(r["lat"]), float(r["lon"]), float(r["jobs"])) for r in rows["outside_poles"]]
    near = [
        (float(r["lat"]), float(r["lon"]), JOBS_PER_INHABITANT * float(r["population"]))
        for r in rows["zones"]
        if r["epci"] not in place
    ]
    return np.array(sorted(far + near), dtype=np.float64).reshape(-1, 3)


def _local_factor(rows: Sequence[Row], place: Mapping[str, int]) -> Floats:
    """Return (Z, S) factors; a row of ``all`` multiplies every zone."""
    factor = np.ones((len(place), len(MODEL_SECTORS)))
    for row in sorted(rows, key=lambda row: (row["epci"], row["sector"])):
        if row["epci"] == "all" or row["epci"] in place:
            zone = slice(None) if row["epci"] == "all" else place[row["epci"]]
            factor[zone, SECTOR_INDEX[row["sector"]]] *= float(row["factor"])
    return factor


def _profiles() -> dict[str, Floats]:
    """Return market establishments by group and band (5, 5) of each comparable territory."""
    columns = ("b1", "b2", "b3", "b4", "b5")
    market = {r["group"]: [float(r[c]) for c in columns] for r in read_rows("market_share")}
    counts: dict[str, Floats] = {}
    for row in read_rows("sector_size"):
        if row["measure"] == "establishments":
            table = counts.setdefault(row["geo"], np.zeros((len(GROUPS), len(columns))))
            share = np.array(market[row["group"]])
            table[GROUPS.index(row["group"])] = share * [float(row[c]) for c in columns]
    return dict(sorted(counts.items()))


def _shares(measure: str, keys: Sequence[str]) -> Floats:
    rows = {r["key"]: r for r in read_rows("association_profile") if r["measure"] == measure}
    return np.array([float(rows[key]["value"]) if key in rows else 0.0 for key in keys])
