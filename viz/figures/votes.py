"""Votes by option; those who think otherwise stay on the figure."""

from __future__ import annotations

from collections.abc import Sequence

from viz.figures import style
from viz.figures.figure import Column, Figure
from viz.figures.guesses import workshop_words
from viz.numbers import percent
from viz.texts import Language, semicolon_in, spaced

_ROW = 44
_LONGEST = 60


def votes(
    question: str,
    options: Sequence[str],
    counts: Sequence[int],
    minority: str,
    language: Language,
) -> Figure:
    """Return the votes of each option, in the order in which they stand.

    ``minority`` holds the reasons of those who think otherwise; it is shown under the result.
    """
    total = sum(counts)
    shares = [percent(count / total if total else None, language, 0) for count in counts]
    heading = spaced(question, language)
    kept = workshop_words("vote_kept", language, minority=minority) if minority else ""
    told = [
        workshop_words("vote_part", language, option=option, count=count)
        for option, count in zip(options, counts, strict=True)
    ]
    joint = semicolon_in(language)
    return Figure(
        key="votes",
        title=_title(options, counts, language),
        caption=f"{heading} {kept}".strip(),
        option=_option(options, counts, shares),
        columns=(
            Column("option", workshop_words("option", language)),
            Column("votes", workshop_words("votes", language), decimals=0),
            Column("share", workshop_words("share", language)),
        ),
        rows=tuple(zip(options, map(float, counts), shares, strict=True)),
        description=f"{heading} {joint.join(told)}.",
        sources=(workshop_words("vote_source", language),),
        height=30 + _ROW * len(options),
    )


def _title(options: Sequence[str], counts: Sequence[int], language: Language) -> str:
    """Say who has how many votes, and how many think otherwise."""
    total, most = sum(counts), max(counts, default=0)
    if total == 0:
        return workshop_words("vote_none", language)
    first = [option for option, count in zip(options, counts, strict=True) if count == most]
    if len(first) > 1:
        names = [workshop_words("quoted", language, name=name) for name in first]
        joined = ", ".join(names)
        return workshop_words("vote_tie", language, options=joined, count=most, all=total)
    values: dict[str, object] = {"option": first[0], "count": most, "all": total}
    if most == total:
        return workshop_words("vote_all", language, **values)
    return workshop_words("vote_most", language, **values, others=total - most)


def _option(options: Sequence[str], counts: Sequence[int], shares: Sequence[str]) -> style.Option:
    names = [name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…" for name in options]
    axis = {"inverse": True, "axisLine": {"show": False}}
    left = style.category_axis(names, **axis)
    left["axisLabel"] = style.axis_label(
        color=style.INK, interval=0, width=170, overflow="break", lineHeight=14
    )
    right = style.category_axis(
        [f"{count} ({share})" for count, share in zip(counts, shares, strict=True)],
        **axis,
        position="right",
    )
    right["axisLabel"] = style.axis_label(color=style.INK, interval=0, fontWeight="bold")
    return style.base(
        grid={"left": 8, "right": 8, "top": 6, "bottom": 6, "containLabel": True},
        xAxis={**style.value_axis("@number:0"), "show": False, "min": 0},
        yAxis=[left, right],
        tooltip={"trigger": "item"},
        series=[
            {
                "type": "bar",
                "id": "votes",
                "data": list(counts),
                "barWidth": 20,
                "itemStyle": {"color": style.colour(0)},
            }
        ],
        media=[
            {
                "query": {"maxWidth": style.NARROW},
                "option": {"yAxis": [{"axisLabel": {"width": 110}}, {}]},
            }
        ],
    )
