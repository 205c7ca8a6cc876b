"""Make the national input-output tables: ``python -m model.data.build_input_output``.

Reads the folder named by ``ANCRAGE_REFERENCE_DATA`` and writes four tables of coefficients and
accounts, in EUR and in jobs, under ``model/data/input_output/``:

* ``technical_coefficients.csv``: what one EUR of output of `client` buys from `supplier`, made in
  France and imported (EUR per EUR); pairs that exchange nothing have no row;
* ``accounts.csv``: one row a sector;
* ``final_demand.csv``: EUR by sector and use, made in France and imported;
* ``emission_intensity.csv``: footprint of production, gCO2e per EUR of 2022.

The purchases of administrations are the columns OZ, PZ and QZ of the first table; the script
checks them against the table published apart, so that there is one source for each figure.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.errors import AncrageError

OUT = Path(__file__).parent / "input_output"
MEUR = 1e6
USES = {
    "CONS_h": "households",
    "CONS_np": "nonprofits",
    "CONS_g": "government",
    "GFCF": "fixed_investment",
    "INVEN": "inventories",
    "EXP": "exports",
}
# The table merges activities that the footprint table keeps apart: unweighted mean, as within it.
MERGED_FOOTPRINTS = {"QZ": ("QA", "QB"), "RS": ("RZ", "SZ")}

Row = Sequence[str | float]


def reference_folder() -> Path:
    """Return the folder of reference data.

    Raises
    ------
    AncrageError
        If ``ANCRAGE_REFERENCE_DATA`` is unset or names no folder.
    """
    name = os.environ.get("ANCRAGE_REFERENCE_DATA", "")
    if not name or not Path(name).is_dir():
        raise AncrageError(
            "ANCRAGE_REFERENCE_DATA names no folder: set it to the folder of reference data"
        )
    return Path(name)


def _write(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    """Write a table beside its place, then rename it; ten significant digits."""
    lines = [",".join(header)]
    lines += [",".join(c if isinstance(c, str) else f"{c:.10g}" for c in row) for row in rows]
    beside = path.with_name(f".{path.name}.new")
    beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    beside.replace(path)


def _matrix(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, index_col=0)


def _coefficients(
    sectors: Sequence[str], domestic: NDArray[np.float64], imported: NDArray[np.float64]
) -> Iterable[Row]:
    for j, client in enumerate(sectors):
        for i, supplier in enumerate(sectors):
            if domestic[i, j] or imported[i, j]:
                yield supplier, client, domestic[i, j], imported[i, j]


def _check_public_purchases(folder: Path, z: pd.DataFrame, m: pd.DataFrame) -> None:
    public = _matrix(folder / "public_admin_intermediate_purchases_2014_a38.csv")
    columns = ["OZ", "PZ", "QZ"]
    domestic = public[["O84_dom", "P85_dom", "Q_dom"]].to_numpy()
    gap = max(
        float(np.abs(z[columns].to_numpy() - domestic).max()),
        float(np.abs(m[columns].to_numpy().sum(axis=1) - public["public_imp"].to_numpy()).max()),
    )
    if gap > 0.02:
        raise AncrageError(
            f"the purchases of administrations differ by {gap:.2f} M EUR from the columns OZ, PZ "
            "and QZ of the table: check that both files are of the same year"
        )


def build_tables(reference: Path, out: Path = OUT) -> None:
    """Compute the four tables from the reference folder and write them in `out`."""
    folder = reference / "io"
    start = "wiod_fra_2014_a38"
    z = _matrix(folder / f"{start}_Z_domestic_meur.csv")
    m = _matrix(folder / f"{start}_Z_imported_meur.csv")
    domestic_use = _matrix(folder / f"{start}_F_domestic_meur.csv")
    imported_use = _matrix(folder / f"{start}_F_imported_meur.csv")
    accounts = _matrix(folder / f"{start}_accounts.csv")
    sectors = [str(code) for code in accounts.index]
    _check_public_purchases(folder, z, m)

    output = accounts["output_meur"].to_numpy()
    producing = output > 0
    scale = np.where(producing, 1.0 / np.where(producing, output, 1.0), 0.0)
    out.mkdir(exist_ok=True)
    _write(
        out / "technical_coefficients.csv",
        ("supplier", "client", "domestic", "imported"),
        _coefficients(sectors, z.to_numpy() * scale, m.to_numpy() * scale),
    )
    money = {
        "output_eur": "output_meur",
        "value_added_eur": "value_added_meur",
        "compensation_eur": "compensation_meur",
        "labour_compensation_eur": "labour_comp_meur",
        "taxes_on_products_eur": "taxes_less_subsidies_meur",
        "transport_margins_eur": "intl_transport_margin_meur",
    }
    counts = {"jobs": "persons_engaged_k", "employees": "employees_k"}
    columns = [accounts[name].to_numpy() * MEUR for name in money.values()]
    columns += [accounts[name].to_numpy() * 1e3 for name in counts.values()]
    _write(
        out / "accounts.csv",
        ("sector", *money, *counts),
        ((code, *(float(c[i]) for c in columns)) for i, code in enumerate(sectors)),
    )
    _write(
        out / "final_demand.csv",
        ("sector", "use", "domestic_eur", "imported_eur"),
        (
            (code, USES[use], d * MEUR, i * MEUR)
            for use in USES
            for code, d, i in zip(sectors, domestic_use[use], imported_use[use], strict=True)
            if d or i
        ),
    )
    footprint = _matrix(reference / "naf" / "a38_ghg_2022_mean_unweighted.csv")["PRD"]
    parts = {code: MERGED_FOOTPRINTS.get(code, (code,)) for code in sectors if code != "UZ"}
    _write(
        out / "emission_intensity.csv",
        ("sector", "footprint_g_per_eur_2022"),
        ((code, float(np.mean([footprint[p] for p in names]))) for code, names in parts.items()),
    )


def main() -> int:
    """Build the tables; print one sentence and return 2 on a bad reference folder."""
    try:
        build_tables(reference_folder())
    except AncrageError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
