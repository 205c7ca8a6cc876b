"""A scenario: a named, frozen, small difference from current practice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast
from unicodedata import category

from model.errors import AncrageError
from model.procurement.amendments import Amendments
from model.procurement.levers import Levers
from model.shocks.shock import Shocks

FIELDS = ("name", "why", "why_en", "includes", "levers", "law", "shocks")
"""Fields of a scenario file; `includes` names scenarios of the library that it builds on, `law`
amends rules of the legal calendar, `shocks` lists what happens and nobody decides."""

_LONGEST_NAME = 60
_KEYS = {"levers": "lever", "law": "rule"}


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is changed against current practice, or happens, and why.

    Two scenarios compose with ``a | b``: the levers of both and the law as both amend it, the right
    one's where both set a lever or amend a rule; the shocks of both.
    """

    name: str
    why: str = ""
    levers: Levers = field(default_factory=Levers)
    why_en: str = ""
    law: Amendments = field(default_factory=Amendments)
    shocks: Shocks = field(default_factory=Shocks)

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > _LONGEST_NAME or "\n" in self.name:
            raise AncrageError(
                f"A scenario's name must be one line of 1 to {_LONGEST_NAME} characters, "
                f"got {self.name[: 2 * _LONGEST_NAME]!r}."
            )
        # neither documents nor screens can show control characters and halves of characters
        for text in (self.name, self.why, self.why_en):
            if any(category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in text):
                raise AncrageError("A scenario's texts cannot hold control characters.")

    def __or__(self, other: Scenario) -> Scenario:
        """Return both scenarios together, named ``a+b``."""
        return Scenario(
            name=f"{self.name}+{other.name}",
            why=f"{self.why}\n{other.why}".strip(),
            levers=self.levers | other.levers,
            why_en=f"{self.why_en}\n{other.why_en}".strip(),
            law=self.law | other.law,
            shocks=self.shocks | other.shocks,
        )

    @property
    def changes_nothing(self) -> bool:
        """True if it stays at current practice under the law as it stands, and nothing strikes."""
        calm = self.shocks.changes_nothing
        return not self.levers.changed() and not self.law.changed() and calm

    def canonical(self) -> dict[str, object]:
        """Return what the scenario does, without its texts, as plain JSON values.

        ``law`` is there where the law is amended, ``shocks`` where something strikes.
        """
        found: dict[str, object] = {"levers": self.levers.canonical()}
        if law := self.law.canonical():
            found["law"] = law
        if shocks := self.shocks.canonical():
            found["shocks"] = shocks
        return found

    def canonical_json(self) -> str:
        """Return the canonical form as JSON: keys sorted, no spaces."""
        return json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"))

    def record(self) -> dict[str, object]:
        """Return the scenario for a run record: texts, canonical form and hash."""
        texts = {"name": self.name, "why": self.why, "sha256": self.digest()}
        return {**texts, **self.canonical()}

    def digest(self) -> str:
        """Return the sha256 of the canonical JSON: equal for scenarios that do the same."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()


def scenario_of(
    table: Mapping[str, object], where: str, included: Mapping[str, Scenario]
) -> Scenario:
    """Make a scenario of a table with the fields of a scenario file (`FIELDS`).

    Parameters
    ----------
    table
        Parsed file; its fields' names are already checked.
    where
        Name of the file, for messages.
    included
        The scenarios named in ``includes``, in that order.
    """
    texts = {key: table.get(key, "") for key in ("name", "why", "why_en")}
    for key, text in texts.items():
        if not isinstance(text, str):
            raise AncrageError(f"{where}: '{key}' must be a text.")
    own = {name: _table_of(table, name, where) for name in ("levers", "law")}
    levers, law, shocks = Levers(), Amendments(), Shocks()
    try:
        for part in included.values():
            levers, law, shocks = levers | part.levers, law | part.law, shocks | part.shocks
        levers = Levers({**levers.as_changes(), **own["levers"]})
        law |= Amendments(own["law"])
        shocks |= Shocks(_list_of_shocks(table, where))
    except AncrageError as error:
        raise AncrageError(f"{where}: {error}") from error
    name, why, why_en = (cast("str", text).strip() for text in texts.values())
    return Scenario(name=name, why=why, levers=levers, why_en=why_en, law=law, shocks=shocks)


def _list_of_shocks(table: Mapping[str, object], where: str) -> Sequence[object]:
    """Return the shocks of a scenario file, each a table; none if they are not there."""
    raw = table.get("shocks", ())
    if not isinstance(raw, list | tuple):
        raise AncrageError(f"{where}: 'shocks' must be a list of tables; write [[shocks]].")
    return cast("Sequence[object]", raw)


def _table_of(table: Mapping[str, object], name: str, where: str) -> Mapping[str, object]:
    """Return a table of a scenario file, empty if it is not there."""
    raw = table.get(name, {})
    if not isinstance(raw, Mapping):
        raise AncrageError(f"{where}: '{name}' must be a table with one key a {_KEYS[name]}.")
    return cast("Mapping[str, object]", raw)
