"""Real yearly values: each error one sentence with its line, each gap told."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.errors import AncrageError
from scenarios.spaser import Spaser
from scenarios.spaser.real import REAL_UNITS, compare_real, read_real, template_text

HEADER = "buyer,year,category,unit,value\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "real.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("one,2035,siae,number,1", "line 2: year '2035' is not one of .* 2027 to 2028"),
        ("one,deux mille,siae,number,1", "line 2: year 'deux mille'"),
        ("one,2027,siae,percent,1", "line 2: unknown unit 'percent'; did you mean 'percent_"),
        ("one,2027,siae,number,1\none,2027,siae,number,2", "line 3: .* already given in line 2"),
        ("one,2027,saie,number,1", "line 2: unknown category 'saie'; did you mean 'siae'"),
        ("three,2027,siae,number,1", "line 2: unknown buyer 'three'"),
        ("one,2027,siae,percent_value,130", "line 2: a share of 130 % is over 100 %"),
        ("one,2027,siae,number,beaucoup", "line 2: value 'beaucoup' is not a number"),
        ("one,2027,siae,value,-3", "line 2: value '-3' must be a number of 0 or more"),
        ("one,2027,siae,value,nan", "line 2: value 'nan' must be a number"),
        ("one,2027,siae,number,1.5", "line 2: '1.5' contracts is not a whole number"),
        ("one,2027,siae,number", "line 2: 4 cells where the first line has 5"),
        ("one,2027,siae,number,", "no value is filled in"),
    ],
)
def test_errors_are_one_sentence_with_the_line(tmp_path: Path, lines: str, expected: str) -> None:
    with pytest.raises(AncrageError, match=expected):
        read_real(write(tmp_path, HEADER + lines), ("one", "two"), 30)


@pytest.mark.parametrize("text", ["", "buyer,year\n", "a;b\n1;2\n"])
def test_a_file_without_the_columns_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(AncrageError, match=r"line 1: column '(buyer|category)"):
        read_real(write(tmp_path, text), ("one",), 30)
    with pytest.raises(AncrageError, match="cannot be read"):
        read_real(tmp_path / "none.csv", ("one",), 30)


def test_a_template_filled_in_is_read(tmp_path: Path) -> None:
    text = template_text(("one", "two"), 2027)
    assert len(text.splitlines()) == 1 + 2 * 7 * len(REAL_UNITS)
    filled = text.replace("one,2027,siae,value,", 'one,2027,siae,value,"12 000,5"')
    (value,) = read_real(write(tmp_path, filled), ("one", "two"), 30)
    assert (value.buyer, value.category, value.unit, value.value) == (
        "one",
        "siae",
        "value",
        12000.5,
    )
    semicolons = "\ufeffbuyer;year;category;unit;value\none;2028;social;percent_number;40,5\n"
    (value,) = read_real(write(tmp_path, semicolons), ("one", "two"), 30)
    assert value.value == 40.5


def test_gaps_against_the_range(exact_study: Spaser, tmp_path: Path) -> None:
    row = exact_study.row("one", "social", "number", 2027)
    assert row.low is not None and row.high is not None and row.value is not None
    lines = HEADER + (
        f"one,2027,social,percent_number,{row.value}\n"
        f"two,2027,social,percent_number,{row.high + 1}\n"
        f"one,2028,social,percent_number,{row.low - 1}\n"
        f"one,2028,social,number,{round(row.amount)}\n"
    )
    values = read_real(write(tmp_path, lines), exact_study.buyers, exact_study.months)
    verdicts = [one.verdict for one in compare_real(exact_study, values)]
    assert verdicts == ["within", "above", "below", "within"]
