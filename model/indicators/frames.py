"""Tables for notebooks: indicators by month and zone, and the lots put to competition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.indicators.evaluate import evaluate
from model.indicators.records import Records
from model.procurement.tenders import ADAPTED, DIRECT, FORMAL
from model.territory.territory import Territory
from model.territory_model import TerritoryModel

TERRITORY = "all"
"""Name of the territory as a whole in the column ``zone``."""

PROCEDURES = {DIRECT: "direct", ADAPTED: "adapted", FORMAL: "formal"}


def indicator_frame(records: Records) -> pd.DataFrame:
    """Return every indicator of every month: month, zone, indicator, value.

    Zones are EPCI codes and ``all``, the territory. Each month is evaluated by itself, so flows are
    monthly; a ratio without a denominator in the month is NaN.
    """
    by_month = [evaluate(records.quantities, slice(m, m + 1)) for m in range(records.months)]
    keys = list(by_month[0]) if by_month else []
    zones = [*records.zones, TERRITORY]
    labels = (records.month_labels(), zones, keys)
    index = pd.MultiIndex.from_product(labels, names=["month", "zone", "indicator"])
    values = np.array([[month[key] for key in keys] for month in by_month])
    # (months, indicators, zones) to the order of the index
    ordered = values.reshape(len(by_month), len(keys), len(zones)).transpose(0, 2, 1)
    return pd.Series(ordered.ravel(), index=index, name="value").reset_index()


def award_frame(
    months: Sequence[Mapping[str, NDArray[np.generic]]], territory: Territory
) -> pd.DataFrame:
    """Return one row a lot put to competition, with names in place of positions.

    Parameters
    ----------
    months
        Columns of each month, as a recorder that keeps awards has them (`Recorder.awards`).

    Returns
    -------
    Month, buyer, category, zone and procedure by name; ``holder`` is the firm's row, -1 outside or
    without award; amounts in EUR at base prices, ``price`` relative to them.
    """
    if not months:
        return pd.DataFrame()
    columns = {name: np.concatenate([month[name] for month in months]) for name in months[0]}
    frame = pd.DataFrame(columns)
    frame["month"] = [TerritoryModel.month_label(int(m)) for m in columns["month"]]
    names = {
        "buyer": np.array(territory.buyers.code, dtype=object),
        "category": np.array([c.key for c in territory.categories], dtype=object),
        "zone": np.array(territory.zones.keys, dtype=object),
        "procedure": np.array([PROCEDURES[p] for p in sorted(PROCEDURES)], dtype=object),
    }
    for name, known in names.items():
        frame[name] = known[columns[name].astype(np.intp)]
    return frame
