"""Parts that pages of several modes show: progress, a figure, the choice of an indicator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import solara

from viz.figures.figure import Figure
from viz.texts import Language, text
from viz.web.components import Choice, FigureView, ProgressLine
from viz.web.session import Answers, change, stop
from viz.web.shown import as_props, labels
from viz.web.state import HORIZONS, State


@solara.component
def FigureCard(figure: Figure, language: Language, large: bool = False, low: int = 0) -> None:
    """Show one figure; ``large`` and ``low`` as in `FigureView`."""
    FigureView(
        # made once a figure, not at each drawing of the page
        figure=solara.use_memo(lambda: as_props(figure), [figure]),
        texts=labels(language),
        language=language,
        large=large,
        low=low,
    )


@solara.component
def IndicatorChoice(state: State, options: Sequence[Mapping[str, str]]) -> None:
    """Choose the indicator that figures are about."""
    Choice(
        label=text("indicator", state.language, table="web"),
        options=options,
        value=state.indicator,
        event_choose=lambda key: change(lambda s: replace(s, indicator=key)),
    )


@solara.component
def Progress(state: State, answers: Answers) -> None:
    """Say horizon, pairs and progress, beside the title."""
    ProgressLine(
        texts=labels(state.language),
        words=progress_words(state, answers),
        done=answers.progress,
        running=answers.running,
        horizon=state.months,
        horizons=[
            {"key": m, "label": text(f"horizon_{m}", state.language, table="web")} for m in HORIZONS
        ],
        event_cancel=lambda _: stop(),
        event_horizon=lambda m: change(lambda s: replace(s, months=m if m in HORIZONS else 24)),
    )


def progress_words(state: State, answers: Answers) -> str:
    """Return how far the answer on screen goes."""
    language, done = state.language, round(100 * answers.progress)
    answer = answers.best(state.months)
    if answer is None and answers.failure:
        return ""
    if answer is None and state.months > HORIZONS[0] and answers.by_horizon:
        return text("computing_decade", language, table="web", done=done)
    if answer is None:
        return text("computing" if answers.running else "stopped", language, table="web")
    key = "answer_running" if answers.running else "answer_words"
    count = "pairs_one" if answer.pairs == 1 else "pairs_many"
    pairs = text(count, language, pairs=answer.pairs)
    return text(key, language, table="web", months=answer.months, pairs=pairs, done=done)
