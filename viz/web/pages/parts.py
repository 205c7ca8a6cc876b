"""Parts that pages of several modes show: progress, a figure, the choice of an indicator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import solara

from viz.figures.figure import Figure
from viz.texts import Language, text
from viz.web.components import Choice, FigureView, ProgressLine, ShockPicker
from viz.web.session import Answers, change, stop
from viz.web.shown import as_props, labels
from viz.web.state import HORIZONS, State
from viz.web.studies import shock_choices, stop_study


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


@solara.component
def FigureList(made: Sequence[Figure | None], language: Language) -> None:
    """Show figures one below the other; None stands for one that could not be made."""
    for k, figure in enumerate(made):
        if figure is None:
            words = text("figure_failed", language, table="web")
            solara.Div(classes=["an-card"], children=[words]).key(f"{k}-failed")
        else:
            FigureCard(figure, language).key(f"{k}-{figure.key}")


@solara.component
def ShockChoice(state: State) -> None:
    """Choose what strikes."""
    first, others = shock_choices(state)
    ShockPicker(
        texts=labels(state.language),
        shocks=first,
        others=others,
        event_strike=lambda name: change(lambda s: s.with_shock(str(name))),
    )


@solara.component
def StudyProgress(state: State, study: Answers) -> None:
    """Say horizon, pairs and progress of a study of shocks."""
    ProgressLine(
        texts=labels(state.language),
        words=study_words(state, study),
        done=study.progress,
        running=study.running,
        horizon=0,
        horizons=[],
        event_cancel=lambda _: stop_study(),
        event_horizon=lambda _: None,
    )


def study_words(state: State, study: Answers) -> str:
    """Return how far the study on screen goes."""
    return progress_words(replace(state, months=HORIZONS[0]), study)


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
