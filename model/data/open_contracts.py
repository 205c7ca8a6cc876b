"""Read the open contract data (DECP) of the reference folder and clean what real files contain.

Used by the scripts that compute the embedded tables only; the model never reads these files.
"""

from __future__ import annotations

import csv
import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.errors import AncrageError

# Amounts outside are not lots: symbolic (1 EUR), framework maxima or typing errors. The ministry
# rejects under 1 EUR and above 3 bn EUR; repeated digits and 123456789 are placeholders.
LOWEST_EUR, HIGHEST_EUR = 1_000.0, 1e8
LONGEST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Contract:
    """One award: CPV digits, amount (EUR excl. tax), months, bids; None where unusable."""

    cpv: str
    amount_eur: float | None
    months: float | None
    bids: int | None
    record: Mapping[str, Any]


def reference_folder() -> Path:
    """Return the folder of reference data, from the environment."""
    folder = os.environ.get("ANCRAGE_REFERENCE_DATA")
    if not folder:
        raise AncrageError(
            "the reference data folder is not known: set ANCRAGE_REFERENCE_DATA to it and run again"
        )
    return Path(folder)


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a CSV with a header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_table(path: Path, header: list[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a CSV beside its place, then move it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".tmp")
    with beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    beside.replace(path)


def contracts_2019(folder: Path) -> list[Contract]:
    """Return the contracts of the two 2019 files (AIFE and PES), each once."""
    contracts: list[Contract] = []
    for name in ("decp2019_aife", "decp2019_pes"):
        with zipfile.ZipFile(folder / "decp" / f"{name}.json.zip") as archive:
            content = archive.read(archive.namelist()[0]).decode("utf-8-sig")
        contracts += [_contract(record) for record in json.loads(content)["marches"]]
    return contracts


def contracts_2022(folder: Path) -> list[Contract]:
    """Return the contracts of the sample in the format of 2022."""
    content = (folder / "decp" / "decp2022_sample.json").read_text(encoding="utf-8-sig")
    return [_contract(record) for record in json.loads(content)["marches"]["marche"]]


def works_2024(folder: Path) -> list[Contract]:
    """Return the sample of building works of the second half of 2024, one row a contract.

    A contract appears once per modification and once per co-contractor, always with its full
    amount: the first notified row of each identifier is kept (the contract as awarded).
    """
    first: dict[str, dict[str, str]] = {}
    for row in read_table(folder / "decp" / "decp_tabular_2024H2_works_sample.csv"):
        kept = first.get(row["uid"])
        if kept is None or row["dateNotification"] < kept["dateNotification"]:
            first[row["uid"]] = row
    return [_contract(row) for row in first.values()]


def usable_amount(value: object) -> float | None:
    """Return an amount that can be a lot, else None."""
    try:
        amount = float(str(value))
    except ValueError:
        return None
    whole = str(int(amount)) if amount == amount and abs(amount) < 1e18 else ""
    placeholder = whole.startswith("12345") or (len(whole) > 4 and len(set(whole)) == 1)
    return amount if LOWEST_EUR <= amount <= HIGHEST_EUR and not placeholder else None


def _contract(record: Mapping[str, Any]) -> Contract:
    months = _number(record.get("dureeMois"))
    bids = _number(record.get("offresRecues"))
    cpv = "".join(c for c in str(record.get("codeCPV") or "").split("-")[0] if c.isdigit())
    return Contract(
        # A code of seven digits has lost its leading zero.
        cpv=cpv.zfill(8) if len(cpv) == 7 else cpv,
        amount_eur=usable_amount(record.get("montant")),
        months=months if months is not None and 1 <= months <= LONGEST_MONTHS else None,
        bids=int(bids) if bids is not None and 1 <= bids <= 50 else None,
        record=record,
    )


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
