"""Read an input-output table from a folder of CSV files, refusing what cannot be right."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from model.territory.input_output import (
    FINAL_USES,
    InputOutput,
    check_table,
    drop_empty_sectors,
)

Array = NDArray[np.float64]

SALES_FILE, ACCOUNTS_FILE, DEMAND_FILE = "Z.csv", "accounts.csv", "final_demand.csv"
ACCOUNTS_COLUMNS = ("output", "value_added", "employment", "compensation")
LARGEST = 1e18
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Table:
    """Cells of a file as text: row codes, column names and one list of cells a row."""

    path: Path
    rows: list[str]
    columns: list[str]
    cells: list[list[str]]


def _listed(codes: Sequence[str]) -> str:
    shown = ", ".join(codes[:_SHOWN])
    return shown if len(codes) <= _SHOWN else f"{shown} and {len(codes) - _SHOWN} more"


def _text(path: Path) -> str:
    if not path.is_file():
        raise AncrageError(f"{path}: no such file; put {path.name} in the folder")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise AncrageError(f"{path}: not a text in UTF-8; save it as CSV UTF-8") from error
    except OSError as error:
        raise AncrageError(
            f"{path}: cannot be read ({error.strerror}); check its rights"
        ) from error
    if not text.strip():
        raise AncrageError(f"{path}: the file is empty; give a header and one row a sector")
    return text


def _first_duplicate(names: Sequence[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _read_table(path: Path) -> _Table:
    """Read a file whose header and first column hold names; commas or semicolons."""
    text = _text(path)
    first = text.strip().splitlines()[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        lines = [
            [cell.strip() for cell in line]
            for line in csv.reader(text.splitlines(), delimiter=delimiter, strict=True)
            if any(cell.strip() for cell in line)
        ]
    except csv.Error as error:
        raise AncrageError(f"{path}: not a CSV file ({error}); save it again as CSV") from error
    header, body = lines[0], lines[1:]
    columns = header[1:]
    if not columns or not body:
        raise AncrageError(f"{path}: no data under the header; give one row a sector")
    for line in body:
        if len(line) != len(header):
            raise AncrageError(
                f"{path}, row {line[0] or '?'}: {len(line)} cells where the header has "
                f"{len(header)}; give one cell a column"
            )
    rows = [line[0] for line in body]
    for names, what in ((rows, "row"), (columns, "column")):
        if "" in names:
            position = names.index("") + 1
            raise AncrageError(f"{path}, {what} {position}: no code; name every {what}")
        twice = _first_duplicate(names)
        if twice is not None:
            raise AncrageError(f"{path}: {what} {twice} appears twice; keep one")
    return _Table(path, rows, columns, [line[1:] for line in body])


def _number(table: _Table, row: int, column: int) -> float:
    cell = table.cells[row][column]
    where = f"{table.path}, row {table.rows[row]}, column {table.columns[column]}"
    try:
        if "_" in cell:
            raise ValueError(cell)
        value = float(cell)
    except ValueError as error:
        shown = f"'{cell}' is not a number" if cell else "the cell is empty"
        raise AncrageError(f"{where}: {shown}; write it with a decimal point") from error
    if not math.isfinite(value):
        raise AncrageError(f"{where}: '{cell}' is not a finite number; give a figure, or 0")
    if abs(value) > LARGEST:
        raise AncrageError(f"{where}: {cell} is beyond {LARGEST:g}; check the unit")
    return value


def _values(table: _Table, rows: Sequence[str], columns: Sequence[str]) -> Array:
    """(rows, columns), the numbers of a table in a given order of rows and columns."""
    row_at = {name: i for i, name in enumerate(table.rows)}
    column_at = {name: i for i, name in enumerate(table.columns)}
    return np.array(
        [[_number(table, row_at[row], column_at[column]) for column in columns] for row in rows]
    )


def _require_same_sectors(table: _Table, found: Sequence[str], sectors: Sequence[str]) -> None:
    """Refuse a list of sectors that is not the set of the header of sales."""
    missing = [code for code in sectors if code not in set(found)]
    extra = [code for code in found if code not in set(sectors)]
    if not missing and not extra:
        return
    parts = [f"no row for {_listed(missing)}"] if missing else []
    parts += [f"a row for {_listed(extra)}"] if extra else []
    square = " (the table must be square)" if table.path.name == SALES_FILE else ""
    raise AncrageError(
        f"{table.path}: {' and '.join(parts)}, unlike the columns of {SALES_FILE}{square}; "
        "name the same sectors everywhere"
    )


def _require_columns(table: _Table, wanted: Sequence[str]) -> None:
    for name in wanted:
        if name not in table.columns:
            raise AncrageError(
                f"{table.path}: no column {name}; the columns are sector, {', '.join(wanted)}"
            )


def read_input_output(folder: str | Path) -> InputOutput:
    """Read ``Z.csv``, ``accounts.csv`` and, if present, ``final_demand.csv`` of a folder.

    ``Z.csv`` is square: rows sell to columns, header and first column hold sector codes.
    ``accounts.csv`` has the columns sector, output, value_added, employment, compensation (others
    are ignored); ``final_demand.csv`` sector, households, government, investment, exports. Files
    may list the sectors in any order; results follow the header of ``Z.csv``. A column may fall
    short of its output (imports, taxes); final demand and value added may be negative.

    Raises
    ------
    AncrageError
        On any file that is missing, unreadable or inconsistent; the sentence says where.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise AncrageError(f"{folder}: no such folder; give the folder that holds {SALES_FILE}")
    sales = _read_table(folder / SALES_FILE)
    sectors = sales.columns
    _require_same_sectors(sales, sales.rows, sectors)
    accounts = _read_table(folder / ACCOUNTS_FILE)
    _require_columns(accounts, ACCOUNTS_COLUMNS)
    _require_same_sectors(accounts, accounts.rows, sectors)
    demand: Array | None = None
    if (folder / DEMAND_FILE).exists():
        table = _read_table(folder / DEMAND_FILE)
        _require_columns(table, FINAL_USES)
        unknown = [name for name in table.columns if name not in FINAL_USES]
        if unknown:
            raise AncrageError(
                f"{table.path}: unknown column {unknown[0]}; add it to one of "
                f"{', '.join(FINAL_USES)}"
            )
        _require_same_sectors(table, table.rows, sectors)
        demand = _values(table, sectors, FINAL_USES)
    columns = _values(accounts, sectors, ACCOUNTS_COLUMNS)
    io = InputOutput(
        sectors=tuple(sectors),
        sales=_values(sales, sectors, sectors),
        output=columns[:, 0],
        value_added=columns[:, 1],
        employment=columns[:, 2],
        compensation=columns[:, 3],
        final_demand=demand,
    )
    names = (
        str(folder / SALES_FILE),
        str(folder / ACCOUNTS_FILE),
        str(folder / DEMAND_FILE),
    )
    check_table(io, files=names)
    return drop_empty_sectors(io, files=names)
