"""Reading a table from files: what is accepted, and every refusal with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.errors import AncrageError
from model.territory.input_output import FINAL_USES, embedded_input_output, multipliers
from model.territory.input_output_files import read_input_output

Z = "sector,a,b\na,20,60\nb,40,20\n"
ACCOUNTS = "sector,output,value_added,employment,compensation\na,100,30,5,20\nb,200,100,8,80\n"
DEMAND = "sector,households,government,investment,exports\na,10,0,0,10\nb,40,20,60,20\n"
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def write(z: str | None = Z, accounts: str | None = ACCOUNTS, demand: str | None = DEMAND):
        for name, text in (
            ("Z.csv", z),
            ("accounts.csv", accounts),
            ("final_demand.csv", demand),
        ):
            if text is not None:
                (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_good_files(make: Make) -> None:
    io = read_input_output(make())
    assert io.sectors == ("a", "b")
    assert io.dropped == ()
    assert io.sales.tolist() == [[20, 60], [40, 20]]
    assert io.final_demand is not None
    np.testing.assert_allclose(multipliers(io).type1.output, [1.3 / 0.6, 1.1 / 0.6])


@pytest.mark.parametrize(
    "files",
    [
        {"z": "sector,a,b\nb,40,20\na,20,60\n"},
        {"z": Z.replace(",", ";")},
        {"z": "\ufeff" + Z.replace("\n", "\r\n") + "\n\n"},
        {"z": Z.replace("20", " 2.0e1 ")},
        {"accounts": "".join(ACCOUNTS.splitlines(keepends=True)[i] for i in (0, 2, 1))},
        {"accounts": ACCOUNTS.replace("compensation", "compensation,note").replace("20\n", "20,x\n")
         .replace("80\n", "80,\n")},
        {"demand": "sector,exports,investment,government,households\na,10,0,0,10\nb,20,60,20,40\n"},
    ],
    ids=["rows", "semicolons", "bom", "spaces", "accounts order", "extra column", "uses order"],
)  # fmt: skip
def test_the_same_table_written_otherwise(make: Make, files: dict[str, str]) -> None:
    io = read_input_output(make(**files))
    assert io.sales.tolist() == [[20, 60], [40, 20]]
    assert io.output.tolist() == [100, 200]
    assert io.final_demand is not None
    assert io.final_demand.tolist() == [[10, 0, 0, 10], [40, 20, 60, 20]]


def test_no_final_demand_is_accepted(make: Make) -> None:
    io = read_input_output(make(demand=None))
    assert io.final_demand is None
    assert multipliers(io).type2 is None


def test_negative_final_demand_and_value_added_are_accepted(make: Make) -> None:
    folder = make(
        accounts=ACCOUNTS.replace("100,30", "100,-5"),
        demand=DEMAND.replace("a,10,0,0,10", "a,40,0,-30,10"),
    )
    assert read_input_output(folder).value_added[0] == -5


def test_rounding_of_a_thousandth_is_accepted(make: Make) -> None:
    read_input_output(make(accounts=ACCOUNTS.replace("200,100", "199.9,120")))


def test_a_sector_without_output_is_dropped_and_named(make: Make) -> None:
    folder = make(
        z="sector,a,b,u\na,20,60,0\nb,40,20,0\nu,0,0,0\n",
        accounts=ACCOUNTS + "u,0,0,0,0\n",
        demand=DEMAND + "u,0,0,0,0\n",
    )
    io = read_input_output(folder)
    assert io.dropped == ("u",)
    assert io.sectors == ("a", "b")
    assert multipliers(io).dropped == ("u",)


def test_sales_from_stocks_without_output_leak_like_imports(make: Make) -> None:
    folder = make(
        z="sector,a,b,u\na,20,60,0\nb,40,20,0\nu,0.1,0.2,0\n",
        accounts=ACCOUNTS + "u,0,0,0,0\n",
        demand=DEMAND + "u,0,0,-0.3,0\n",
    )
    io = read_input_output(folder)
    assert io.dropped == ("u",)
    np.testing.assert_allclose(multipliers(io).type1.output, [1.3 / 0.6, 1.1 / 0.6])


WITH_U = {
    "z": "sector,a,b,u\na,20,60,0\nb,40,20,0\nu,0,0,0\n",
    "accounts": ACCOUNTS + "u,0,0,0,0\n",
    "demand": DEMAND + "u,0,0,0,0\n",
}

REFUSALS: dict[str, tuple[dict[str, str | None], str]] = {
    "no sales": ({"z": None}, r"Z\.csv: no such file"),
    "no accounts": ({"accounts": None}, r"accounts\.csv: no such file"),
    "empty": ({"z": " \n"}, r"Z\.csv: the file is empty"),
    "header only": ({"z": "sector,a,b\n"}, r"Z\.csv: no data"),
    "empty demand": ({"demand": ""}, r"final_demand\.csv: the file is empty"),
    "one row short": ({"z": "sector,a,b\na,20,60\n"}, r"Z\.csv: no row for b.*square"),
    "one row more": ({"z": Z + "c,1,1\n"}, r"Z\.csv: a row for c.*square"),
    "ragged": ({"z": "sector,a,b\na,20,60\nb,40\n"}, r"Z\.csv, row b: 2 cells.*header has 3"),
    "bad quote": ({"z": 'sector,a,b\na,"20,60\nb,40,20\n'}, r"Z\.csv: not a CSV"),
    "row twice": ({"z": "sector,a,b\na,20,60\na,20,60\n"}, r"Z\.csv: row a appears twice"),
    "column twice": ({"z": "sector,a,a\na,20,60\nb,40,20\n"}, r"Z\.csv: column a appears twice"),
    "account twice": (
        {"accounts": ACCOUNTS + "b,200,100,8,80\n"},
        r"accounts\.csv: row b appears twice",
    ),
    "no code": ({"z": "sector,a,\na,20,60\nb,40,20\n"}, r"Z\.csv, column 2: no code"),
    "other accounts": ({"accounts": ACCOUNTS.replace("b,", "c,")}, r"accounts\.csv: no row for b"),
    "other demand": ({"demand": DEMAND + "c,0,0,0,0\n"}, r"final_demand\.csv: a row for c"),
    "no column": (
        {"accounts": ACCOUNTS.replace("employment", "jobs")},
        r"accounts\.csv: no column employment",
    ),
    "no use": (
        {"demand": DEMAND.replace("households", "homes")},
        r"final_demand\.csv: no column households",
    ),
    "more uses": (
        {"demand": "sector,households,government,investment,exports,x\na,10,0,0,10,0\nb,1,1,1,1,1"},
        r"final_demand\.csv: unknown column x",
    ),
    "text": ({"z": Z.replace("60", "sixty")}, r"Z\.csv, row a, column b: 'sixty' is not a number"),
    "decimal comma": (
        {"z": Z.replace(",", ";").replace("60", "60,5")},
        r"row a, column b: '60,5' is not a number; write it with a decimal point",
    ),
    "underscore": ({"z": Z.replace("60", "6_0")}, r"row a, column b: '6_0'"),
    "no figure": ({"z": Z.replace("60", "")}, r"row a, column b: the cell is empty"),
    "nan": ({"accounts": ACCOUNTS.replace("100,30", "NaN,30")}, r"row a, column output: 'NaN'"),
    "inf": ({"demand": DEMAND.replace("60", "-inf")}, r"row b, column investment: '-inf'"),
    "overflow": ({"z": Z.replace("60", "1e999")}, r"row a, column b: '1e999'"),
    "unit": ({"z": Z.replace("60", "1e300")}, r"row a, column b: 1e300 is beyond"),
    "negative sale": ({"z": Z.replace("60", "-6")}, r"Z\.csv, row a, column b: negative sale -6"),
    "negative output": (
        {"accounts": ACCOUNTS.replace("b,200", "b,-200")},
        r"accounts\.csv, row b, column output: -200",
    ),
    "negative jobs": (
        {"accounts": ACCOUNTS.replace("5,20", "-5,20")},
        r"accounts\.csv, row a, column employment: -5",
    ),
    "negative pay": (
        {"accounts": ACCOUNTS.replace("5,20", "5,-20")},
        r"accounts\.csv, row a, column compensation: -20",
    ),
    "column over": (
        {"accounts": ACCOUNTS.replace("200,100", "200,120.3")},
        r"Z\.csv, column b: .* 200\.3, more than the output 200",
    ),
    "row over": (
        {"demand": DEMAND.replace("40,20,60", "40,21,60")},
        r"final_demand\.csv, row b: .* 201, the output",
    ),
    "row short": ({"demand": DEMAND.replace("a,10", "a,9")}, r"final_demand\.csv, row a: .* 99"),
    "jobs without output": (
        {**WITH_U, "accounts": ACCOUNTS + "u,0,0,3,0\n"},
        r"row u: the output is 0 but the employment is 3",
    ),
    "sales without output": (
        {**WITH_U, "z": "sector,a,b,u\na,20,60,0\nb,40,20,0\nu,0,5,0\n", "demand": None},
        r"row u: the sector sells to b",
    ),
    "unexplained sales without output": (
        {**WITH_U, "z": "sector,a,b,u\na,20,60,0\nb,40,20,0\nu,0,5,0\n"},
        r"row u: .* 5, the output",
    ),
    "purchases without output": (
        {**WITH_U, "z": "sector,a,b,u\na,20,60,1\nb,40,20,0\nu,0,0,0\n"},
        r"column u: .* 1, more than the output 0",
    ),
    "nothing": (
        {
            "z": "sector,a\na,0\n",
            "accounts": ACCOUNTS.splitlines()[0] + "\na,0,0,0,0\n",
            "demand": None,
        },
        "no sector has output",
    ),
}


@pytest.mark.parametrize("case", list(REFUSALS))
def test_refusals_say_where(make: Make, case: str) -> None:
    files, message = REFUSALS[case]
    with pytest.raises(AncrageError, match=message) as refusal:
        read_input_output(make(**files))
    assert "\n" not in str(refusal.value)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AncrageError, match="no such folder"):
        read_input_output(tmp_path / "elsewhere")


def test_bytes_that_are_no_text_are_refused(make: Make) -> None:
    folder = make()
    (folder / "accounts.csv").write_bytes(ACCOUNTS.encode("utf-16"))
    with pytest.raises(AncrageError, match=r"accounts\.csv: not a text in UTF-8"):
        read_input_output(folder)


def test_the_embedded_table_survives_a_round_trip(make: Make) -> None:
    io = embedded_input_output()
    assert io.final_demand is not None
    accounts = np.column_stack([io.output, io.value_added, io.employment, io.compensation])

    def table(columns: tuple[str, ...], values: np.ndarray) -> str:
        rows = (
            ",".join([code, *(repr(float(v)) for v in line)])
            for code, line in zip(io.sectors, values, strict=True)
        )
        return "\n".join([",".join(["sector", *columns]), *rows])

    again = read_input_output(
        make(
            z=table(io.sectors, io.sales),
            accounts=table(("output", "value_added", "employment", "compensation"), accounts),
            demand=table(FINAL_USES, io.final_demand),
        )
    )
    assert multipliers(again).type1.output.tolist() == multipliers(io).type1.output.tolist()
