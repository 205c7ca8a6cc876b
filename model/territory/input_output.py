"""An input-output table and its Leontief multipliers.

The table may be the embedded one or three CSV files of the user. Monetary figures may be in any
unit, the same for all; a multiplier of jobs is then in jobs per unit of money.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from model.territory.national_accounts import load_national_accounts

Array = NDArray[np.float64]

FINAL_USES: tuple[str, ...] = ("households", "government", "investment", "exports")
"""Columns of final demand, in the order of `InputOutput.final_demand`."""

TOLERANCE = 1e-3
"""Largest accepted relative gap of a column or a row against output (rounding of the source)."""

LARGEST_SPLIT = 4000
"""Most rows of a table made by splitting sectors (a dense solve of about two seconds)."""

RADIUS_MARGIN = 1e-9
"""A spectral radius closer than this to 1 is 1: eigenvalues carry rounding noise."""

ROUNDING = 1e-12
"""Gap accepted everywhere, as a share of the largest output."""


def _per_output(values: Array, output: Array) -> Array:
    """Divide by output; a quotient too large to write is infinite and refused as a radius."""
    with np.errstate(over="ignore"):
        return values / output


@dataclass(frozen=True, slots=True)
class InputOutput:
    """A table of S sectors, all with output.

    Attributes
    ----------
    sectors
        Codes, S of them.
    sales
        (S, S), money: the row's sector sells to the column's.
    output, value_added, compensation
        (S,), money.
    employment
        (S,), jobs.
    final_demand
        (S, 4), money, columns in the order of `FINAL_USES`, or None if unknown.
    dropped
        Codes of the sectors left out because their output is zero.
    """

    sectors: tuple[str, ...]
    sales: Array
    output: Array
    value_added: Array
    employment: Array
    compensation: Array
    final_demand: Array | None = None
    dropped: tuple[str, ...] = ()

    @property
    def technical(self) -> Array:
        """(S, S), inputs from the row's sector per unit of output of the column's."""
        return _per_output(self.sales, self.output)


@dataclass(frozen=True, slots=True)
class MultiplierSet:
    """Effect of one unit of final demand for each sector: (S,) arrays.

    `output` and `value_added` are in money per money; `employment` in jobs per unit of money.
    """

    output: Array
    value_added: Array
    employment: Array


@dataclass(frozen=True, slots=True)
class Multipliers:
    """Type I (suppliers) and type II (suppliers and the spending of wages) multipliers.

    `type2` is None when the table lacks what it takes; `type2_reason` then says what.
    """

    sectors: tuple[str, ...]
    dropped: tuple[str, ...]
    type1: MultiplierSet
    type2: MultiplierSet | None
    type2_reason: str | None


def check_table(io: InputOutput, *, files: tuple[str, str, str]) -> None:
    """Refuse a table that contradicts itself.

    Parameters
    ----------
    io
        The table, before sectors without output are dropped.
    files
        Names of the tables of sales, accounts and final demand, for the messages.

    Raises
    ------
    AncrageError
        On a negative sale, output, employment or compensation; on a column whose inputs and value
        added exceed its output, or, where final demand is known, a row whose uses differ from its
        output, by more than 0.1 %.
    """
    sales_file, accounts_file, demand_file = files
    row, column = np.unravel_index(int(np.argmin(io.sales)), io.sales.shape)
    if io.sales[row, column] < 0:
        raise AncrageError(
            f"{sales_file}, row {io.sectors[row]}, column {io.sectors[column]}: negative sale "
            f"{io.sales[row, column]:g}; put negative figures (scrap, subsidies) in final demand"
        )
    for name in ("output", "employment", "compensation"):
        values = cast(Array, getattr(io, name))
        worst = int(np.argmin(values))
        if values[worst] < 0:
            raise AncrageError(
                f"{accounts_file}, row {io.sectors[worst]}, column {name}: {values[worst]:g} is "
                "negative; give a figure of 0 or more"
            )
    # Sums of decimals carry rounding noise even where the output is 0.
    noise = ROUNDING * float(np.abs(io.output).max())
    spent = io.sales.sum(axis=0) + io.value_added
    over = spent - io.output * (1 + TOLERANCE) - noise
    worst = int(np.argmax(over))
    if over[worst] > 0:
        raise AncrageError(
            f"{sales_file}, column {io.sectors[worst]}: inputs and value added add up to "
            f"{spent[worst]:.10g}, more than the output {io.output[worst]:.10g} in "
            f"{accounts_file}; correct the column or the output"
        )
    if io.final_demand is not None:
        used = io.sales.sum(axis=1) + io.final_demand.sum(axis=1)
        gap = np.abs(used - io.output) - TOLERANCE * io.output - noise
        worst = int(np.argmax(gap))
        if gap[worst] > 0:
            raise AncrageError(
                f"{sales_file} and {demand_file}, row {io.sectors[worst]}: sales and final demand "
                f"add up to {used[worst]:.10g}, the output in {accounts_file} is "
                f"{io.output[worst]:.10g}; correct the row or the output"
            )


def drop_empty_sectors(io: InputOutput, *, files: tuple[str, str, str]) -> InputOutput:
    """Leave out the sectors without output, named in `dropped`.

    A sector without output that sells from stocks, its negative final demand balancing the sales,
    leaves the table with its row: what others buy from it calls for no production, as an import.

    Raises
    ------
    AncrageError
        If such a sector employs or pays anyone, if it sells and no final demand explains it, or
        if no sector has output.
    """
    kept = io.output > 0
    for i in np.flatnonzero(~kept):
        for name in ("employment", "compensation"):
            value = cast(Array, getattr(io, name))[i]
            if value > 0:
                raise AncrageError(
                    f"{files[1]}, row {io.sectors[i]}: the output is 0 but the {name} is "
                    f"{value:g}; give its output, or 0 for both"
                )
        if io.final_demand is None and io.sales[i].sum() > 0:
            client = io.sectors[int(np.argmax(io.sales[i]))]
            raise AncrageError(
                f"{files[0]}, row {io.sectors[i]}: the sector sells to {client} but its output in "
                f"{files[1]} is 0; give its output, or set its row to 0 if these are imports"
            )
    if not kept.any():
        raise AncrageError(f"{files[1]}: no sector has output; give the output of each sector")
    return InputOutput(
        sectors=tuple(np.array(io.sectors)[kept].tolist()),
        sales=io.sales[np.ix_(kept, kept)],
        output=io.output[kept],
        value_added=io.value_added[kept],
        employment=io.employment[kept],
        compensation=io.compensation[kept],
        final_demand=None if io.final_demand is None else io.final_demand[kept],
        dropped=tuple(np.array(io.sectors)[~kept].tolist()),
    )


def split_sectors(io: InputOutput, parts: int) -> InputOutput:
    """Split each sector into `parts` identical ones that share its sales and purchases equally.

    Multipliers do not change (`docs/odd.md`, Leontief limit). Codes become ``GZ.1``, ``GZ.2``…

    Raises
    ------
    AncrageError
        If `parts` is under 1.
    """
    if parts < 1:
        raise AncrageError(f"a sector cannot be split into {parts} parts: give 1 or more")
    if parts == 1:
        return io
    demand = io.final_demand
    vectors = {
        field.name: np.repeat(cast(Array, getattr(io, field.name)), parts) / parts
        for field in fields(io)
        if field.name in ("output", "value_added", "employment", "compensation")
    }
    return replace(
        io,
        sectors=tuple(f"{code}.{k + 1}" for code in io.sectors for k in range(parts)),
        sales=np.repeat(np.repeat(io.sales, parts, axis=0), parts, axis=1) / parts**2,
        final_demand=None if demand is None else np.repeat(demand, parts, axis=0) / parts,
        **vectors,
    )


def spectral_radius(matrix: Array) -> float:
    """Return the largest modulus of the eigenvalues of a square matrix; infinite if a cell is."""
    if not np.isfinite(matrix).all():
        return float("inf")
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def household_closure(io: InputOutput) -> tuple[Array, str | None]:
    """Close the table with households that earn wages only and spend them.

    M = [[A, c], [w, 0]] with c = households / Σ compensation and w = compensation / output
    (Miller and Blair 2009, *Input-Output Analysis*, section 6.2.2).

    Returns
    -------
    The (S + 1, S + 1) matrix and None, or an empty array and the reason why it cannot be made.
    """
    if io.final_demand is None:
        return np.empty((0, 0)), "no household column: final_demand.csv is missing"
    total = float(io.compensation.sum())
    if total <= 0:
        return np.empty((0, 0)), "no wages: the compensation of every sector is 0"
    households = io.final_demand[:, FINAL_USES.index("households")]
    count = len(io.sectors)
    closed = np.zeros((count + 1, count + 1))
    closed[:count, :count] = io.technical
    closed[:count, count] = households / total
    closed[count, :count] = _per_output(io.compensation, io.output)
    return closed, None


def _refuse_endless(matrix: Array, kind: Literal["I", "II"]) -> None:
    """Refuse a matrix whose rounds of spending do not die out."""
    radius = spectral_radius(matrix)
    if not radius < 1 - RADIUS_MARGIN:
        where = "the sales over output" if kind == "I" else "the table closed with households"
        raise AncrageError(
            f"type {kind} multipliers: the spectral radius of {where} is {radius:.4g}, it must be "
            "under 1 for the rounds of spending to end; check the largest columns against output"
        )


def _multiplier_set(matrix: Array, io: InputOutput) -> MultiplierSet:
    """Solve r (I - matrix)⁻¹ for the three rows r of effects per unit of output."""
    count = len(io.sectors)
    effects = np.zeros((len(matrix), 3))
    effects[:count, 0] = 1.0
    effects[:count, 1] = _per_output(io.value_added, io.output)
    effects[:count, 2] = _per_output(io.employment, io.output)
    solved = np.linalg.solve((np.eye(len(matrix)) - matrix).T, effects)[:count]
    output, value_added, employment = (np.ascontiguousarray(solved[:, k]) for k in range(3))
    return MultiplierSet(output=output, value_added=value_added, employment=employment)


def multipliers(io: InputOutput) -> Multipliers:
    """Compute the multipliers of a table.

    Type I is the column sums of (I - A)⁻¹, weighted by value added or jobs per unit of output;
    type II those of the upper-left block of (I - M)⁻¹ (`household_closure`).

    Raises
    ------
    AncrageError
        If the spectral radius of A, or of M, is 1 or more.
    """
    technical = io.technical
    _refuse_endless(technical, "I")
    closed, reason = household_closure(io)
    if reason is None:
        _refuse_endless(closed, "II")
    return _solve(io, technical, closed, reason)


def _solve(io: InputOutput, technical: Array, closed: Array, reason: str | None) -> Multipliers:
    type2 = None if reason else _multiplier_set(closed, io)
    return Multipliers(io.sectors, io.dropped, _multiplier_set(technical, io), type2, reason)


def multipliers_of_split(io: InputOutput, parts: int) -> Multipliers:
    """Compute the multipliers with each sector split into `parts`; mean of the parts by sector.

    The result is that of `multipliers` whatever the split: splitting adds only zeros to the
    eigenvalues, so spending is checked to end on the table as given.

    Raises
    ------
    AncrageError
        As `multipliers`, or if the split table would have more than `LARGEST_SPLIT` rows.
    """
    result = multipliers(io)
    if len(io.sectors) * parts > LARGEST_SPLIT:
        raise AncrageError(
            f"{len(io.sectors)} sectors in {parts} parts each make more than {LARGEST_SPLIT} rows: "
            f"split into {LARGEST_SPLIT // len(io.sectors)} or fewer"
        )
    split = split_sectors(io, parts)
    one = _solve(split, split.technical, household_closure(split)[0], result.type2_reason)

    def means(values: MultiplierSet) -> MultiplierSet:
        by_sector = (
            cast(Array, getattr(values, name)).reshape(-1, parts).mean(axis=1)
            for name in ("output", "value_added", "employment")
        )
        return MultiplierSet(*by_sector)

    type2 = None if one.type2 is None else means(one.type2)
    return replace(result, type1=means(one.type1), type2=type2)


def multiplier_set_as_json(one: MultiplierSet | None) -> dict[str, list[float]] | None:
    """Return one set as plain lists, for JSON."""
    if one is None:
        return None
    return {
        "output": one.output.tolist(),
        "value_added": one.value_added.tolist(),
        "employment": one.employment.tolist(),
    }


def multipliers_as_json(result: Multipliers) -> dict[str, object]:
    """Return the multipliers as plain lists, for JSON."""
    return {
        "sectors": list(result.sectors),
        "dropped": list(result.dropped),
        "type1": multiplier_set_as_json(result.type1),
        "type2": multiplier_set_as_json(result.type2),
        "type2_reason": result.type2_reason,
    }


def embedded_input_output() -> InputOutput:
    """Return the embedded national table, in M EUR and jobs (so jobs per M EUR).

    Government takes in non-profit bodies, investment takes in inventories. Extraterritorial bodies
    have no output in France and are dropped.
    """
    national = load_national_accounts()
    uses = (("households",), ("government", "nonprofits"), ("fixed_investment", "inventories"))
    demand = [sum((national.use(u) for u in group), np.zeros(36)) for group in uses]
    meur = 1e-6
    io = InputOutput(
        sectors=national.sectors,
        sales=national.sales_eur * meur,
        output=national.output_eur * meur,
        value_added=national.value_added_eur * meur,
        employment=national.jobs,
        compensation=national.compensation_eur * meur,
        final_demand=np.column_stack([*demand, national.use("exports")]) * meur,
    )
    names = ("technical_coefficients.csv", "accounts.csv", "final_demand.csv")
    check_table(io, files=names)
    return drop_empty_sectors(io, files=names)
