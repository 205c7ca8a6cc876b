"""Reading of the registers: TOML tables with a fixed set of fields, checked as they are read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from model.errors import AncrageError, nearest_name


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    AncrageError
        The file cannot be read or is not valid TOML; the sentence gives the place.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AncrageError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise AncrageError(f"{path}: is not UTF-8 text; save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise AncrageError(f"{path}: is not valid TOML: {error}.") from error


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
