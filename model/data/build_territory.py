"""Compute the embedded tables of the Côte d'Opale from the published files.

Run as ``python -m model.data.build_territory`` with the folder of the published files in
``ANCRAGE_REFERENCE_DATA``. Writes ``model/data/territory/{zones,communes,structures,sector_size,
sector_jobs}.csv``; the other tables of that folder are judgement written by hand, line by line
with source and grade. What each holds is in ``model/data/SOURCES.toml``.
"""

from __future__ import annotations

import csv
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from math import cos, hypot, radians
from pathlib import Path

OUTPUT = Path(__file__).parent / "territory"
BANDS = ("ts0nd", "ts1", "ts6", "ts10", "ts20", "ts50", "ts100", "ts200", "ts500")
NOT_MODELLED = {"AZ", "OZ", "TZ", "UZ"}
# What a structure does, where its NAF class tells it; the classes of social action and of
# membership organisations (88.99B, 94.99Z…) say nothing of the trade and stay "unspecified".
ACTIVITY_OF_NAF = {
    "0113Z": "green_spaces",
    "8130Z": "green_spaces",
    "9104Z": "green_spaces",
    "3832Z": "waste_sorting",
    "4673A": "waste_sorting",
    "9522Z": "waste_sorting",
    "1071A": "catering",
    "4334Z": "building_finishing",
    "4939B": "removals",
    "8121Z": "cleaning",
    "7810Z": "temporary_staff",
    "7820Z": "temporary_staff",
    "7830Z": "temporary_staff",
    "4520A": "other",
}
KM_PER_DEGREE = 111.195


def read(path: Path) -> list[dict[str, str]]:
    """Read a CSV file as a list of rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write one table beside, then rename, so that a stop leaves nothing half-written."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    path = OUTPUT / name
    draft = path.with_suffix(".part")
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    draft.replace(path)


def zones(epcis: list[dict[str, str]], communes: list[dict[str, str]]) -> list[list[object]]:
    """Return one row an EPCI: population, its centre, its radius, establishments by size band.

    The centre is weighted by population; the radius is the population-weighted mean distance (km)
    from the communes' centroids to it.
    """
    rows: list[list[object]] = []
    for epci in sorted(epcis, key=lambda row: row["epci"]):
        members = [row for row in communes if row["epci"] == epci["epci"]]
        people = [float(row["population"]) for row in members]
        total = sum(people)
        lat = sum(p * float(r["lat"]) for p, r in zip(people, members, strict=True)) / total
        lon = sum(p * float(r["lon"]) for p, r in zip(people, members, strict=True)) / total
        squeeze = cos(radians(lat))
        radius = sum(
            p * hypot(float(r["lat"]) - lat, (float(r["lon"]) - lon) * squeeze) * KM_PER_DEGREE
            for p, r in zip(people, members, strict=True)
        )
        about = (epci["epci"], epci["name"], epci["kind"], len(members), int(total))
        place = (round(lat, 4), round(lon, 4), round(radius / total, 2))
        rows.append([*about, *place, *(epci[f"est_{band}"] for band in BANDS)])
    return rows


def structures(rows: list[dict[str, str]]) -> list[list[object]]:
    """Return work-integration structures by EPCI, kind and activity (GEIQ left out)."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        if row["kind"] != "GEIQ":
            activity = ACTIVITY_OF_NAF.get(row["naf"].upper(), "unspecified")
            counts[row["epci"], row["kind"], activity] += int(row["n"])
    return [[*key, count] for key, count in sorted(counts.items())]


def sector_size(rows: list[dict[str, str]]) -> list[list[object]]:
    """Return establishments and salaried jobs by broad sector and size, farms left out.

    "GU" of the source (trade, transport, other services) is split into trade (G) and the rest (SV).
    """
    cells = {
        (row["geo"], row["table"][:2], row["secteur"]): [int(row[f"c{i}"]) for i in range(1, 6)]
        for row in rows
    }
    output: list[list[object]] = []
    for geo, table in sorted({(geo, table) for geo, table, _ in cells}):
        trade = cells[geo, table, "dont G"]
        other = [a - b for a, b in zip(cells[geo, table, "GU"], trade, strict=True)]
        measure = "establishments" if table == "T1" else "jobs"
        for group, values in (
            ("BE", cells[geo, table, "BE"]),
            ("FZ", cells[geo, table, "FZ"]),
            ("G", trade),
            ("SV", other),
            ("OQ", cells[geo, table, "OQ"]),
        ):
            output.append([geo, measure, group, *values])
    return output


def main() -> int:
    """Compute and write the five tables."""
    folder = os.environ.get("ANCRAGE_REFERENCE_DATA")
    if not folder:
        print("ANCRAGE_REFERENCE_DATA is not set: set it to the published files", file=sys.stderr)
        return 2
    source = Path(folder)
    territory = source / "territory"
    communes = read(territory / "communes_cote_opale.csv")
    write(
        "zones.csv",
        ["epci", "name", "kind", "communes", "population", "lat", "lon", "radius_km"]
        + [f"est_{band}" for band in BANDS],
        zones(read(territory / "epci_cote_opale.csv"), communes),
    )
    write(
        "communes.csv",
        ["commune", "name", "siren", "epci", "population", "lat", "lon"],
        (
            [
                *(r[column] for column in ("commune", "name", "siren", "epci", "population")),
                f"{float(r['lat']):.3f}",
                f"{float(r['lon']):.3f}",
            ]
            for r in sorted(communes, key=lambda row: row["commune"])
        ),
    )
    write(
        "structures.csv",
        ["epci", "kind", "activity", "count"],
        structures(read(territory / "siae_cote_opale.csv")),
    )
    write(
        "sector_size.csv",
        ["geo", "measure", "group", "b1", "b2", "b3", "b4", "b5"],
        sector_size(read(territory / "cen_2015_selected.csv")),
    )
    write(
        "sector_jobs.csv",
        ["sector", "persons_engaged_k", "employees_k"],
        (
            [
                row["sector"],
                f"{float(row['persons_engaged_k']):g}",
                f"{float(row['employees_k']):g}",
            ]
            for row in read(source / "io" / "wiod_fra_2014_a38_accounts.csv")
            if row["sector"] not in NOT_MODELLED
        ),
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
