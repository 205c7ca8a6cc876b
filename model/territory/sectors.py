"""Sectors of the modelled firms: A38 without farms, administration, households and embassies."""

from __future__ import annotations

# fmt: off
MODEL_SECTORS: tuple[str, ...] = (
    "BZ", "CA", "CB", "CC", "CD", "CE", "CF", "CG", "CH", "CI", "CJ", "CK", "CL", "CM", "DZ", "EZ",
    "FZ", "GZ", "HZ", "IZ", "JA", "JB", "JC", "KZ", "LZ", "MA", "MB", "MC", "NZ", "PZ", "QZ", "RS",
)
# fmt: on
"""Codes of the 32 sectors that have firms in a simulated territory."""

SECTOR_INDEX: dict[str, int] = {code: i for i, code in enumerate(MODEL_SECTORS)}
"""Position of each code in `MODEL_SECTORS`."""
