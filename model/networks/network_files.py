"""Read a network of firms from two CSV files, refusing what cannot be right."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError, nearest_name
from model.networks.firm_network import FirmNetwork, whole_network

Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

EDGE_COLUMNS = ("supplier", "client", "weight")
FIRM_COLUMNS = ("firm", "sector")
ESSENTIAL_COLUMN = "essential_sectors"
SEPARATOR = "|"
LARGEST = 1e18


@dataclass(frozen=True)
class NamedNetwork:
    """A network and the names of its firms (n,), in the order of the file."""

    network: FirmNetwork
    firms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Firms:
    path: Path
    names: list[str]
    sector: list[int]
    sectors: tuple[str, ...]
    essential: list[frozenset[int]] | None


def read_network(edges: Path, firms: Path) -> NamedNetwork:
    """Read who sells to whom, and the sector of each firm.

    Parameters
    ----------
    edges
        Columns supplier, client, weight; one line a pair that trades, weights positive.
    firms
        Columns firm, sector and perhaps essential_sectors: the sectors whose products the firm
        cannot do without, separated by ``|``; an empty cell says that there is none.

    Raises
    ------
    AncrageError
        A file cannot be read or is not such a table; the message names file, line and remedy.
    """
    found = _read_firms(firms)
    row_of = {name: row for row, name in enumerate(found.names)}
    pairs: dict[tuple[int, int], int] = {}
    weights: list[float] = []
    columns, lines = _table(edges, EDGE_COLUMNS, "one line a sale")
    for line, cells in lines:
        where = f"{edges}, line {line}"
        ends: list[int] = []
        for name in (cells[columns["supplier"]], cells[columns["client"]]):
            if name not in row_of:
                raise AncrageError(
                    f"{where}: firm '{name}' is not in {firms}; add a line for it there"
                    + _close_name(name, found.names)
                )
            ends.append(row_of[name])
        pair = (ends[0], ends[1])
        if pair[0] == pair[1]:
            raise AncrageError(
                f"{where}: firm '{found.names[pair[0]]}' sells to itself; remove the line"
            )
        if pair in pairs:
            raise AncrageError(
                f"{where}: the sale from '{found.names[pair[0]]}' to '{found.names[pair[1]]}' is "
                f"already on line {pairs[pair]}; add them up on one line"
            )
        pairs[pair] = line
        weights.append(_weight(cells[columns["weight"]], where))
    ends_of = np.array(list(pairs), dtype=np.intp).reshape(-1, 2)
    supplier, client = ends_of[:, 0].copy(), ends_of[:, 1].copy()
    sector = np.array(found.sector, dtype=np.intp)
    essential = _essential(found, sector, supplier, client)
    network = whole_network(sector, found.sectors, supplier, client, np.array(weights), essential)
    return NamedNetwork(network, tuple(found.names))


def _essential(found: _Firms, sector: Ints, supplier: Ints, client: Ints) -> Bools | None:
    if found.essential is None:
        return None
    sectors_bought = sector[supplier].tolist()
    buyers = client.tolist()
    return np.array(
        [s in found.essential[j] for s, j in zip(sectors_bought, buyers, strict=True)], dtype=bool
    )


def _read_firms(path: Path) -> _Firms:
    columns, lines = _table(path, FIRM_COLUMNS, "one line a firm")
    line_of: dict[str, int] = {}
    sector_at: dict[str, int] = {}
    sector: list[int] = []
    for line, cells in lines:
        name, code = cells[columns["firm"]], cells[columns["sector"]]
        where = f"{path}, line {line}"
        if not name or not code:
            missing = "sector" if name else "firm"
            raise AncrageError(f"{where}: the cell of column '{missing}' is empty; fill it in")
        if name in line_of:
            raise AncrageError(
                f"{where}: firm '{name}' is already on line {line_of[name]}; keep one of them"
            )
        line_of[name] = line
        sector.append(sector_at.setdefault(code, len(sector_at)))
    essential = None
    if ESSENTIAL_COLUMN in columns:
        at = columns[ESSENTIAL_COLUMN]
        essential = [_sectors(cells[at], sector_at, f"{path}, line {n}") for n, cells in lines]
    return _Firms(path, list(line_of), sector, tuple(sector_at), essential)


def _sectors(cell: str, sector_at: dict[str, int], where: str) -> frozenset[int]:
    codes = [code.strip() for code in cell.split(SEPARATOR)] if cell else []
    for code in codes:
        if code not in sector_at:
            raise AncrageError(
                f"{where}: essential sector '{code}' is the sector of no firm of the file"
                + _close_name(code, list(sector_at))
                + f"; write codes of the column sector, separated by {SEPARATOR}"
            )
    return frozenset(sector_at[code] for code in codes)


def _weight(cell: str, where: str) -> float:
    try:
        if "_" in cell:
            raise ValueError(cell)
        value = float(cell)
    except ValueError as error:
        shown = f"'{cell}' is not a number" if cell else "the weight is empty"
        raise AncrageError(f"{where}: {shown}; write it with a decimal point") from error
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise AncrageError(
            f"{where}: weight '{cell}' is not a finite number up to {LARGEST:g}; "
            "give the amount of the sale"
        )
    if value <= 0.0:
        remedy = "remove the line" if value == 0.0 else "swap supplier and client, or correct it"
        raise AncrageError(f"{where}: weight {cell} is not positive; {remedy}")
    return value


def _close_name(name: str, known: list[str]) -> str:
    """Return a suggestion only where some name is close: lists of firms are long."""
    hint = nearest_name(name, known)
    return f" ({hint.removeprefix('; ')})" if hint.startswith("; did") else ""


def _table(
    path: Path, wanted: tuple[str, ...], rows: str
) -> tuple[dict[str, int], list[tuple[int, list[str]]]]:
    """Read a file with a header: position of each column, and (line, cells) of each row."""
    text = _text(path, wanted)
    first = text.strip().splitlines()[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(text.splitlines(), delimiter=delimiter, strict=True)
    try:
        lines = [
            (reader.line_num, [cell.strip() for cell in cells])
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise AncrageError(
            f"{path}, line {reader.line_num}: not CSV ({error}); save it again as CSV"
        ) from error
    header = lines[0][1]
    columns = {name: at for at, name in enumerate(header)}
    for name in wanted:
        if header.count(name) != 1:
            how = "no column" if name not in columns else "more than one column"
            raise AncrageError(
                f"{path}, line {lines[0][0]}: {how} '{name}'; the header is {','.join(wanted)}"
            )
    body = lines[1:]
    if not body:
        raise AncrageError(f"{path}: no line under the header; give {rows}")
    for line, cells in body:
        if len(cells) != len(header):
            raise AncrageError(
                f"{path}, line {line}: {len(cells)} cells where the header has {len(header)}; "
                "give one cell a column"
            )
    return columns, body


def _text(path: Path, wanted: tuple[str, ...]) -> str:
    if not path.is_file():
        raise AncrageError(f"{path}: no such file; give a CSV file {','.join(wanted)}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise AncrageError(f"{path}: not a text in UTF-8; save it as CSV UTF-8") from error
    except OSError as error:
        raise AncrageError(
            f"{path}: cannot be read ({error.strerror}); check its rights"
        ) from error
    if not text.strip():
        raise AncrageError(f"{path}: the file is empty; give a header {','.join(wanted)}")
    return text
