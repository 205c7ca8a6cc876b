"""Reading of the registers: TOML tables with a fixed set of fields, checked as they are read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from model.errors import AncrageError, nearest_name

_MOST_PARTS = 12
_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?<![A-Za-z0-9_-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{_MOST_PARTS},}}+")
"""The reader's time grows with the square of a key's parts: long ones would take minutes."""


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    AncrageError
        The file cannot be read or is not valid TOML; the sentence gives the place.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except OSError as error:
        raise AncrageError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise AncrageError(f"{path}: is not UTF-8 text; save it as UTF-8.") from error
    return parse_toml(content, str(path))


def parse_toml(content: str, where: str) -> dict[str, Any]:
    """Read the text of a TOML file, wherever it comes from; ``where`` names it in messages.

    Raises
    ------
    AncrageError
        It is not valid TOML, nests tables too deeply or holds a number too long to read.
    """
    if _LONG_KEY.search(content):
        raise AncrageError(f"{where}: a key has more than {_MOST_PARTS} parts.")
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise AncrageError(f"{where}: is not valid TOML: {error}.") from error
    except RecursionError as error:
        raise AncrageError(f"{where}: tables or lists are nested too deeply.") from error
    except ValueError as error:
        raise AncrageError(f"{where}: a number is too long to be read.") from error


def check_fields(
    table: Mapping[str, Any], required: Iterable[str], optional: Iterable[str], where: str
) -> None:
    """Refuse a table that lacks a field or holds an unknown one.

    Raises
    ------
    AncrageError
        Names the table, the field and the nearest known field.
    """
    needed = list(required)
    known = {*needed, *optional}
    for field in table:
        if field not in known:
            raise AncrageError(f"{where}: unknown field '{field}'{nearest_name(field, known)}")
    missing = [field for field in needed if field not in table]
    if missing:
        raise AncrageError(f"{where}: missing field '{missing[0]}'; add it.")


def pairs_of(raw: object, sentence: str) -> list[tuple[object, object]]:
    """Return the pairs of a list such as ``[[month, value], ...]`` that is not empty.

    Raises
    ------
    AncrageError
        It is something else; ``sentence`` says what was expected.
    """
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
        raise AncrageError(sentence)
    pairs: list[tuple[object, object]] = []
    for item in cast("Sequence[object]", raw):
        if not isinstance(item, Sequence) or isinstance(item, str):
            raise AncrageError(sentence)
        pair = cast("Sequence[object]", item)
        if len(pair) != 2:
            raise AncrageError(sentence)
        pairs.append((pair[0], pair[1]))
    return pairs
