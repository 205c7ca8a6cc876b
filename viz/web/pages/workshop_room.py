"""Screens of the room: predict, target, replay, tables, and the page of one table."""

from __future__ import annotations

import solara

from model.indicators import load_indicators
from model.procurement.levers import load_levers
from viz.figures.guesses import asked_unit, workshop_words
from viz.figures.replay import what_moved
from viz.figures.target import level_unit
from viz.numbers import lever_bounds, lever_value
from viz.texts import colon_in, texts
from viz.web.actions import Refusal
from viz.web.components import Choice
from viz.web.components.workshop import Acts, Field, Guesses, Screen, nothing
from viz.web.components.workshop import Tables as TableList
from viz.web.figures import indicator_choices
from viz.web.lever_panel import last_value
from viz.web.pages.parts import IndicatorChoice
from viz.web.session import NOTICE, STATE, Answers, change
from viz.web.state import State, encode
from viz.web.workshop import actions
from viz.web.workshop.figures import question_words
from viz.workshop.codes import Votes, code_of_guess, code_of_votes
from viz.workshop.guesses import Guess, written_number
from viz.workshop.kit import roles, story, table_codes


@solara.component
def Subject(state: State) -> None:
    """Choose what screens are about."""
    with solara.Div(classes=["an-no-print", "an-present-off"]):
        IndicatorChoice(state, indicator_choices(state.language))


@solara.component
def Predict(state: State, answers: Answers) -> None:
    """Take the tables' guesses, then reveal."""
    language, w = state.language, actions.memory(state)
    unit, _ = asked_unit(state.indicator, language)
    given = actions.guesses_here(state)
    shown = actions.is_revealed(state)
    if not shown:
        Subject(state)
        Guesses(
            texts=texts("workshop", language),
            tables=list(w.codes),
            guesses=[{"table": one.table, "words": guess_words(one, unit, state)} for one in given],
            unit=unit,
            answered=workshop_words("answered", language, n=len(given), all=len(w.codes)),
            event_guess=lambda d: change(lambda s: actions.add_guess(s, d["table"], d["written"])),
            event_remove=lambda table: change(lambda s: actions.remove_guess(s, table)),
        )
    label = workshop_words("hide" if shown else "reveal", language)
    Acts(
        note="" if shown else workshop_words("hidden_note", language),
        buttons=[{"key": "reveal", "label": label, "primary": not shown}],
        event_act=lambda _: change(actions.reveal),
    ).key("reveal")


def guess_words(guess: Guess, unit: str, state: State) -> str:
    """Write a guess with its unit."""
    low, high = (written_number(end).replace("-", "−") for end in (guess.low, guess.high))
    if state.language == "fr":
        low, high = low.replace(".", ","), high.replace(".", ",")
    words = low if low == high else workshop_words("range", state.language, low=low, high=high)
    return f"{words}\u00a0{unit}" if unit else words


@solara.component
def Target(state: State, answers: Answers) -> None:
    """Set a target on the indicator; the figure draws it."""
    language, w = state.language, actions.memory(state)
    show = actions.show_of(state)
    unit, _ = (asked_unit if show == "differences" else level_unit)(state.indicator, language)
    entry = load_indicators()[state.indicator]
    named = unit or workshop_words("no_unit", language)
    if entry.kind == "flow":
        named = workshop_words("per_quarter", language, unit=named)
    target = w.targets.get(actions.target_key(state))
    with solara.Div(classes=["an-row", "an-no-print"]):
        Subject(state)
        if entry.difference_only:
            Acts(
                note=workshop_words("levels_only_differences", language),
                buttons=[],
                event_act=nothing,
            )
        else:
            levels = {"key": "levels", "label": workshop_words("levels_toggle", language)}
            Acts(
                note="",
                buttons=[{**levels, "primary": show == "levels"}],
                event_act=lambda _: change(actions.turn_levels),
            )
    Field(
        name="target",
        label=workshop_words(f"target_label_{show}", language, unit=named),
        value="" if target is None else written_number(target),
        hint="",
        action=workshop_words("target_set", language),
        clear_label="" if target is None else workshop_words("target_clear", language),
        keep=True,
        event_send=lambda written: change(lambda s: actions.set_target(s, written)),
        event_clear=lambda _: change(actions.clear_target),
    )
    if target is None:
        Acts(note=workshop_words("target_none", language), buttons=[], event_act=nothing)


@solara.component
def Replay(state: State, answers: Answers) -> None:
    """Change one lever, and see what the change itself does."""
    language, w = state.language, actions.memory(state)
    lever_key, set_lever = solara.use_state("allotment")

    def words(key: str, **values: object) -> str:
        return workshop_words(key, language, **values)

    compared = len(w.replay) == 2 and set(w.replay) <= set(state.shown)
    told: list[str] = []
    if compared:
        before, after = (state.scenario(name) for name in w.replay)
        moved = what_moved(before, after, language)
        colon = colon_in(language)
        told = [
            words("replay_before", name=before.name) + colon + moved[0],
            words("replay_after", name=after.name) + colon + moved[1],
        ]
    with solara.Div(classes=["an-stack"]):
        Lines(told)
    pending = bool(w.last) and w.last.get("after") in state.names() and not compared
    Acts(
        note="" if compared else words("replay_none_yet"),
        buttons=[{"key": "replay", "label": words("replay_button"), "primary": True}]
        if pending
        else [],
        event_act=lambda _: change(actions.replay_last),
    )
    Subject(state)
    register = load_levers()
    lever = register[lever_key]
    with solara.Div(classes=["an-acts", "an-no-print", "an-present-off"]):
        Choice(
            label=words("lever"),
            options=[
                {"key": key, "label": str(getattr(one, f"label_{language}"))}
                for key, one in register.items()
            ],
            value=lever_key,
            event_choose=set_lever,
        )
        bounds = lever_bounds(lever.low, lever.high, lever.unit, language)
        today = words(
            "lever_today", value=lever_value(lever.current, lever.unit, language), bounds=bounds
        )
        now = words(
            "lever_now",
            scenario=actions.on_screen(state).name,
            value=lever_value(
                last_value(actions.on_screen(state), lever_key), lever.unit, language
            ),
        )
        Acts(note=f"{today} {now}", buttons=[], event_act=nothing)
        Field(
            name="lever",
            label=words("lever_value"),
            value="",
            hint="",
            action=words("lever_apply"),
            clear_label="",
            keep=False,
            event_send=lambda written: change(
                lambda s: actions.change_lever(s, lever_key, written)
            ),
            event_clear=nothing,
        )


@solara.component
def Lines(lines: list[str]) -> None:
    """Show some sentences."""
    for line in lines:
        Acts(note=line, buttons=[], event_act=nothing)


@solara.component
def Tables(state: State, answers: Answers) -> None:
    """Show the tables, and take the codes that they read out."""
    language, w = state.language, actions.memory(state)
    said, set_said = solara.use_state("")

    def words(key: str) -> str:
        return workshop_words(key, language)

    def take(written: str) -> None:
        try:
            STATE.value, told = actions.take_code(STATE.value, written)
            NOTICE.value = ""
            set_said(told)
        except Refusal as refusal:
            NOTICE.value = str(refusal)
            set_said("")

    with solara.Div(classes=["an-acts", "an-no-print"]):
        Choice(
            label=words("tables_count"),
            options=[{"key": str(n), "label": str(n)} for n in range(4, len(table_codes()) + 1)],
            value=str(w.tables),
            event_choose=lambda n: change(lambda s: actions.set_tables(s, str(n))),
        )
        Field(
            name="code",
            label=words("code_entry"),
            value="",
            hint=words("code_hint"),
            action=words("code_take"),
            clear_label="",
            keep=False,
            event_send=take,
            event_clear=nothing,
        )
    if said:
        with solara.Div(classes=["an-said"], attributes={"role": "status"}):
            Acts(note=said, buttons=[], event_act=nothing)
    unit, _ = asked_unit(state.indicator, language)
    given = {one.table: one for one in actions.guesses_here(state)}
    TableList(
        texts=texts("workshop", language),
        tables=[
            {
                "code": code,
                "role": roles()[k % len(roles())].name.words(language),
                "answer": guess_words(given[code], unit, state) if code in given else "",
                "link": f"?s={encode(actions.seat_state(state, code))}",
            }
            for k, code in enumerate(w.codes)
        ],
        questions=[step.question.words(language) for step in story()] + [question_words(state)],
    )
    Acts(
        note=words("tables_note"),
        buttons=[{"key": "print", "label": words("paper"), "primary": False}],
        event_act=nothing,
    )


@solara.component
def Seat(state: State) -> None:
    """Show the page of one table: its answer becomes a code to read out."""
    language, w = state.language, actions.memory(state)
    code, set_code = solara.use_state("")
    unit, _ = asked_unit(state.indicator, language)

    def words(key: str, **values: object) -> str:
        return workshop_words(key, language, **values)

    def guess(written: str) -> None:
        try:
            found = actions.read_guess(STATE.value, w.seat, written)
            set_code(code_of_guess(found, actions.question_key(STATE.value)))
            NOTICE.value = ""
        except Refusal as refusal:
            NOTICE.value = str(refusal)

    def vote(written: str) -> None:
        parts = [part for part in written.replace(",", " ").replace("/", " ").split() if part]
        if len(parts) == len(w.options) and all(part.isdigit() for part in parts):
            votes = Votes(w.seat, tuple(min(999, int(part)) for part in parts))
            set_code(code_of_votes(votes, actions.question_key(STATE.value)))
            NOTICE.value = ""
        else:
            NOTICE.value = words("seat_vote_bad", n=len(w.options))

    with solara.Div(classes=["an-stack"]):
        Screen(
            texts=texts("workshop", language),
            screen="seat",
            kicker=words("title_seat", code=w.seat),
            heading=question_words(state),
            notes=[words("seat_note")],
            chips=[],
            restated=[],
            small=False,
            event_choose=nothing,
        )
        Field(
            name="seat",
            label=words("seat_guess") + (f" ({unit})" if unit else ""),
            value="",
            hint=words("guess_hint"),
            action=words("seat_make"),
            clear_label="",
            keep=True,
            event_send=guess,
            event_clear=nothing,
        )
        if w.options:
            numbered = "; ".join(f"{k + 1}. {option}" for k, option in enumerate(w.options))
            Field(
                name="seat-vote",
                label=words("seat_vote_label", question=w.question, options=numbered),
                value="",
                hint=words("seat_vote_hint"),
                action=words("seat_make"),
                clear_label="",
                keep=True,
                event_send=vote,
                event_clear=nothing,
            )
        if code:
            with solara.Div(classes=["an-said", "an-code-out"], attributes={"role": "status"}):
                shown = " / ".join(code.split("/"))
                Acts(note=f"{words('seat_code')} – {shown}", buttons=[], event_act=nothing)
        Acts(
            note="",
            buttons=[{"key": "leave", "label": words("seat_leave"), "primary": False}],
            event_act=lambda _: change(actions.leave_seat),
        )
