"""``ancrage purchases``: the JSON it promises, and what a reader sees."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from model import load_territory

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("by", ["category", "buyer-kind"])
def test_purchases_of_each_year_are_the_envelopes(ancrage: Run, by: str) -> None:
    code, out, _ = ancrage("purchases", "--territory", "dunkerque", "--by", by, "--json")
    answer = json.loads(out)
    assert code == 0 and answer["by"] == by and sum(answer["concessions"].values()) > 0
    envelope = float(np.sum(load_territory("dunkerque").buyers.envelope_eur))
    for year in range(2027, 2037):
        rows = [row for row in answer["purchases"] if row["year"] == year]
        total = sum(
            row[f"{part}_eur"] for row in rows for part in ("renewed", "committed", "out_of_reach")
        )
        assert total == pytest.approx(envelope, rel=1e-9)


def test_purchases_speak_both_languages(ancrage: Run) -> None:
    code, out, _ = ancrage("purchases", "--territory", "dunkerque", "--by", "buyer-kind")
    assert (
        code == 0 and "hôpitaux publics" in out and "remis en concurrence" in out and "2036" in out
    )
    code, out, _ = ancrage("purchases", "--territory", "dunkerque", "--lang", "en")
    assert code == 0 and "central bodies" in out and "Pharmaceuticals" in out
    code, _, err = ancrage("purchases", "--territory", "dunkerqe")
    assert code == 2 and "dunkerque" in err


def test_concessions_are_shown_apart(ancrage: Run) -> None:
    code, out, _ = ancrage("territory", "show", "dunkerque", "--json")
    concessions = json.loads(out)["concessions"]
    assert code == 0 and all(row["yearly_eur"] > 0 for row in concessions)
    assert {"drinking_water", "urban_transport"} <= {row["service"] for row in concessions}
