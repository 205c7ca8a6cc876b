"""Colours and patterns of purchases by what choices can reach: never a colour alone."""

from __future__ import annotations

PART_COLOURS = {"renewed": "#0072B2", "committed": "#b0b0b0", "out_of_reach": "#f2f2f2"}
PART_INK = {"renewed": "#ffffff", "committed": "#1a1a1a", "out_of_reach": "#1a1a1a"}
_STRIPES: dict[str, object] = {
    "symbol": "rect",
    "color": "#8a8a8a",
    "dashArrayX": [1, 0],
    "dashArrayY": [2, 6],
    "rotation": 0.785,
}
_DOTS: dict[str, object] = {
    "symbol": "circle",
    "color": "#767676",
    "symbolSize": 0.5,
    "dashArrayX": [[0, 6], [6, 6]],
    "dashArrayY": [6, 0],
}
_PATTERNS = {"committed": _STRIPES, "out_of_reach": _DOTS}


def part_style(part: str) -> dict[str, object]:
    """Return the style of the bars of one part: plain, striped or dotted."""
    style: dict[str, object] = {
        "color": PART_COLOURS[part],
        "borderColor": "#4d4d4d",
        "borderWidth": 1,
    }
    if part in _PATTERNS:
        style["decal"] = _PATTERNS[part]
    return style
