"""Sheets of the workshop: role cards, vote, record of decisions, script."""

from __future__ import annotations

from importlib.util import find_spec

import solara

from viz.figures.guesses import workshop_words
from viz.texts import texts
from viz.web.components.workshop import Acts, RecordTable, Roles, nothing
from viz.web.components.workshop import Script as ScriptTable
from viz.web.components.workshop import Vote as VoteTable
from viz.web.exports import KINDS
from viz.web.session import STATE, Answers, change, offer
from viz.web.state import SECTIONS, State
from viz.web.workshop import actions, sheets
from viz.workshop.kit import roles, script
from viz.workshop.memory import DECISION_FIELDS, HALL
from viz.workshop.record import Record, as_csv, as_docx, as_html, record_of


@solara.component
def RoleCards(state: State, answers: Answers) -> None:
    """Show the role cards."""
    language = state.language
    printing = {"key": "print", "label": workshop_words("print", language), "primary": False}
    Acts(note="", buttons=[printing], event_act=nothing)
    Roles(
        texts=texts("workshop", language),
        roles=[
            {
                "key": role.key,
                "name": role.name.words(language),
                "who": role.who.words(language),
                "interests": [line.words(language) for line in role.interests],
                "constraints": [line.words(language) for line in role.constraints],
                "ask": role.ask.words(language),
                "knows": [
                    {"words": one.told.words(language), "source": one.publisher.words(language)}
                    for one in role.knows
                ],
            }
            for role in roles()
        ],
    )


@solara.component
def Vote(state: State, answers: Answers) -> None:
    """Word the options, count votes, keep the reasons of the minority, reveal."""
    language, w = state.language, actions.memory(state)
    columns = [*w.codes, HALL]
    VoteTable(
        texts=texts("workshop", language),
        question=w.question,
        tables=[
            {"code": code, "name": code or workshop_words("vote_hall", language)}
            for code in columns
        ],
        options=list(w.options),
        counts=[[w.votes_of(code)[k] for code in columns] for k in range(len(w.options))],
        totals=list(w.totals() or (0,) * len(w.options)),
        minority=w.minority,
        event_write=lambda d: change(lambda s: sheets.write_vote(s, d["field"], d["written"])),
        event_option=lambda d: change(
            lambda s: sheets.write_option(s, int(d["place"]), d["written"])
        ),
        event_drop=lambda place: change(lambda s: sheets.remove_option(s, int(place))),
        event_count=lambda d: change(
            lambda s: sheets.count_votes(s, d["table"], int(d["place"]), d["written"])
        ),
    )
    if len(w.options) < 2:
        Acts(note=workshop_words("vote_empty", language), buttons=[], event_act=nothing)
    else:
        shown = actions.is_revealed(state)
        label = workshop_words("hide" if shown else "vote_reveal", language)
        Acts(
            note="",
            buttons=[{"key": "reveal", "label": label, "primary": not shown}],
            event_act=lambda _: change(actions.reveal),
        )


@solara.component
def Decisions(state: State, answers: Answers) -> None:
    """Write the record, print it, download it."""
    language, w = state.language, actions.memory(state)
    record = record_here(state, answers)

    def save(kind: str) -> None:
        name, content, media = saved(record_here(STATE.value, answers), kind, STATE.value)
        offer(name, content, media)

    RecordTable(
        texts=texts("workshop", language),
        fields=list(DECISION_FIELDS),
        rows=[[getattr(row, name) for name in DECISION_FIELDS] for row in w.decisions],
        parts=[{"heading": heading, "lines": list(lines)} for heading, lines in record.parts],
        # a button that could only refuse is not shown
        kinds=[kind for kind in ("docx", "html", "csv") if kind != "docx" or find_spec("docx")],
        event_write=lambda d: change(
            lambda s: sheets.write_decision(s, int(d["row"]), d["field"], d["written"])
        ),
        event_remove=lambda row: change(lambda s: sheets.remove_decision(s, int(row))),
        event_save=save,
    )


def record_here(state: State, answers: Answers) -> Record:
    """Return the record of what is on screen."""
    answer = answers.best(state.months)
    comparison = None if answer is None else answer.comparison
    return record_of(actions.memory(state), state.scenarios(), comparison, state.language)


def saved(record: Record, kind: str, state: State) -> tuple[str, bytes, str]:
    """Return the name, content and type of a download of the record."""
    stem = workshop_words("record_file", state.language)
    if kind == "docx":
        return f"{stem}.docx", as_docx(record, state.language), KINDS["docx"]
    if kind == "csv":
        return f"{stem}.csv", as_csv(record, state.language).encode(), "text/csv"
    return f"{stem}.html", as_html(record, state.language).encode(), KINDS["html"]


@solara.component
def Script(state: State, answers: Answers) -> None:
    """Show the 90-minute script."""
    language = state.language
    printing = {"key": "print", "label": workshop_words("print", language), "primary": False}
    Acts(note="", buttons=[printing], event_act=nothing)
    begun, parts = 0, []
    for part in script():
        ends = begun + part.minutes
        parts.append(
            {
                "when": f"{begun}–{ends}",
                "screen": part.screen,
                "title": part.title.words(language),
                "who": part.who.words(language),
                "does": part.does.words(language),
            }
        )
        begun = ends

    def open_screen(name: str) -> None:
        if name in SECTIONS["workshop"]:
            change(lambda s: s.go("workshop", name))

    ScriptTable(
        texts=texts("workshop", language),
        parts=parts,
        label=workshop_words("title_script", language),
        event_open=open_screen,
    )
