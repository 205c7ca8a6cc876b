"""What buyers really bought each year, read from a file and held against what was expected."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from model.errors import AncrageError, nearest_name
from scenarios.spaser.register import Unit, load_categories
from scenarios.spaser.results import Spaser, SpaserRow
from scenarios.spaser.run import FIRST_YEAR

COLUMNS = ("buyer", "year", "category", "unit", "value")

REAL_UNITS = ("number", "value", "percent_number", "percent_value")
"""Contracts, EUR excl. tax, and shares in % of the number of contracts and of their value."""

Verdict = Literal["within", "above", "below", "unknown"]

_LARGEST_FILE = 2_000_000


@dataclass(frozen=True, slots=True)
class RealValue:
    """One line of the file."""

    line: int
    buyer: str
    year: int
    category: str
    unit: str
    value: float


@dataclass(frozen=True, slots=True)
class Compared:
    """A real value against the simulated range of the scenario; None where there is no range."""

    buyer: str
    year: int
    category: str
    unit: str
    value: float
    expected: float | None
    low: float | None
    high: float | None
    verdict: Verdict


def template_text(buyers: Sequence[str], first_year: int) -> str:
    """Return an empty file to fill in: every buyer, category and unit of one year."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for buyer in buyers:
        for category in load_categories():
            for unit in REAL_UNITS:
                writer.writerow([buyer, first_year, category, unit, ""])
    return out.getvalue()


def read_real(path: Path, buyers: Sequence[str], months: int) -> tuple[RealValue, ...]:
    """Read real values of buyers, in whole years of a horizon; lines without one are left out.

    Commas or semicolons separate columns; numbers may have a decimal comma where semicolons do.

    Raises
    ------
    AncrageError
        The file cannot be read, or a line is wrong: one sentence names it and what to do.
    """
    content = _content(path)
    lines = content.splitlines()
    separator = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    rows = _rows(content, separator, path.name)
    empty: list[str] = []
    header = [name.strip().lower() for name in next(rows, (0, empty))[1]]
    if missing := [name for name in COLUMNS if name not in header]:
        raise AncrageError(
            f"{path.name}, line 1: column '{missing[0]}' is missing; the columns are "
            f"{', '.join(COLUMNS)} (--template writes an empty file)."
        )
    found: dict[tuple[str, int, str, str], RealValue] = {}
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{path.name}, line {line}"
        if len(cells) != len(header):
            raise AncrageError(
                f"{where}: {len(cells)} cells where the first line has {len(header)}; "
                "give each column its cell."
            )
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        if not row["value"]:
            continue
        value = _value(row, line, where, buyers, months)
        key = (value.buyer, value.year, value.category, value.unit)
        if key in found:
            raise AncrageError(
                f"{where}: {value.buyer}, {value.year}, {value.category}, {value.unit} was already "
                f"given in line {found[key].line}; keep one of them."
            )
        found[key] = value
    if not found:
        raise AncrageError(f"{path.name}: no value is filled in; fill column 'value'.")
    return tuple(found.values())


def _content(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise AncrageError(f"{path.name}: is larger than 2 MB; keep one line a value.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise AncrageError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise AncrageError(f"{path.name}: is not UTF-8 text; save it as CSV UTF-8.") from error


def _rows(content: str, separator: str, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(content), delimiter=separator)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise AncrageError(f"{name}, line {reader.line_num}: is not CSV ({error}).") from error


def _value(
    row: dict[str, str], line: int, where: str, buyers: Sequence[str], months: int
) -> RealValue:
    """Check one line."""
    for what, known in (
        ("buyer", tuple(buyers)),
        ("category", tuple(load_categories())),
        ("unit", REAL_UNITS),
    ):
        if row[what] not in known:
            raise AncrageError(
                f"{where}: unknown {what} '{row[what]}'{nearest_name(row[what], known)}"
            )
    first, last = FIRST_YEAR, FIRST_YEAR + months // 12 - 1
    if not row["year"].isdigit() or not first <= int(row["year"]) <= last:
        raise AncrageError(
            f"{where}: year '{row['year']}' is not one of the whole years simulated, "
            f"{first} to {last}; correct it or simulate more months (--months)."
        )
    return RealValue(
        line, row["buyer"], int(row["year"]), row["category"], row["unit"], _number(row, where)
    )


def _number(row: dict[str, str], where: str) -> float:
    """Read the value of a line."""
    written, unit = row["value"], row["unit"]
    plain = written.replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    try:
        value = float(plain.replace(",", ".") if plain.count(",") == 1 else plain)
    except ValueError as error:
        raise AncrageError(
            f"{where}: value '{written}' is not a number; write digits alone, the unit has its "
            "own column."
        ) from error
    if not math.isfinite(value) or value < 0.0:
        raise AncrageError(f"{where}: value '{written}' must be a number of 0 or more.")
    if unit.startswith("percent") and value > 100.0:
        raise AncrageError(
            f"{where}: a share of {written} % is over 100 %; give a share of the buyer's contracts."
        )
    if unit == "number" and value != int(value):
        raise AncrageError(f"{where}: '{written}' contracts is not a whole number; round it.")
    return value


def compare_real(study: Spaser, values: Sequence[RealValue]) -> tuple[Compared, ...]:
    """Hold real values against the range that the scenario gives."""
    return tuple(_compared(study, one) for one in values)


def _compared(study: Spaser, real: RealValue) -> Compared:
    share = real.unit.startswith("percent_")
    unit: Unit = "number" if real.unit.endswith("number") else "value"
    row = study.row(real.buyer, real.category, unit, real.year)
    expected, low, high = _expected(row, share)
    verdict: Verdict = "unknown"
    if low is not None and high is not None:
        verdict = "below" if real.value < low else "above" if real.value > high else "within"
    return Compared(
        real.buyer,
        real.year,
        real.category,
        real.unit,
        real.value,
        expected,
        low,
        high,
        verdict,
    )


def _expected(row: SpaserRow, share: bool) -> tuple[float | None, float | None, float | None]:
    if share:
        return row.value, row.low, row.high
    return row.amount, row.amount_low, row.amount_high
