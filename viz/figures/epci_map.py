"""Maps: differences by EPCI with their intervals; data, never effects, by commune.

A zone whose interval holds zero is grey and hatched whatever its mean: no colour ranks what draws
cannot tell apart. Zones stand in the order of the territory, never by effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scenarios.compared import Comparison
from scenarios.results import ResultRow
from viz.figures.figure import Column, Figure
from viz.figures.sources import source_lines
from viz.figures.wording import (
    Measure,
    caption,
    interval,
    is_provisional,
    label_of,
    lowered,
    measure_of_rows,
    spaced_figure,
)
from viz.numbers import number
from viz.outlines import Outlines
from viz.texts import Language, text

_TABLE = "territory"
MAP_HEIGHT = 540
LESS, ZERO, MORE = "#D55E00", "#f4f4f4", "#0072B2"
_DATA_SCALE = ("#eaf3f9", "#7fb8d8", "#004c78")
_UNSURE = "#e3e3e3"
_HATCHING: dict[str, object] = {
    "symbol": "rect",
    "color": "#9a9a9a",
    "dashArrayX": [1, 0],
    "dashArrayY": [1, 7],
    "rotation": 0.785,
}
_INK = "#1a1a1a"
_HALO = {"textBorderColor": "#ffffff", "textBorderWidth": 3}


def epci_map(
    comparison: Comparison,
    scenario: str,
    indicator: str,
    names: Mapping[str, str],
    outlines: Outlines,
    language: Language,
) -> Figure:
    """Return the map of the differences of one indicator by EPCI.

    Parameters
    ----------
    names
        Names of zones by key.
    """
    label = label_of(indicator, language)
    rows = {zone: comparison.row(scenario, indicator, zone) for zone in comparison.zones}
    written = measure_of_rows(list(rows.values()), language)
    sure = {zone: _sign(row) for zone, row in rows.items()}
    provisional = is_provisional(comparison)
    count = {sign: sum(1 for s in sure.values() if s == sign) for sign in (-1, 1)}
    key = "map_title_provisional" if provisional else "map_title"
    if not provisional and not count[-1] and not count[1]:
        key = "map_title_none"
    title = text(
        key,
        language,
        table=_TABLE,
        scenario=scenario,
        indicator=lowered(label),
        more=count[1],
        less=count[-1],
        zones=len(sure),
        rest=len(sure) - count[1] - count[-1],
    )
    notes = [] if provisional else [text("map_caption", language, table=_TABLE)]
    if outlines.schematic:
        notes.append(text("map_schematic", language, table=_TABLE))
    told = "; ".join(
        f"{short_name(names.get(zone, zone))} {ends_of(row, written)}" for zone, row in rows.items()
    )
    figure = Figure(
        key=f"map_{indicator}_{scenario}",
        title=title,
        caption=caption(comparison, language, *notes),
        option=zone_option(rows, written, sure, names, outlines),
        columns=zone_columns(written),
        rows=tuple(
            (
                names.get(zone, zone),
                written.scaled(row.difference),
                written.scaled(row.low),
                written.scaled(row.high),
                _verdict(row, language),
            )
            for zone, row in rows.items()
        ),
        description=text(
            "map_description", language, table=_TABLE, indicator=label, unit=written.unit, told=told
        ),
        sources=source_lines(comparison, [indicator], language),
        maps={f"epci-{outlines.key}": outlines.epci},
        height=MAP_HEIGHT,
    )
    return spaced_figure(figure, language)


def short_name(name: str) -> str:
    """Return the name of an EPCI without its kind, ``"CA du Boulonnais"`` → ``"Boulonnais"``."""
    kind, _, rest = name.partition(" ")
    if kind not in ("CA", "CC", "CU", "Métropole"):
        return name
    for article in ("de la ", "du ", "des ", "de ", "d'"):
        if rest.startswith(article):
            rest = rest[len(article) :]
            break
    return rest[:1].upper() + rest[1:]


def ends_of(row: ResultRow, written: Measure) -> str:
    """Write a difference and its interval."""
    if row.low is None or row.high is None:
        return written.change(row.difference)
    return f"{written.change(row.difference)} {interval(row.low, row.high, written)}"


def _verdict(row: ResultRow, language: Language) -> str:
    """Write what an interval allows to say of a zone."""
    unknown = row.low is None or row.high is None
    return verdict_words(None if unknown else _sign(row), language)


def verdict_words(sign: int | None, language: Language) -> str:
    """Write the sign of a change: 0 for one that cannot be told from zero, None for too few."""
    key = "verdict_provisional" if sign is None else f"verdict_{sign:+d}"
    return text(key, language, table=_TABLE)


def zone_columns(written: Measure) -> tuple[Column, ...]:
    """Return the columns of a table of changes by zone."""

    def named(key: str) -> Column:
        label = text(key, written.language, table=_TABLE)
        return Column(key, label, written.unit, written.decimals, signed=True)

    return (
        Column("epci", "EPCI"),
        named("difference"),
        named("interval_low"),
        named("interval_high"),
        Column("verdict", text("verdict", written.language, table=_TABLE)),
    )


def _sign(row: ResultRow) -> int:
    """Return 1 or -1 where the interval lies above or below zero, else 0."""
    if row.low is None or row.high is None or row.low <= 0.0 <= row.high:
        return 0
    return 1 if row.low > 0.0 else -1


def zone_option(
    rows: Mapping[str, ResultRow],
    written: Measure,
    sure: Mapping[str, int],
    names: Mapping[str, str],
    outlines: Outlines,
) -> dict[str, object]:
    """Return the option of a map of changes by zone, ``sure`` being their signs."""
    language = written.language
    differences = {zone: written.scaled(row.difference) for zone, row in rows.items()}
    most = max((abs(v) for z, v in differences.items() if v and sure[z]), default=0.0)
    data: list[dict[str, object]] = []
    for zone, row in rows.items():
        name = short_name(names.get(zone, zone))
        item: dict[str, object] = {
            "name": zone,
            "value": differences[zone],
            "label": {"formatter": f"{_two_lines(name)}\n{written.change(row.difference)}"},
            "tooltip": {
                "formatter": f"<b>{names.get(zone, zone)}</b><br/>{ends_of(row, written)}"
                f"{written.suffix}<br/>"
                f"{verdict_words(None if row.low is None else sure[zone], language)}"
            },
        }
        if not sure[zone]:
            style: dict[str, object] = {"areaColor": _UNSURE, "color": _UNSURE}
            if row.low is not None:
                style["decal"] = _HATCHING
            item |= {"visualMap": False, "itemStyle": style}
        data.append(item)
    option = _map_option(f"epci-{outlines.key}", outlines.aspect, data, labelled=True)
    if most > 0.0:
        option["visualMap"] = _scale(
            -most, most, [LESS, ZERO, MORE], f"@number:{written.decimals}:signed", written.unit
        )
    return option


def count_option(
    counts: Mapping[str, int], names: Mapping[str, str], outlines: Outlines, language: Language
) -> dict[str, object]:
    """Return the option of a map of counts of data by zone."""
    data: list[dict[str, object]] = []
    for zone, count in counts.items():
        name = names.get(zone, zone)
        written = number(count, 0, language)
        data.append(
            {
                "name": zone,
                "value": count,
                "label": {"formatter": f"{_two_lines(short_name(name))}\n{written}"},
                "tooltip": {"formatter": f"<b>{name}</b><br/>{written}"},
            }
        )
    option = _map_option(f"epci-{outlines.key}", outlines.aspect, data, labelled=True)
    most = float(max([1, *counts.values()]))
    option["visualMap"] = _scale(0.0, most, _DATA_SCALE, "@number:0", "")
    return option


def _two_lines(name: str) -> str:
    """Break a long name at the space or hyphen nearest to its middle."""
    places = [i for i, c in enumerate(name) if c in " -"]
    if len(name) <= 10 or not places:
        return name
    middle = min(places, key=lambda i: abs(i - len(name) / 2))
    return f"{name[: middle + 1].rstrip()}\n{name[middle + 1 :]}"


def _map_option(
    name: str, aspect: float, data: Sequence[Mapping[str, object]], *, labelled: bool
) -> dict[str, object]:
    return {
        "animation": False,
        "tooltip": {"trigger": "item", "confine": True, "textStyle": {"fontSize": 13}},
        "series": [
            {
                "type": "map",
                "map": name,
                "aspectScale": aspect,
                "roam": False,
                "selectedMode": False,
                "layoutCenter": ["50%", "44.5%"],
                "layoutSize": "89%",
                "itemStyle": {"areaColor": "#ffffff", "borderColor": "#4d4d4d", "borderWidth": 1},
                "emphasis": {
                    "label": {"show": labelled, "color": _INK},
                    "itemStyle": {"areaColor": None, "borderWidth": 2, "borderColor": "#000000"},
                },
                "label": {
                    "show": labelled,
                    "fontSize": 12,
                    "lineHeight": 14,
                    "color": _INK,
                    **_HALO,
                },
                "labelLayout": {"hideOverlap": True},
                "data": list(data),
            }
        ],
    }


def _scale(
    low: float, high: float, colours: Sequence[str], mark: str, unit: str
) -> dict[str, object]:
    return {
        "type": "continuous",
        "min": low,
        "max": high,
        "calculable": True,
        "realtime": False,
        "orient": "horizontal",
        "left": "center",
        "bottom": 4,
        "itemWidth": 14,
        "itemHeight": 180,
        "inRange": {"color": list(colours)},
        "formatter": mark,
        "text": [unit, ""],
        "textStyle": {"fontSize": 12, "color": _INK},
    }


def commune_map(
    title: str,
    note: str,
    values: Mapping[str, float],
    names: Mapping[str, str],
    unit: str,
    decimals: int,
    outlines: Outlines,
    language: Language,
) -> Figure | None:
    """Return the map of a data value by commune, or None where outlines hold EPCI alone.

    Communes show data such as population, never the effect of a scenario.

    Parameters
    ----------
    values, names
        By code of commune.
    """
    if outlines.communes is None:
        return None
    data = [
        {
            "name": code,
            "value": value,
            "tooltip": {
                "formatter": f"<b>{names[code]}</b><br/>{number(value, decimals, language)} {unit}"
            },
        }
        for code, value in values.items()
    ]
    option = _map_option(f"communes-{outlines.key}", outlines.aspect, data, labelled=False)
    option["visualMap"] = _scale(
        0.0, max(values.values()), _DATA_SCALE, f"@number:{decimals}", unit
    )
    ordered = sorted(values, key=lambda code: names[code])
    notes = [note, text("communes_data_only", language, table=_TABLE)]
    if outlines.schematic:
        notes.append(text("map_schematic", language, table=_TABLE))
    return Figure(
        key="communes",
        title=title,
        caption=" ".join(notes),
        option=option,
        columns=(
            Column("commune", text("commune", language, table=_TABLE)),
            Column("value", title, unit, decimals),
        ),
        rows=tuple((names[code], values[code]) for code in ordered),
        description=text(
            "communes_description",
            language,
            table=_TABLE,
            communes=len(values),
            low=number(min(values.values()), decimals, language),
            high=number(max(values.values()), decimals, language),
            unit=unit,
        ),
        maps={f"communes-{outlines.key}": outlines.communes},
        height=MAP_HEIGHT,
    )
