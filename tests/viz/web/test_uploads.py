"""Uploaded scenario files: data only, small, in a sentence's time; names are never paths."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from model.errors import AncrageError
from scenarios.schema import Scenario
from viz.reproduce import file_name, toml_of
from viz.web.actions import LARGEST_UPLOAD, LONGEST_REASON, Refusal, load_file
from viz.web.state import State, decode, encode

HEAD = 'name = "mine"\nwhy = "because"\n'


def upload(content: object, name: object = "mine.toml") -> State:
    return load_file(State(), {"name": name, "content": content})


def test_a_saved_scenario_is_read_back() -> None:
    state = upload(HEAD + "[levers]\nallotment = 0.5\n")
    again = upload(toml_of(state.own[0]))
    assert again.own == state.own
    assert again.shown == ("access", "mine")


REFUSED = {
    "binary": "\x00\x01\x02PK",
    "not text": None,
    "bytes": b"name = 1",
    "huge": HEAD + "#" * LARGEST_UPLOAD,
    "huge in bytes": HEAD + "# " + "é" * (LARGEST_UPLOAD // 2),
    "deep lists": HEAD + "levers = " + "[" * 30_000 + "]" * 30_000,
    "deep tables": HEAD + "levers = " + "{a=" * 10_000 + "1" + "}" * 10_000,
    "dotted key": HEAD + "levers." + ".".join("a" * 15_000) + " = 1",
    "dotted quoted key": HEAD + ".".join(['"a"'] * 15_000) + " = 1",
    "dotted spaced key": HEAD + " . ".join("a" * 15_000) + " = 1",
    "dotted name": ".".join(["name", *"a" * 15_000]) + ' = 1\nwhy = "y"',
    "long number": HEAD + "[levers]\nallotment = " + "9" * 60_000,
    "nan": HEAD + "[levers]\nallotment = nan",
    "infinite": HEAD + "[levers]\nallotment = inf",
    "date": HEAD + "[levers]\nallotment = 1979-05-27",
    "unknown levers": HEAD + "[levers]\n" + "\n".join(f"k{i} = 1" for i in range(5_000)),
    "control characters": 'name = "a\\u0000b"\nwhy = "y"',
    "control characters in why": 'name = "a"\nwhy = "y\\u001b[31m"',
    "a list as why": 'name = "a"\nwhy = [1]',
    "no name": 'why = "y"',
    "lines in the name": 'name = "a\\nb"\nwhy = "y"',
    "long name": f'name = "{"n" * 30_000}"\nwhy = "y"',
    "a file to include": HEAD + 'includes = ["../../etc/passwd"]',
    "python": "__import__('os').system('true')",
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_a_scenario_is_refused_in_one_short_sentence(content: object) -> None:
    begun = time.perf_counter()
    with pytest.raises(Refusal) as refused:
        upload(content)
    assert time.perf_counter() - begun < 2.0
    told = str(refused.value)
    assert told.startswith("« mine.toml » ") or told.startswith("« mine.toml »")
    assert len(told) <= LONGEST_REASON + 80
    assert "/tmp" not in told and "Traceback" not in told


def test_repeated_includes_are_read_once() -> None:
    begun = time.perf_counter()
    state = upload(HEAD + "includes = [" + ",".join(['"systemique"'] * 4_000) + "]")
    assert time.perf_counter() - begun < 2.0
    assert not state.own[0].changes_nothing


def test_halves_of_characters_do_no_harm() -> None:
    # a browser may send them; they cannot be written to a file
    with pytest.raises(Refusal):
        upload('name = "\ud800"\nwhy = "y"')


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_another_encoding_is_refused_or_shown_as_it_came(encoding: str) -> None:
    # the browser reads files as UTF-8 and puts marks where it cannot
    arrived = (HEAD + "# é").encode(encoding).decode("utf-8", errors="replace")
    if encoding == "utf-16":
        with pytest.raises(Refusal):
            upload(arrived)
    else:
        assert upload(arrived).own[0].name == "mine"


def test_a_byte_order_mark_is_passed_over() -> None:
    assert upload("\ufeff" + HEAD).own[0].name == "mine"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\windows\\evil", "..", "/", "a" * 60, "éà", "con/../x.toml"]
)
def test_names_are_shown_and_never_paths(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    state = upload(f"name = '{name}'\nwhy = 'y'", name="../../evil.toml")
    kept = state.own[-1].name
    assert state.scenario(kept).name == kept
    plain = file_name(kept, "toml")
    assert plain == Path(plain).name
    assert plain.removesuffix(".toml").replace("-", "").isascii()
    assert not any(sign in plain for sign in '/\\:"') and not plain.startswith(".")
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_gets_a_number() -> None:
    state = upload('name = "access"\nwhy = "y"')
    assert state.own[0].name == "access-2"
    baseline = upload('name = "baseline"\nwhy = "y"')
    assert baseline.own[0].name == "baseline-2"


def test_a_fifth_scenario_is_kept_aside() -> None:
    state = State(shown=("access", "insertion", "parcours", "reserved"))
    loaded = load_file(state, {"name": "a.toml", "content": HEAD})
    assert loaded.shown == state.shown
    assert "mine" in loaded.names()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_refusals_speak_both_languages(language: str) -> None:
    state = State(language="en" if language == "en" else "fr")
    with pytest.raises(Refusal, match="64"):
        load_file(state, {"name": "a.toml", "content": "#" * (LARGEST_UPLOAD + 1)})


def test_links_nested_too_deeply_are_refused() -> None:
    import base64
    import zlib

    raw = b'{"workshop": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    word = base64.urlsafe_b64encode(zlib.compress(raw)).decode()
    with pytest.raises(AncrageError, match="link"):
        decode(word)


def test_scenarios_of_links_obey_the_same_rules() -> None:
    with pytest.raises(AncrageError, match="control"):
        Scenario("a\x00b")
    state = upload(HEAD + "[levers]\nallotment = 0.5\n")
    assert decode(encode(state)).own == state.own
