"""Running of a calibration: two waves of points, ranges of hypotheses, a check with what they give.

1. A space-filling design over the prior of every run-time hypothesis of grade B and C is run, one
   seed a point: for as many runs, a surface learns more from new points than from repeats.
2. Emulators of each figure rule out part of the prior (history matching), and a second design is
   drawn from the rest and run.
3. Emulators fitted to both waves weigh draws of the prior; those of grade C whose range the figures
   narrow enough get a calibrated one. Known truths, rows of the first wave, tell how often such
   ranges hold.
4. Worlds with independent draws of the calibrated ranges, as ensembles draw them, are run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from model.hypotheses import Hypothesis
from model.hypotheses.register import Posterior
from model.hypotheses.values import quantile
from model.random_streams import uniform
from model.territory import check_territory_name
from scenarios import provenance
from scenarios.calibration import known_truths
from scenarios.calibration.design import Space, indices, sobol_shares, space_of_run_hypotheses
from scenarios.calibration.emulator import fit_emulator
from scenarios.calibration.point import RESPONSE, Point, run_point
from scenarios.calibration.posterior import (
    Surrogate,
    effective,
    plausible_shares,
    prior_draws,
    weights,
)
from scenarios.calibration.ranges import (
    IDENTIFIED_UNDER,
    fits_of,
    posterior_of,
    ranges_of,
    ridges_of,
)
from scenarios.calibration.results import Calibration, HypothesisRange
from scenarios.calibration.targets import Targets, load_targets
from scenarios.comparison import default_workers
from scenarios.finished import FinishedUnits, Values
from scenarios.pool import run_tasks
from scenarios.validation.worlds import WINDOW_MONTHS

Floats = NDArray[np.float64]
Work = Callable[[Point], tuple[str, Values]]

USUAL_TERRITORY = "cote-opale"
USUAL_SIZES = (256, 128, 40)
"""Points of the two waves, and worlds of the check."""

CHECK = 3
"""Stage of the worlds with calibrated ranges, whose seeds are those of ensembles."""

FIRST_SEED = 100_001
"""Seed of the first point; ensembles use seeds from 1 on."""

DRAWS = 400_000
"""Draws of the prior that are weighed."""

DRAWS_PER_TRUTH = 60_000

MOST_CHUNKS = 20
"""Batches of draws after which the search for points that are not ruled out ends."""


@dataclass(frozen=True, eq=False)
class Progress:
    """What is told of a calibration while it runs."""

    on_stage: Callable[[int, int, int], None] = lambda stage, units, known: None
    on_finished: Callable[[], None] = lambda: None


def calibrate(
    *,
    territory: str = USUAL_TERRITORY,
    sizes: tuple[int, int, int] = USUAL_SIZES,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
    space: Space | None = None,
    targets: Targets | None = None,
    draws: int = DRAWS,
    work: Work | None = None,
) -> Calibration:
    """Calibrate run-time hypotheses of grade C on the published figures of `targets.toml`.

    The same arguments give the same result. Finished points are kept in the user's cache folder:
    the same call goes on from them.

    Parameters
    ----------
    sizes
        Points of the first wave and of the second, and worlds of the check afterwards.
    draws
        Draws of the prior that are weighed.
    space, targets, work
        Hypotheses, figures and what runs a point; others in tests.

    Raises
    ------
    AncrageError
        Unknown territory, too few points, or published figures that no hypotheses can give.
    scenarios.pool.Interrupted
        Ctrl-C.
    """
    check_territory_name(territory)
    if min(sizes) < 8 or seed < 0:
        raise AncrageError("A calibration needs at least 8 points in each part, and a seed >= 0.")
    space, targets = space or space_of_run_hypotheses(), targets or load_targets()
    runner = _Runner(
        territory, space, targets, seed, workers, progress or Progress(), work or run_point
    )
    first = runner.run_shares(1, sobol_shares(len(space.entries), sizes[0], seed))
    rough = runner.surrogate([first])
    shares, left = _second_wave(rough, targets, sizes[1], seed)
    second = runner.run_shares(2, shares)
    surrogate = runner.surrogate([first, second])
    drawn = prior_draws(surrogate, draws, seed)
    weight = weights(drawn.figures, targets.values, targets.covariance + surrogate.covariance)
    ranges = ranges_of(surrogate, drawn.values, weight, targets.keys)
    after = runner.run_values(CHECK, _as_ensembles_draw(space, ranges, sizes[2]))
    return Calibration(
        territory=territory,
        seed=seed,
        months=WINDOW_MONTHS,
        points=tuple(sizes),
        candidates=int(space.calibrated.sum()),
        screened=_unseen(space, surrogate),
        left=left,
        effective=round(effective(weight), 1),
        identified_under=IDENTIFIED_UNDER,
        hypotheses=ranges,
        targets=fits_of(targets.rows, first.figures, after, surrogate.emulators),
        ridges=ridges_of(surrogate, drawn.values, weight),
        coverage=known_truths.coverage(
            surrogate,
            targets,
            first.values[:, surrogate.columns],
            first.figures,
            [one.key for one in ranges],
            seed,
            min(draws, DRAWS_PER_TRUTH),
        ),
        versions=provenance.versions(),
        sha256={"data": provenance.data_digest(), "code": provenance.code_digest()},
    )


@dataclass(frozen=True, eq=False)
class Wave:
    """Points that were run: values (n, d) of the hypotheses and figures (n, K), NaN if unknown."""

    values: Floats
    figures: Floats


@dataclass(frozen=True, eq=False)
class _Runner:
    """Runs points and keeps them on disk."""

    territory: str
    space: Space
    targets: Targets
    seed: int
    workers: int | None
    progress: Progress
    work: Work

    def run_shares(self, stage: int, shares: Floats) -> Wave:
        """Run the points of (n, d) shares of the prior."""
        values = self.space.values(shares)
        return Wave(values, self.run_values(stage, values))

    def run_values(self, stage: int, values: Floats) -> Floats:
        """Run the points of (n, d) values; return their figures (n, K)."""
        keys = self.space.keys
        every_world = RESPONSE in self.targets.keys
        points = [
            Point(
                territory=self.territory,
                seed=number + 1 if stage == CHECK else FIRST_SEED + 10_000 * stage + number,
                values=tuple(zip(keys, row.tolist(), strict=True)),
                responds=every_world and (stage == CHECK or number % 2 == 0),
            )
            for number, row in enumerate(values)
        ]
        store = FinishedUnits("calibration", self.territory, self.work.__name__, _sources())
        known = store.read()
        missing = [point for point in points if point.unit not in known]
        self.progress.on_stage(stage, len(points), len(points) - len(missing))

        def keep(done: tuple[str, Values]) -> None:
            store.keep(*done)
            self.progress.on_finished()

        found = known | dict(run_tasks(self.work, missing, self.workers or default_workers(), keep))
        store.drop_older()
        missing_value = float("nan")
        return np.array(
            [[found[p.unit].get(key, missing_value) for key in self.targets.keys] for p in points]
        )

    def surrogate(self, waves: Sequence[Wave]) -> Surrogate:
        """Fit emulators to some waves."""
        x = self.space.scaled(np.concatenate([wave.values for wave in waves]))
        figures = np.concatenate([wave.figures for wave in waves])
        made = [fit_emulator(x, figures[:, k]) for k in range(figures.shape[1])]
        return Surrogate.of(self.space, made)


def _sources() -> list[Path]:
    """Return the files beside the model on which figures depend."""
    here = Path(__file__).parent
    measured = [here.parent / "validation" / f"{n}.py" for n in ("award_log", "follow", "worlds")]
    return [here / "point.py", *measured]


def _second_wave(
    surrogate: Surrogate, targets: Targets, count: int, seed: int
) -> tuple[Floats, float]:
    """Return shares (count, d) of the prior that the emulators do not rule out, and their part.

    Hypotheses that no figure sees are drawn from their prior.
    """
    covariance = targets.covariance + surrogate.covariance
    found: list[Floats] = []
    parts: list[float] = []
    batches = plausible_shares(surrogate, targets.values, covariance, targets.implausible, seed + 1)
    for _ in range(MOST_CHUNKS):
        kept, part = next(batches)
        found.append(kept)
        parts.append(part)
        if sum(len(some) for some in found) >= count:
            break
    else:
        raise AncrageError("No hypotheses within their bounds give the published figures.")
    shares = np.random.default_rng(seed + 2).random((count, len(surrogate.space.entries)))
    shares[:, surrogate.columns] = np.concatenate(found)[:count]
    return shares, float(np.mean(parts))


def _as_ensembles_draw(space: Space, ranges: Sequence[HypothesisRange], count: int) -> Floats:
    """Return (count, d) values drawn as pairs of runs draw them, once the ranges are in use."""
    posteriors = posterior_of(ranges)
    entries = [_calibrated(entry, posteriors.get(entry.key)) for entry in space.entries]
    return np.array(
        [
            [quantile(e, float(uniform(pair, f"hypothesis {e.key}"))) for e in entries]
            for pair in range(1, count + 1)
        ]
    )


def _calibrated(entry: Hypothesis, posterior: Posterior | None) -> Hypothesis:
    """Return an entry with this posterior, whatever it had before."""
    plain = replace(entry, value=entry.prior_value, posterior=None)
    return (
        plain if posterior is None else replace(plain, value=posterior.value, posterior=posterior)
    )


def _unseen(space: Space, surrogate: Surrogate) -> tuple[str, ...]:
    """Return the keys that may be calibrated and that no figure sees."""
    seen = set(indices(surrogate.columns))
    return tuple(key for k, key in enumerate(space.keys) if space.calibrated[k] and k not in seen)
