"""Tables for notebooks: indicators by month and group, and the lots put to competition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.indicators.breakdowns import EPCI
from model.indicators.evaluate import evaluate, evaluate_groups
from model.indicators.records import Records
from model.procurement.tenders import ADAPTED, DIRECT, FORMAL
from model.territory.territory import Territory
from model.territory_model import TerritoryModel

TERRITORY = "all"
"""Name of the territory as a whole in the column ``zone``."""

PROCEDURES = {DIRECT: "direct", ADAPTED: "adapted", FORMAL: "formal"}


def indicator_frame(records: Records, dimension: str = EPCI) -> pd.DataFrame:
    """Return every indicator of every month by zone, or by the groups of another dimension.

    Columns are month, ``zone`` (EPCI codes and ``all``, the territory) or ``group``, indicator and
    value. Each month is evaluated by itself, so flows are monthly; a ratio without a denominator in
    the month is NaN.
    """
    part, by_zone = records.by(dimension), dimension == EPCI
    values_of = evaluate if by_zone else evaluate_groups
    by_month = [values_of(part.quantities, slice(m, m + 1)) for m in range(records.months)]
    keys = list(by_month[0]) if by_month else []
    groups = [*part.groups, TERRITORY] if by_zone else list(part.groups)
    names = ["month", "zone" if by_zone else "group", "indicator"]
    index = pd.MultiIndex.from_product((records.month_labels(), groups, keys), names=names)
    values = np.array([[month[key] for key in keys] for month in by_month])
    # (months, indicators, groups) to the order of the index
    ordered = values.reshape(len(by_month), len(keys), len(groups)).transpose(0, 2, 1)
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
