"""Networks from files: what is read, and one clear sentence for each thing that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.errors import AncrageError
from model.networks.network_files import read_network

EDGES = "supplier,client,weight\na,b,10\nb,c,5\n"
FIRMS = "firm,sector,essential_sectors\na,x,\nb,y,x|z\nc,z,\n"


def written(folder: Path, edges: str, firms: str) -> tuple[Path, Path]:
    paths = folder / "edges.csv", folder / "firms.csv"
    for path, content in zip(paths, (edges, firms), strict=True):
        path.write_bytes(content.encode("latin-1"))
    return paths


def test_files_are_read_in_their_order(tmp_path: Path) -> None:
    read = read_network(*written(tmp_path, EDGES, FIRMS))
    assert read.firms == ("a", "b", "c") and read.network.sectors == ("x", "y", "z")
    assert read.network.weight.tolist() == [10.0, 5.0]
    assert read.network.essential is not None
    assert read.network.essential.tolist() == [True, False]
    plain = read_network(*written(tmp_path, EDGES, "firm;sector\na;x\nb;y\nc;z\n"))
    assert plain.network.essential is None


@pytest.mark.parametrize(
    ("edges", "firms", "told"),
    [
        ("supplier,client\na,b\n", FIRMS, "edges.csv, line 1: no column 'weight'"),
        (EDGES, "firm,branch\na,x\n", "firms.csv, line 1: no column 'sector'"),
        (EDGES + "a,a,1\n", FIRMS, "line 4: firm 'a' sells to itself; remove"),
        (EDGES + "a,b,1\n", FIRMS, "line 4: the sale from 'a' to 'b' is already on line 2"),
        (EDGES + "a,c,-1\n", FIRMS, "line 4: weight -1 is not positive; swap"),
        (EDGES + "a,c,0\n", FIRMS, "line 4: weight 0 is not positive; remove the line"),
        (EDGES + "a,c,nan\n", FIRMS, "line 4: weight 'nan' is not a finite number"),
        (EDGES + "a,c,inf\n", FIRMS, "line 4: weight 'inf' is not a finite number"),
        (EDGES + "a,c,1_0\n", FIRMS, "line 4: '1_0' is not a number; write it"),
        (EDGES + "a,c,\n", FIRMS, "line 4: the weight is empty"),
        (EDGES + "a,c\n", FIRMS, "line 4: 2 cells where the header has 3"),
        (EDGES + "a,d,1\n", FIRMS, "line 4: firm 'd' is not in .*firms.csv; add a line"),
        (EDGES, FIRMS + "a,x,\n", "firms.csv, line 5: firm 'a' is already on line 2"),
        (EDGES, FIRMS + "d,,\n", "firms.csv, line 5: the cell of column 'sector' is empty"),
        (EDGES, FIRMS + "d,x,q\n", "line 5: essential sector 'q' is the sector of no firm"),
        ("supplier,client,weight\n", FIRMS, "edges.csv: no line under the header"),
        ("", FIRMS, "edges.csv: the file is empty"),
        (EDGES, "firm,sector\n\xe9,x\n", "firms.csv: not a text in UTF-8"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, edges: str, firms: str, told: str) -> None:
    with pytest.raises(AncrageError, match=told):
        read_network(*written(tmp_path, edges, firms))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    edges, _ = written(tmp_path, EDGES, FIRMS)
    with pytest.raises(AncrageError, match=r"none.csv: no such file"):
        read_network(edges, tmp_path / "none.csv")
