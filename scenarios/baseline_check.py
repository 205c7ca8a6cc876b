"""Hold the baseline against published patterns: ``python -m scenarios.baseline_check``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from model import generated_territory, load_territory
from model.errors import AncrageError
from scenarios.validation.effects import measure_effects
from scenarios.validation.report import effects_text, findings, patterns_text, replace_block
from scenarios.validation.worlds import measure_multiplier, measure_world

DOCUMENT = Path(__file__).parents[1] / "docs" / "validation.md"

SIZES = ((1_000, 3), (5_000, 6), (20_000, 12), (35_000, 12), (70_000, 16))
"""Generated territories for the multiplier by size: establishments and zones."""


def multipliers_by_size(seed: int) -> list[tuple[str, int, float, float]]:
    """Return name, establishments, LM3 and full multiplier of territories of several sizes."""
    territories = [(name, load_territory(name)) for name in ("dunkerque", "cote-opale")]
    territories += [
        (f"generated, {zones} zones", generated_territory(firms, zones)) for firms, zones in SIZES
    ]
    rows: list[tuple[str, int, float, float]] = []
    for name, territory in territories:
        level = measure_multiplier(territory, seed)
        rows.append((name, len(territory.firms), level["lm3"], level["multiplier_full"]))
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check; return 0, or 2 if the document cannot be written."""
    parser = argparse.ArgumentParser(prog="python -m scenarios.baseline_check", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="worlds to run (default 3)")
    parser.add_argument(
        "--pairs",
        type=int,
        default=0,
        help="also compare the library on so many pairs (default 0: do not)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--write", action="store_true", help="rewrite docs/validation.md")
    options = parser.parse_args(arguments)
    if options.seeds < 1 or options.pairs < 0 or options.pairs == 1:
        parser.error("--seeds must be at least 1, and --pairs 0 or at least 2")
    territory = load_territory("cote-opale")
    worlds = [measure_world(territory, seed) for seed in range(1, options.seeds + 1)]
    found = findings(worlds)
    sizes = multipliers_by_size(1)
    blocks = {"patterns": patterns_text(found, sizes, options.seeds)}
    result: dict[str, object] = {
        "seeds": options.seeds,
        "patterns": [item.as_json() for item in found],
        "multipliers": [
            dict(zip(("territory", "establishments", "lm3", "multiplier_full"), row, strict=True))
            for row in sizes
        ],
    }
    if options.pairs:
        comparison, _ = measure_effects(options.pairs)
        _, variances = measure_effects(options.pairs, central=True)
        blocks["effects"] = effects_text(comparison, variances)
        result["effects"] = [asdict(row) for row in comparison.rows if row.zone == "all"]
        result["paired_variance"] = [asdict(row) for row in variances]
    if options.write:
        try:
            text = DOCUMENT.read_text(encoding="utf-8")
            for name, block in blocks.items():
                text = replace_block(text, name, block)
            DOCUMENT.write_text(text, encoding="utf-8")
        except (AncrageError, OSError) as error:
            print(f"{DOCUMENT.name} was not written: {error}", file=sys.stderr)
            return 2
    print(json.dumps(result, indent=1) if options.json else "\n\n".join(blocks.values()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
